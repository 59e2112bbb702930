"""Files brought in and taken out in the page: looked at first, written once, gone again."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from lianxin.jobs.queue import run_due
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.lines import Server, dock_lines
from lianxin.people.models import Account, Post
from lianxin.people.representatives import MicroFacts, add_micro
from lianxin.places.models import Grid
from lianxin.places.names import NameRow, settle_names
from lianxin.places.sites.actions import SiteFacts, add_site
from lianxin.town.imports import uploads
from lianxin.town.models import Upload
from lianxin.town.running import Worker
from towns import grid_named, square, who


@pytest.fixture
def sign_in(town, settings, tmp_path):
    settings.LIANXIN_UPLOADS = tmp_path / "uploads"

    def client(username="admin"):
        found = Client()
        found.force_login(Account.objects.get(username=f"{username}.lx"), backend="lianxin.people.backends.AccountBackend")
        return found

    return client


@pytest.fixture
def admin(sign_in):
    return sign_in()


def micro(town, serial=1, name="微网格", **more):
    drawn = square(117.02 + 0.001 * (serial - 1), 34.6, 0.001)
    return {"type": "Feature", "properties": {"code": f"{town.code}202001{serial:03d}", "name": f"{name}{serial}", **more}, "geometry": drawn}


def geojson(*features, name="网格.geojson"):
    return SimpleUploadedFile(name, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode())


def workbook(head, *rows, name="表.xlsx"):
    book, out = Workbook(), io.BytesIO()
    for line in (head, *rows):
        book.active.append(line)
    book.save(out)
    return SimpleUploadedFile(name, out.getvalue())


def send(client, what, file, **more):
    return client.post("/setup/import/", {"what": what, "file": file, **more})


def looked(client, what, file, **more):
    """The page of what a file would do."""
    sent = send(client, what, file, **more)
    assert sent.status_code == 303, sent.content.decode()
    return client.get(sent.headers["Location"]), sent.headers["Location"]


def upload():
    return Upload.objects.for_system("tests", Upload.objects.for_system("tests", _every()).get().town_id).get()


def _every():
    from lianxin.keys.scope import EVERY_TOWN

    return EVERY_TOWN


PEOPLE = ("账号", "姓名", "电话", "单位", "角色", "网格编码")


# ---- looking and taking in ---------------------------------------------------------------------------


@pytest.mark.row("A1")
def test_a_file_is_looked_at_first_then_taken_in_once_and_not_kept(town, admin):
    before = Grid.objects.for_system("tests", town).count()
    page, address = looked(admin, "grids", geojson(micro(town, 1), micro(town, 2), {**micro(town, 3), "properties": {"code": f"{town.code}202001", "name": "改名"}, "geometry": None}))
    text = page.content.decode()
    assert page.status_code == 200
    assert Grid.objects.for_system("tests", town).count() == before
    assert "将新增" in text
    assert "微网格2" in text
    assert uploads.path_of(upload()).exists()
    done = admin.post(f"{address}take/")
    assert (done.status_code, done.headers["Location"]) == (303, address)
    text = admin.get(address).content.decode()
    assert "已导入" in text
    assert Grid.objects.for_system("tests", town).count() == before + 2
    assert not uploads.path_of(upload()).parent.exists()
    entry = Entry.objects.for_system("tests", town).get(subject_kind="import")
    assert {name: entry.data[name] for name in ("what", "added", "changed")} == {"what": "grids", "added": 2, "changed": 1}
    assert entry.post_id == who(town, "admin").post_id
    assert Text.objects.for_system("tests", town).get(entry_id=entry.pk).body == "网格.geojson"
    assert list(verify(town)) == []


def test_a_double_click_does_nothing_twice(town, admin):
    _page, address = looked(admin, "grids", geojson(micro(town)), idempotency_key="k" * 32)
    _page, again = looked(admin, "grids", geojson(micro(town)), idempotency_key="k" * 32)
    assert address == again
    assert [admin.post(f"{address}take/").status_code for _ in range(3)] == [303, 303, 303]
    assert Entry.objects.for_system("tests", town).filter(subject_kind="import").count() == 1
    assert Entry.objects.for_system("tests", town).filter(subject_kind="grid", act="import").count() == 1
    other = send(admin, "grids", geojson(micro(town, 2)), idempotency_key="k" * 32)
    assert other.status_code == 409
    assert "已经提交过另一个文件" in other.content.decode()
    assert len(list(uploads.path_of(upload()).parents[2].glob("*"))) == 0


def test_every_fault_stands_on_the_page_and_in_a_table_and_nothing_can_be_taken_in(town, admin):
    rows = [("w1", "甲", "12", "没有的单位", "网格员", ""), ("坏账号", "", "1390000000x", "村1", "没有", "9"), ("w2", "=1+1", "", "village_1", "网格员", "")]
    page, address = looked(admin, "people", workbook(PEOPLE, *rows))
    text = page.content.decode()
    for said in ("电话号码不对：12", "没有这个单位：没有的单位", "账号只能用", "没有填写", "没有这个网格：9", "是公式而没有算出的值", "3 行有问题，不能导入"):
        assert said in text, said
    assert f"{address}take/" not in text
    listed = b"".join(admin.get(f"{address}faults.csv").streaming_content).decode("utf-8-sig")
    assert listed.startswith("行号 row,列 column")
    assert "没有这个单位：没有的单位" in listed
    assert admin.post(f"{address}take/").status_code == 409
    assert not Account.objects.filter(username="w1").exists()


def test_what_refuses_a_file_stands_before_mere_notes_and_sizes_are_told_in_the_readers_words(town, admin):
    page, _address = looked(admin, "grids", geojson(micro(town, 1), {**micro(town, 2), "geometry": square(117.0205, 34.6, 0.001)}))
    text = page.content.decode()
    assert text.index("重叠") < text.index("未划入任何网格")
    assert "字节" in text


@pytest.mark.row("A1")
def test_ground_that_changed_since_is_checked_again_before_anything_is_written(town, admin, now):
    _page, address = looked(admin, "grids", geojson(micro(town, 1)))
    _page, other = looked(admin, "grids", geojson(micro(town, 1, name="别的"), micro(town, 2)))
    assert admin.post(f"{other}take/").status_code == 303
    refused = admin.post(f"{address}take/")
    assert refused.status_code == 409
    assert "有了变动" in refused.content.decode()
    assert Grid.objects.for_system("tests", town).get(code=f"{town.code}202001001").name == "别的1"
    assert admin.post(f"{address}take/").status_code == 303  # seen, and wanted all the same
    assert Grid.objects.for_system("tests", town).get(code=f"{town.code}202001001").name == "微网格1"


def test_ground_that_became_impossible_since_is_refused_with_its_faults(town, admin):
    _page, address = looked(admin, "grids", geojson(micro(town, 1)))
    overlapping = {**micro(town, 2), "geometry": square(117.0205, 34.6, 0.002)}
    _page, other = looked(admin, "grids", geojson(overlapping))
    admin.post(f"{other}take/")
    refused = admin.post(f"{address}take/")
    assert refused.status_code == 409
    assert "1 行有问题" in refused.content.decode()
    assert not Grid.objects.for_system("tests", town).filter(code=f"{town.code}202001001").exists()


def test_what_the_town_has_already_is_told_so(town, admin):
    file = geojson(micro(town))
    _page, address = looked(admin, "grids", file)
    admin.post(f"{address}take/")
    page, _address = looked(admin, "grids", geojson(micro(town)))
    assert "没有需要导入的" in page.content.decode()


def test_a_person_and_the_posts_go_in_by_the_page(town, admin):
    page, address = looked(admin, "people", workbook(PEOPLE, ("wang.wu", "王五𠮷", "13912345678", "village_1", "网格员", grid_named(town, "1-1").code)))
    assert "wang.wu 王五𠮷" in page.content.decode()
    assert "13912345678" not in page.content.decode()
    admin.post(f"{address}take/")
    post = Post.objects.for_system("tests", town).select_related("account").get(account__username="wang.wu")
    assert (post.account.name, post.account.phone) == ("王五𠮷", "13912345678")


# ---- who, how long -----------------------------------------------------------------------------------


def test_only_those_who_set_up_the_town_come_here_each_to_their_own(town, sign_in):
    assert sign_in("clerk").get("/setup/import/").status_code == 403
    assert sign_in("clerk").get("/setup/export/").status_code == 403
    page = sign_in("security").get("/setup/import/").content.decode()
    assert 'value="people"' in page
    assert 'value="grids"' not in page
    assert send(sign_in("security"), "grids", geojson(micro(town))).status_code == 403
    assert Upload.objects.for_system("tests", town).count() == 0
    assert all(f'value="{what}"' in sign_in("admin").get("/setup/import/").content.decode() for what in ("grids", "people", "sites", "micros", "lines", "names", "categories"))


def test_nobody_sees_what_somebody_else_brought(town, admin, sign_in):
    _page, address = looked(admin, "people", workbook(PEOPLE, ("a.b", "甲", "12", "village_1", "网格员", "")))
    other = sign_in("security")
    assert [other.get(address).status_code, other.get(f"{address}faults.csv").status_code] == [404, 404]
    assert [other.post(f"{address}{act}/").status_code for act in ("take", "drop")] == [404, 404]


def test_a_forgotten_file_is_gone(town, admin):
    _page, address = looked(admin, "grids", geojson(micro(town)))
    assert admin.post(f"{address}drop/").status_code == 303
    assert admin.get(address).status_code == 404
    assert list((uploads.Path(uploads.settings.LIANXIN_UPLOADS)).glob("*/*")) == []


def test_after_an_hour_the_file_and_all_that_was_found_in_it_are_swept(town, admin):
    _page, address = looked(admin, "people", workbook(PEOPLE, ("a.b", "甲", "12", "village_1", "网格员", "")))
    folder = uploads.path_of(upload()).parents[1]
    stray = folder.with_name("77")
    stray.mkdir()
    assert (folder / "faults.csv").stat().st_mode & 0o077 == 0
    assert (folder / "file").stat().st_mode & 0o077 == 0
    uploads.sweep_uploads(now=timezone.now() + timedelta(minutes=59))
    assert admin.get(address).status_code == 200
    assert uploads.sweep_uploads(now=timezone.now() + timedelta(minutes=61)) == 1
    assert (folder.exists(), stray.exists(), Upload.objects.for_system("tests", town).count()) == (False, False, 0)


def test_the_worker_sweeps(town, admin):
    _page, address = looked(admin, "grids", geojson(micro(town)))
    Upload.objects.for_system("tests", town).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert admin.get(address).status_code == 404  # even before it is swept
    Worker().work()
    assert Upload.objects.for_system("tests", town).count() == 0


def test_faults_are_told_in_the_language_of_the_page(town, admin):
    _page, address = looked(admin, "people", workbook(PEOPLE, ("a.b", "甲", "", "没有的单位", "网格员", "")))
    admin.cookies["django_language"] = "en"
    text = admin.get(address).content.decode()
    assert "no such unit: 没有的单位" in text
    assert "1 row has a fault" in text


# ---- large files go to the worker ---------------------------------------------------------------------


def test_a_large_file_is_read_and_taken_in_by_the_worker(town, admin, monkeypatch):
    monkeypatch.setattr(uploads, "LONG_BYTES", 0)
    monkeypatch.setattr(uploads, "LONG_ROWS", 1)
    page, address = looked(admin, "grids", geojson(micro(town, 1), micro(town, 2)))
    assert "正在读取文件" in page.content.decode()
    assert page.headers["Refresh"] == "2"
    run_due(now=timezone.now() + timedelta(seconds=1))
    page = admin.get(address)
    assert "Refresh" not in page.headers
    assert "将新增" in page.content.decode()
    assert [admin.post(f"{address}take/").status_code for _ in range(2)] == [303, 303]
    assert "正在导入" in admin.get(address).content.decode()
    assert admin.post(f"{address}drop/").status_code == 303  # it is under way: not any more
    run_due(now=timezone.now() + timedelta(seconds=1))
    taken = admin.get(address).content.decode()
    assert "已导入" in taken
    assert "接下来：单位" in taken  # where to go on
    assert Grid.objects.for_system("tests", town).filter(level="micro").count() == 2
    assert Entry.objects.for_system("tests", town).filter(subject_kind="import").count() == 1


def test_a_post_that_ended_meanwhile_takes_nothing_in(town, admin, monkeypatch):
    monkeypatch.setattr(uploads, "LONG_ROWS", 0)
    _page, address = looked(admin, "grids", geojson(micro(town)))
    admin.post(f"{address}take/")
    Post.objects.for_system("tests", town).filter(account__username="admin.lx").update(ends=timezone.localdate() - timedelta(days=1))
    from lianxin.keys.cache import forget

    forget()
    run_due(now=timezone.now() + timedelta(seconds=1))
    assert upload().state == Upload.State.LOOKED
    assert Grid.objects.for_system("tests", town).filter(level="micro").count() == 0


# ---- hostile files ------------------------------------------------------------------------------------


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return out.getvalue()


HOSTILE = {
    "no zip at all": ("people", "表.xlsx", b"PK\x03\x04not really", "不是完好的 Excel 工作簿"),
    "another zip": ("people", "表.xlsx", zipped(readme_txt="x"), "不是完好的 Excel 工作簿"),
    "a zip without shapes": ("grids", "g.zip", zipped(readme_txt="x"), "没有 .shp 文件"),
    "a bomb": ("people", "表.xlsx", zipped(xl__workbook_xml="<workbook/>", bomb_xml=b"0" * 60_000_000), "异常地大"),
    "no workbook": ("people", "表.xlsx", b"\x8a\x03broken", "不是完好的 Excel 工作簿"),
    "a broken zip": ("grids", "g.zip", b"\x8a\x03broken,\n" * 9, "不是完好的 zip 文件"),
    "binary": ("people", "表.csv", b"\x00\x01\x02" * 100, "既不是 Excel 也不是 CSV"),
    "nothing": ("sites", "表.csv", b" ", "是空的"),
    "an old workbook": ("people", "表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧的 .xls 格式"),
    "other columns": ("people", "表.csv", "甲,乙\n1,2\n".encode(), "没有列名（需要账号、"),
    "only a head": ("people", "表.csv", ",".join(PEOPLE).encode("gbk"), "下面没有数据"),
    "empty rows": ("people", "表.csv", (",".join(PEOPLE) + "\n" + ",,,,,\n" * 600_000).encode(), "多是空行"),
    "deep JSON": ("grids", "g.geojson", b'{"features":' + b"[" * 100_000, "不是 JSON"),
    "no GeoJSON": ("grids", "g.json", b"[]", "FeatureCollection"),
    "a page": ("grids", "g.geojson", b"<html>", "不是 JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_clear_sentence(town, admin, name, monkeypatch):
    monkeypatch.setattr(uploads, "LONG_BYTES", uploads.MOST_BYTES)
    what, called, body, said = HOSTILE[name]
    page, _address = looked(admin, what, SimpleUploadedFile(called, body))
    assert page.status_code == 200
    assert said in page.content.decode()
    assert f"/{upload().pk}/take/" not in page.content.decode()


def test_a_table_in_gbk_is_read(town, admin):
    body = (",".join(PEOPLE) + "\r\nli.si,李四,,1村委会,网格员," + grid_named(town, "1-1").code + "\r\n").encode("gbk")
    page, _address = looked(admin, "people", SimpleUploadedFile("人员.csv", body))
    assert "li.si 李四" in page.content.decode()


def test_a_file_that_is_too_big_is_refused_and_what_was_chosen_stays(town, admin, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 1_000)
    page = send(admin, "sites", SimpleUploadedFile("大.csv", b"x" * 1_001), datum="gcj02")
    assert page.status_code == 413
    text = page.content.decode()
    assert "超过 50 MB" in text
    assert '<option value="gcj02" selected' in text
    assert list((uploads.Path(uploads.settings.LIANXIN_UPLOADS)).glob("*/*")) == []


@pytest.mark.parametrize(("sent", "said"), [({}, "请选择文件里是什么"), ({"what": "moon"}, "请选择文件里是什么"), ({"what": "grids"}, "请选择文件。")])
def test_what_is_missing_is_told_beside_its_field(town, admin, sent, said):
    page = admin.post("/setup/import/", sent)
    assert page.status_code == 422
    assert said in page.content.decode()


@pytest.mark.parametrize("name", ["../../../etc/passwd", "C:\\网格\\边界.geojson", "a" * 300 + ".geojson", "\x00.geojson", "𠮷村 <b>.geojson"])
def test_a_file_lies_under_a_name_of_its_own_folder(town, admin, name):
    file = geojson(micro(town))
    file._name = name
    response = admin.post("/setup/import/", {"what": "grids", "file": file})
    assert response.status_code == 303
    kept = uploads.path_of(upload())
    assert kept.is_file()
    assert kept.parents[3] == uploads.Path(uploads.settings.LIANXIN_UPLOADS)
    assert "<b>" not in admin.get(response.headers["Location"]).content.decode().split("<h1", 1)[1].split("</h1>")[0]


# ---- taking out ----------------------------------------------------------------------------------------


def take_out(client, what, form, **more):
    return client.post("/setup/export/", {"what": what, "form": form, **more})


@pytest.mark.row("A1")
@pytest.mark.parametrize(("what", "form"), [("grids", "geojson"), ("grids", "shp"), ("grids", "xlsx"), ("grids", "csv"), ("sites", "xlsx"), ("sites", "csv"), ("people", "xlsx"), ("people", "csv"), ("micros", "xlsx"), ("micros", "csv"), ("lines", "xlsx"), ("lines", "csv"), ("names", "xlsx"), ("names", "csv")])
def test_what_is_taken_out_by_the_page_changes_nothing_when_brought_in(town, admin, what, form):
    Grid.objects.for_system("tests", town).update(area_m2=1.0)
    Grid.objects.for_system("tests", town).filter(pk=grid_named(town, "1-1").pk).update(name="𠮷村䶮格")
    add_site(SiteFacts("venue", "'=𠮷广场", grid_named(town, "1-2").pk, "=路 2 号"), actor=who(town, "admin"), now=timezone.now())
    add_site(SiteFacts("compound", "花园", grid_named(town, "1-2").pk, "", 117.0123456789, 34.605), actor=who(town, "admin"), now=timezone.now())
    Account.objects.filter(username="worker.lx").update(phone="13912345678")
    settle_names([NameRow(2, "老粮站𠮷", "landmark", grid_named(town, "1-2").pk, (117.0123457, 34.605))], actor=who(town, "admin"), now=timezone.now())
    micro = MicroFacts("一单元", 16, 41, person="-张大嫂𠮷", phone="13800001111", title="单元长")
    add_micro(grid_named(town, "1-2").pk, micro, actor=who(town, "admin"), now=timezone.now())
    server = Server(post_id=who(town, "worker").post_id)
    dock_lines(grid_named(town, "1-2").pk, {"城管": server}, actor=who(town, "admin"), now=timezone.now())
    sent = take_out(admin, what, form)
    assert sent.status_code == 200
    assert b"13800001111" not in sent.content
    name = sent.headers["Content-Disposition"].split('"')[1]
    assert name.startswith(f"LX-{what}-")
    page, _address = looked(admin, what, SimpleUploadedFile(name, sent.content))
    assert "没有需要导入的" in page.content.decode(), page.content.decode()
    entry = Entry.objects.for_system("tests", town).get(act="export")
    assert (entry.data["what"], entry.data["format"], entry.data["personal"]) == (what, form, False)


def test_telephone_numbers_go_out_in_full_only_for_a_reason_that_is_kept(town, admin):
    Account.objects.filter(username="worker.lx").update(phone="13912345678")

    def phones(response):
        return {row[2] for row in load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True)}

    assert "13912345678" not in phones(take_out(admin, "people", "xlsx"))
    refused = take_out(admin, "people", "xlsx", personal="1", reason=" ")
    assert refused.status_code == 422
    assert "写明要电话做什么用" in refused.content.decode()
    assert "13912345678" in phones(take_out(admin, "people", "xlsx", personal="1", reason="防汛值班表"))
    entry = Entry.objects.for_system("tests", town).filter(act="export").order_by("seq").last()
    assert entry.data["personal"] is True
    assert Text.objects.for_system("tests", town).get(entry_id=entry.pk).body == "防汛值班表"


def test_each_takes_out_only_what_is_theirs(town, sign_in):
    security = sign_in("security")
    assert take_out(security, "people", "xlsx").status_code == 200
    assert take_out(security, "people-template", "xlsx").status_code == 200
    assert take_out(security, "grids", "csv").status_code == 403
    assert take_out(security, "people", "geojson").status_code == 404
    assert take_out(sign_in("clerk"), "grids", "csv").status_code == 403


# ---- taking back -------------------------------------------------------------------------------------


@pytest.mark.row("A1")
def test_a_file_is_taken_back_on_its_page_for_a_reason(town, admin, now):
    _page, address = looked(admin, "grids", geojson(micro(town, 1), {**micro(town, 2), "properties": {"code": f"{town.code}202001", "name": "改名"}, "geometry": None}))
    before = Grid.objects.for_system("tests", town).count()
    admin.post(f"{address}take/")
    back = re.search(r'href="(/setup/import/taken/\d+/)"', admin.get(address).content.decode())[1]
    listed = admin.get("/setup/import/taken/").content.decode()
    assert back in listed
    assert "网格.geojson" in listed
    text = admin.get(back).content.decode()
    for said in ("将恢复原样 1", "将删除 1", "<del>改名</del> → 2村1格", "微网格1"):
        assert said in text, said
    seen = re.search(r'name="seen" value="(\w+)"', text)[1]
    bare = admin.post(back, {"seen": seen})
    assert bare.status_code == 422
    assert "请说明撤销的原因" in bare.content.decode()
    sent = {"seen": seen, "reason": "拿错了文件", "idempotency_key": "k" * 32}
    stale = admin.post(back, {**sent, "seen": "0" * 24, "idempotency_key": "j" * 32})
    assert stale.status_code == 409
    assert "情况有变" in stale.content.decode()
    assert [admin.post(back, sent).status_code for _ in range(2)] == [303, 303]
    assert Grid.objects.for_system("tests", town).count() == before
    assert Grid.objects.for_system("tests", town).get(code=f"{town.code}202001").name == "2村1格"
    text = admin.get(back).content.decode()
    assert "没有还能撤销的内容" in text
    assert "拿错了文件" in text
    assert "已撤销" in admin.get("/setup/import/taken/").content.decode()
    assert Entry.objects.for_system("tests", town).filter(subject_kind="import", act="restore").count() == 1
    assert list(verify(town)) == []


def test_a_file_of_another_town_or_none_is_not_there_to_be_taken_back(town, admin, sign_in):
    assert admin.get("/setup/import/taken/1/").status_code == 404
    assert sign_in("clerk").get("/setup/import/taken/").status_code == 403
    assert "还没有导入过文件" in admin.get("/setup/import/taken/?before=x").content.decode()
