"""The whole set-up as a file by page and by command: looked at first, every fault by its line, out as it came in."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lianxin.cases.models import ReplyText
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import Account
from lianxin.town.registers.files import written

pytestmark = [pytest.mark.django_db, pytest.mark.row("A1")]
TEXT = "replies:\n- name: 已办结\n  body: 您反映的“{标题}”已办结。\nroutes:\n- {category: streetlight, level: village}\n"
WRONG = "replies:\n- name: 已办结\n  body: 您反映的“{题目}”已办结。\nroutes:\n- {category: nowhere}\n"


@pytest.fixture
def admin(town, client, settings, tmp_path):
    settings.LIANXIN_UPLOADS = tmp_path / "uploads"
    client.force_login(Account.objects.get(username="admin.lx"), backend="lianxin.people.backends.AccountBackend")
    return client


def sent(admin, text):
    file = SimpleUploadedFile("设置.yaml", text if isinstance(text, bytes) else text.encode())
    answer = admin.post("/setup/import/", {"what": "setup", "file": file})
    assert answer.status_code == 303, answer.content.decode()
    return answer.headers["Location"]


def page(admin, address):
    return re.sub(r"\s+", " ", admin.get(address).content.decode())


def test_the_page_takes_the_file_in_once_and_gives_it_out_again(town, admin):
    before = written(town)
    place = sent(admin, TEXT)
    assert "答复模板 · 已办结" in page(admin, place)
    assert written(town) == before
    assert admin.post(f"{place}take/").status_code == 303
    assert "已导入" in page(admin, place)
    assert ReplyText.objects.for_system("tests", town).get().name == "已办结"
    out = admin.post("/setup/export/", {"what": "setup", "form": "yaml"})
    assert out.headers["Content-Disposition"].endswith('.yaml"')
    assert out.content.decode() == written(town) != before
    again = sent(admin, out.content.decode())
    admin.post(f"{again}take/")
    assert written(town) == out.content.decode()
    assert {entry.data["what"] for entry in Entry.objects.for_system("tests", town).filter(subject_kind__in=["import", "export"])} == {"setup"}
    assert list(verify(town)) == []


def test_what_would_change_is_named_with_what_it_was_before_anything_is_written(town, admin):
    kept = written(town).replace(f"name: {town.name}", "name: 连心镇改", 1)
    told = page(admin, sent(admin, kept.replace("name: 受理中心\n", "name: 受理大厅\n", 1)))
    assert re.search(r"乡镇概况：[^<]*连心镇 → 连心镇改", told), told
    assert "连心镇改" not in written(town)


def test_every_fault_stands_on_the_page_by_its_line_and_it_cannot_be_taken_in(town, admin):
    before = written(town)
    place = sent(admin, WRONG)
    told = page(admin, place)
    assert re.search(r"3 .{0,80}replies\[1\]\.body.{0,120}题目", told), told
    assert re.search(r"5 .{0,80}routes\[1\]\.category.{0,120}nowhere", told)
    assert admin.post(f"{place}take/").status_code in {303, 409}
    assert written(town) == before
    assert "UTF-8" in page(admin, sent(admin, b"\xff\xfe\x00"))
    assert "没有" in page(admin, sent(admin, ""))


def test_the_commands_tell_file_and_line_and_give_the_same_back(town, lianxin, tmp_path):
    wrong, right, out = (tmp_path / name for name in ("错.yaml", "对.yaml", "出.yaml"))
    wrong.write_text(WRONG, "utf-8")
    right.write_text(TEXT, "utf-8")
    told = lianxin("setup", "load", wrong, "--town", "LX")
    assert told.exit_code == 2
    assert "错.yaml:3: replies[1].body:" in told.output
    assert "错.yaml:5: routes[1].category:" in told.output
    told = lianxin("import", "setup", wrong, "--town", "LX", "--yes")
    assert (told.exit_code, "第 3 行" in told.output) == (1, True)
    told = lianxin("setup", "load", right, "--town", "LX", "--why", "统一口径")
    assert "replies）：新增 1" in told.output
    assert "统一口径" in {text.body for entry in Entry.objects.for_system("tests", town).filter(subject_kind="reply") for text in entry.texts.all()}
    assert "新增 0 处，更新 0 处，不变 2 处" in lianxin("import", "setup", right, "--town", "LX", "--yes").output
    assert lianxin("export", "setup", "--to", out, "--town", "LX").exit_code == 0
    assert out.read_text("utf-8") == written(town)
    assert lianxin("setup", "save", right, "--town", "LX").exit_code == 0
    assert right.read_text("utf-8") == out.read_text("utf-8")
    assert lianxin("export", "setup", "--to", tmp_path / "x.yaml", "--town", "LX", "--as", "clerk.lx").exit_code == 2
