"""Reporting: what is taken, what is refused, what is asked, and that one sending has one effect."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from lianxin.cases.models import Case, Photo, Reporter
from lianxin.cases.queries.setup import leaves
from lianxin.cases.views.public.report import REPORTS
from lianxin.forms.photos import path_of
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.models import Account
from lianxin.places.datum import from_wgs84
from towns import grid_named

pytestmark = pytest.mark.django_db
TEXT = "村口路灯坏了三天，晚上看不见路"
HERE = {"lon": "117.0052", "lat": "34.6051", "source": "gps", "accuracy": "12"}


def cases(town):
    return Case.objects.for_system("tests", town).order_by("id")


def text_of(case):
    return Text.objects.for_system("tests", case.town_id).get(subject_id=case.pk, field="text").body


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/report/",
        "/find/",
        "/board/",
        "/map/",
        "/grids.geojson",
        "/map/marks.geojson",
    ],
)
def test_every_public_page_opens_in_both_languages(site, path):
    assert site.get(path).status_code == 200
    assert site.get(path, headers={"accept-language": "en"}).status_code == 200


def test_a_report_of_a_few_words_is_enough(site, town):
    response = site.post("/report/", {"text": TEXT, "idempotency_key": "k1"})
    assert response.status_code == 303
    case = cases(town).get()
    assert case.title == "村口路灯坏了三天，晚上看不见路"
    assert (case.grid_id, case.category_id, case.channel) == (None, None, "web")
    page = site.get(response["Location"])
    assert case.number[-4:] in page.content.decode()
    assert "<svg" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]


def test_a_whole_report_is_kept_as_it_was_given(site, town, draw):
    leaf = next(row for row in leaves(town) if row.key == "streetlight")
    told = {
        "text": TEXT, **HERE, "category": leaf.pk, "name": " 王 建国 ", "phone": "+86 199-0000-0042", "consent": "1",
        "address": "村口\n东头", "photos": [draw(), draw("navy")], "idempotency_key": "k1",
    }  # fmt: skip
    assert site.post("/report/", told).status_code == 303
    case = cases(town).get()
    assert (case.grid_id, case.category_id, case.address) == (grid_named(town, "1-1").pk, leaf.pk, "村口 东头")
    assert case.answers == {"place": {"source": "gps", "accuracy": "12"}}
    reporter = Reporter.objects.for_system("tests", town).get()
    assert (reporter.name, reporter.phone, reporter.public_consent, reporter.first) == (
        "王 建国",
        "19900000042",
        True,
        True,
    )
    assert Photo.objects.for_system("tests", town).filter(case_id=case.pk, moment="before").count() == 2
    assert list(verify(town)) == []


def test_wechat_is_named_as_the_way_it_came(site, town):
    site.post("/report/", {"text": TEXT}, headers={"user-agent": "Mozilla MicroMessenger/8"})
    assert cases(town).get().channel == "wechat"


def test_sending_twice_with_one_key_makes_one_case_and_shows_the_same_page(site, town, draw):
    told = {"text": TEXT, "idempotency_key": "same"}
    first = site.post("/report/", {**told, "photos": [draw()]})
    second = site.post("/report/", {**told, "photos": [draw()]})
    assert first["Location"] == second["Location"]
    assert cases(town).count() == 1


def test_the_same_key_with_other_words_is_refused_and_the_words_stay_with_a_fresh_key(site, town, hidden):
    site.post("/report/", {"text": TEXT, "idempotency_key": "same"})
    response = site.post("/report/", {"text": "自来水发黄两天了", "idempotency_key": "same"})
    assert response.status_code == 409
    assert "自来水发黄两天了" in response.content.decode()
    assert hidden(response, "idempotency_key") != ["same"]
    assert cases(town).count() == 1


def test_another_photo_under_the_same_key_is_another_report(site, draw):
    site.post("/report/", {"text": TEXT, "idempotency_key": "same", "photos": [draw()]})
    assert site.post("/report/", {"text": TEXT, "idempotency_key": "same", "photos": [draw("red")]}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"text": "  \n "}, "请用几句话"),
        ({"text": "字" * 4001}, "最多 4000"),
        ({"phone": "123"}, "不像电话号码"),
        ({"phone": "1380000"}, "手机号应为 11 位，少了 4 位"),
        ({"phone": "+86 138 0000 00001"}, "手机号应为 11 位，多了 1 位"),
        ({"phone": "not a number at all, but long enough to be one"}, "最多 30"),
        ({"lon": "abc", "lat": "34"}, "经纬度"),
        ({"lon": "34.6", "lat": "117.0"}, "写反"),
        ({"lon": "999", "lat": "999"}, "经度"),
        ({"lon": "nan", "lat": "inf"}, "经纬度"),
        ({"lon": "117", "lat": ""}, "缺了一个"),
        ({"lon": "117.0", "lat": "34.6", "datum": "mars"}, "坐标系"),
        ({"category": "999"}, "选一项"),
        ({"category": "'; drop table cases_case; --"}, "选一项"),
        ({"address": "路" * 201}, "最多 200"),
        ({"name": "名" * 41}, "最多 40"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_everything_typed_is_kept(site, town, wrong, word):
    told = {"text": TEXT, "address": "村口", "name": "王某", "idempotency_key": "k9", **wrong}
    response = site.post("/report/", told)
    page = response.content.decode()
    assert response.status_code == 422
    assert word in page
    assert 'role="alert"' in page
    assert "k9" in page  # the same form, the same key
    kept = {"name", "text", "address"} - set(wrong)
    assert all(told[name] in page for name in kept)
    assert not cases(town).exists()


def test_all_faults_are_told_at_once(site):
    page = site.post("/report/", {"text": "", "phone": "1", "lon": "x", "lat": "y"}).content.decode()
    assert page.count('<li><a href="#f-') == 3


def test_a_script_in_the_text_stays_text(site, town):
    text = '<script>alert(1)</script> 路灯坏了 "><img src=x onerror=alert(2)>'
    response = site.post("/report/", {"text": text, "name": "<b>王</b>", "phone": "0"})
    assert "<script>alert" not in response.content.decode()
    assert "<b>王" not in response.content.decode()
    sent = site.post("/report/", {"text": text})
    page = site.get(sent["Location"].removesuffix("sent/")).content.decode()
    assert text_of(cases(town).get()) == text
    assert "<script>alert" not in page
    assert "onerror=alert" not in page.replace("&gt;&lt;img src=x onerror=alert", "")


def test_control_characters_are_taken_out_and_lines_are_kept(site, town):
    site.post("/report/", {"text": "路灯\x00坏\x07了\r\n第二行"})
    assert text_of(cases(town).get()) == "路灯坏了\n第二行"


def test_ten_photos_are_one_too_many_and_nine_are_kept(site, town, draw, hidden):
    photos = [draw((at * 20, 0, 0)) for at in range(10)]
    response = site.post("/report/", {"text": TEXT, "photos": photos})
    assert response.status_code == 422
    assert "最多 9 张" in response.content.decode()
    kept = hidden(response, "photos_kept")
    assert response.content.decode().count('name="drop"') == 9
    assert site.post("/report/", {"text": TEXT, "photos_kept": kept}).status_code == 303
    assert Photo.objects.for_system("tests", town).count() == 9


@pytest.mark.parametrize(
    ("body", "name", "word"),
    [
        (b"MZ this is a program", "fun.exe", "不是照片"),
        (b"%PDF-1.7", "letter.pdf", "不是照片"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "x.svg", "不是照片"),
        (b"\xff\xd8\xff\xe0 cut off", "photo.jpg", "不是照片"),
        (b"", "empty.jpg", "空"),
    ],
)
def test_a_file_that_is_no_photo_is_named_and_the_good_ones_are_kept(site, town, draw, hidden, body, name, word):
    photos = [draw(), SimpleUploadedFile(name, body, "image/jpeg")]
    response = site.post("/report/", {"text": TEXT, "photos": photos})
    page = response.content.decode()
    if body:
        assert response.status_code == 422
        assert name in page
        assert word in page
        assert hidden(response, "photos_kept")
        assert not cases(town).exists()
    else:  # Django's form reader drops an empty file by itself
        assert Photo.objects.for_system("tests", town).count() <= 1


def test_a_photo_that_is_too_large_is_refused(site, draw, settings):
    settings.LIANXIN_PHOTO_BYTES = 1000
    response = site.post("/report/", {"text": TEXT, "photos": [draw(size=(1200, 900))]})
    assert response.status_code == 422
    assert "IMG_1.jpg" in response.content.decode()


def test_photos_survive_another_fields_fault_and_can_be_left_out(site, town, draw, hidden):
    response = site.post("/report/", {"text": "", "photos": [draw(), draw("navy")]})
    kept = hidden(response, "photos_kept")
    page = response.content.decode()
    src = page.split('<li><img src="')[1].split('"')[0]
    shown = site.get(src)
    assert shown["Content-Type"] == "image/jpeg"
    dropped = page.split('name="drop" value="')[1].split('"')[0]
    assert site.post("/report/", {"text": TEXT, "photos_kept": kept, "drop": dropped}).status_code == 303
    assert Photo.objects.for_system("tests", town).count() == 1


def test_photos_sent_by_script_stay_in_the_browser_and_are_not_carried_twice(site, draw, hidden):
    response = site.post("/report/", {"text": "", "photos": [draw()]}, headers={"x-lianxin-send": "1"})
    assert hidden(response, "photos_kept") == []


@pytest.mark.parametrize("token", ["junk", "eyJ0b3duIjoxfQ:1abc:xyz", "../../../etc/passwd"])
def test_photos_of_others_cannot_be_asked_for_by_a_made_up_token(site, town, token):
    assert site.get(f"/report/photos/{token}.jpg").status_code == 404
    assert site.post("/report/", {"text": TEXT, "photos_kept": token}).status_code == 303
    assert not Photo.objects.for_system("tests", town).exists()


def test_the_cameras_own_data_does_not_stay_in_the_photo(site, town):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "MakerOfCamera"
    Image.new("RGB", (400, 300), "green").save(out, "JPEG", exif=exif)
    site.post("/report/", {"text": TEXT, "photos": [SimpleUploadedFile("a.jpg", out.getvalue(), "image/jpeg")]})
    photo = Photo.objects.for_system("tests", town).select_related("file").get()
    assert b"MakerOfCamera" not in path_of(town.pk, photo.file.digest).read_bytes()


@pytest.mark.parametrize(("lon", "lat"), [("0", "0"), ("-58.4", "-34.6"), ("116.4", "39.9"), ("179.99", "-89.9")])
def test_a_place_far_away_is_taken_all_the_same(site, town, lon, lat):
    response = site.post("/report/", {"text": TEXT, "lon": lon, "lat": lat})
    assert response.status_code == 303
    assert cases(town).get().grid_id is None
    assert "不在本镇网格内" in site.get(response["Location"]).content.decode()


@pytest.mark.parametrize("datum", ["gcj02", "GCJ-02", "bd09"])
def test_a_place_in_another_datum_is_kept_in_wgs84(site, town, datum):
    lon, lat = from_wgs84(117.005, 34.605, datum)
    site.post("/report/", {"text": TEXT, "lon": lon, "lat": lat, "datum": datum})
    case = cases(town).get()
    assert abs(case.lon - 117.005) < 1e-6
    assert case.grid_id == grid_named(town, "1-1").pk


def test_words_of_an_address_that_mean_one_grid_place_the_report(site, town, roads):
    site.post("/report/", {"text": TEXT, "address": "柳荫路 3 号"})
    assert cases(town).get().grid_id == grid_named(town, "1-2").pk


def test_words_that_mean_two_places_are_asked_about_once(site, town, roads, hidden):
    told = {"text": TEXT, "address": "东大街"}
    asks = site.post("/report/", told)
    page = asks.content.decode()
    assert asks.status_code == 200
    assert page.count('name="place"') == 3
    assert not cases(town).exists()
    chosen = f"{grid_named(town, '2-1').pk}:东大街"
    site.post("/report/", {**told, "asked": hidden(asks, "asked"), "place": chosen})
    assert cases(town).get().grid_id == grid_named(town, "2-1").pk


@pytest.mark.parametrize("chosen", ["unsure", "", "12:东大街", "x" * 500])
def test_a_place_that_was_not_offered_is_not_taken_on_trust(site, town, roads, chosen):
    site.post("/report/", {"text": TEXT, "address": "东大街", "asked": "place", "place": chosen})
    assert cases(town).get().grid_id is None


def test_a_point_on_a_border_is_asked_about_and_the_answer_counts(site, town, hidden):
    told = {"text": TEXT, "lon": "117.01", "lat": "34.605", "source": "map"}
    asks = site.post("/report/", told)
    assert asks.content.decode().count('name="grid"') == 3
    other = grid_named(town, "1-2").pk
    site.post("/report/", {**told, "asked": hidden(asks, "asked"), "grid": other})
    assert cases(town).get().grid_id == other


def test_a_grid_far_from_the_point_cannot_be_claimed(site, town):
    site.post("/report/", {"text": TEXT, **HERE, "asked": "grid", "grid": grid_named(town, "2-1").pk})
    assert cases(town).get().grid_id == grid_named(town, "1-1").pk


def village_of(town, grid):
    return str(grid_named(town, grid).parent_id)


def test_a_place_is_found_without_a_map_by_village_grid_and_road(site, town, roads, hidden):
    told = {"text": TEXT, "village": village_of(town, "1-2"), "address": "3 号楼"}
    asks = site.post("/report/", told)
    page = asks.content.decode()
    assert "在哪个网格" in page
    assert "柳荫路" in page
    assert not cases(town).exists()
    site.post("/report/", {**told, "asked": hidden(asks, "asked"), "place": f"{grid_named(town, '1-2').pk}:柳荫路"})
    case = cases(town).get()
    assert (case.grid_id, round(case.lon, 3)) == (grid_named(town, "1-2").pk, 117.015)
    assert case.address.endswith("柳荫路 3 号楼")


def test_a_whole_grid_from_the_list_has_no_point_made_up(site, town, roads):
    told = {"text": TEXT, "village": village_of(town, "1-1"), "place": f"{grid_named(town, '1-1').pk}:"}
    assert site.post("/report/", told).status_code == 303
    case = cases(town).get()
    assert (case.grid_id, case.lon, case.lat) == (grid_named(town, "1-1").pk, None, None)


@pytest.mark.parametrize("chosen", ["", "7:", "x", "9" * 30 + ":", "柳荫路:柳荫路"])
def test_who_chooses_no_grid_of_the_list_is_asked_once_and_then_taken_all_the_same(site, town, roads, hidden, chosen):
    told = {"text": TEXT, "village": village_of(town, "1-1"), "place": chosen}
    asks = site.post("/report/", told)
    assert "在哪个网格" in asks.content.decode()
    assert site.post("/report/", {**told, "asked": hidden(asks, "asked")}).status_code == 303
    assert cases(town).get().grid_id is None


@pytest.mark.parametrize("village", ["0", "-1", "x", "9" * 40])
def test_a_village_that_is_none_is_passed_over(site, town, village):
    assert site.post("/report/", {"text": TEXT, "village": village}).status_code == 303


def test_the_grids_of_a_village_are_listed_while_one_writes(site, town, roads):
    page = site.post("/report/places/?list=1", {"village": village_of(town, "1-1")}).content.decode()
    assert page.count('type="radio"') == 2 * 2 + 1  # two grids, a road in each and "elsewhere"; then the village
    assert site.post("/report/places/?list=1", {"village": str(grid_named(town, "1-1").pk)}).content.decode().strip() == ""
    assert "radio" not in site.post("/report/places/", {"village": "1", "address": "东大街"}).content.decode()


def test_the_places_words_may_mean_are_offered_while_one_writes(site, roads):
    page = site.post("/report/places/", {"address": "东大街"}).content.decode()
    assert page.count('type="radio"') == 3
    assert site.post("/report/places/", {"address": "东大街", "lon": "117"}).content.decode().strip() == ""
    assert site.post("/report/places/", {"address": "\x00" * 9 + "x" * 9000}).status_code == 200


def test_where_a_point_lies_is_told_before_sending(site):
    page = site.post("/report/places/", HERE).content.decode()
    assert "位置在1村1格" in page
    assert "误差约 10 米" in page
    assert "位置不在本镇" in site.post("/report/places/", {"lon": "0.5", "lat": "0.5"}).content.decode()
    assert site.post("/report/places/", {"lon": "nan", "lat": "1"}).content.decode().strip() == ""


@pytest.mark.parametrize("path", ["/report/places/", "/report/similar/"])
def test_what_is_typed_is_never_asked_about_in_an_address(site, path):
    """An address stands in the access log of every server on the way."""
    assert site.get(path, {"text": TEXT, "address": "东大街"}).status_code == 405


def test_somebody_who_reports_too_often_is_told_when_to_come_again(site, town, monkeypatch):
    monkeypatch.setattr("lianxin.cases.views.public.report.REPORTS", 2)
    answers = [site.post("/report/", {"text": f"{TEXT}{at}"}) for at in range(3)]
    assert [each.status_code for each in answers] == [303, 303, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert REPORTS > 2


def test_a_form_without_its_token_is_refused(town, settings):
    settings.ALLOWED_HOSTS = ["*"]
    strict = Client(headers={"host": "lx.test"}, enforce_csrf_checks=True)
    assert strict.post("/report/", {"text": TEXT}).status_code == 403


def test_staff_who_use_the_residents_page_report_as_residents(site, town):
    clerk = Account.objects.get(username="clerk.lx")
    site.force_login(clerk, backend="lianxin.people.backends.AccountBackend")
    site.post("/report/", {"text": TEXT})
    assert Entry.objects.for_system("tests", town).get(act="open").post_id is None


def test_what_was_taken_is_receipted_and_what_was_not_is_not(site, town):
    sent = {"text": "路灯坏了三天", "idempotency_key": "k" * 16}
    script = {"headers": {"X-Lianxin-Send": "1"}}
    taken = site.post("/report/", sent, **script)
    again = site.post("/report/", sent, **script)
    assert taken.status_code == again.status_code == 204
    assert len(taken.headers["X-Lianxin-Receipt"]) == 64
    assert again.headers["X-Lianxin-Receipt"] == taken.headers["X-Lianxin-Receipt"]
    for wrong in ({**sent, "text": ""}, {**sent, "text": "别的事情，请看看"}):
        assert "X-Lianxin-Receipt" not in site.post("/report/", wrong, **script).headers


def test_the_form_kept_for_offline_is_nobodys(site, town):
    response = site.get("/report/offline/")
    body = response.content.decode()
    assert 'name="csrfmiddlewaretoken" value=""' in body
    assert "csrftoken" not in response.cookies
    assert 'data-outbox="offline"' in body
    assert "现在没有网络" in body


def test_the_worker_comes_from_the_root_and_is_never_kept(site, town, tmp_path, monkeypatch):
    from lianxin.ui import assets

    monkeypatch.setattr(assets, "WORKER", tmp_path / "sw.js")
    assert site.get("/sw.js").status_code == 404
    (tmp_path / "sw.js").write_text("run()")
    response = site.get("/sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert response.headers["Cache-Control"] == "no-cache"
    assert "connect-src 'self'" in response.headers["Content-Security-Policy"]
    assert '"form": "/report/offline/"' in response.content.decode()
