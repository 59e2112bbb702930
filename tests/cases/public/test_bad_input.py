"""Whatever somebody types or sends: a clear sentence, the right status, and nothing they typed is lost."""

import io
import re
import struct
import tracemalloc
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cases.case.staging import signed_in
from lianxin.cases.models import Case, Photo, Reporter
from lianxin.cases.search import find
from lianxin.forms.photos import PhotoRefused, store
from lianxin.keys.cache import forget
from lianxin.ledger.models import Text

pytestmark = [pytest.mark.django_db, pytest.mark.row("B1", "J")]
TEXT = "村口路灯坏了三天，晚上看不见路"
RARE = "𠮷田家门口，䶮姓老人 😀👨‍👩‍👧 路灯坏了"
LONG = "字" * 10_000
SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def cases(town):
    return Case.objects.for_system("t", town)


def bodies(town, field="text"):
    return list(Text.objects.for_system("t", town).filter(field=field).values_list("body", flat=True))


# --- words -----------------------------------------------------------------------------------------------------------

PLACES = ("/report/", "/desk/register/", "link", "transitions")


def words_sent(place, site, town, lamp, link, words, **more):
    """The same words into each of the doors that people write into; the page that answers, and how it names the field."""
    if place == "/report/":
        return site.post(place, {"text": words, "name": "王某", **more})
    if place == "/desk/register/":
        return signed_in("clerk").post(place, {"text": words, "name": "王某", "do": "save", **more})
    done = lamp()
    if place == "link":
        return site.post(link(done), {"act": "add", "note": words, "version": done.case.version, **more})
    path = f"/cases/{done.case.number}/transitions"
    return signed_in("clerk").post(path, {"act": "accept", "note": words, "version": done.case.version, **more})


@pytest.mark.parametrize("place", PLACES)
def test_ten_thousand_characters_are_too_many_said_so_and_come_back_whole(site, town, lamp, link, place):
    page = words_sent(place, site, town, lamp, link, LONG)
    assert page.status_code == 422
    assert "最多 4000" in page.content.decode()
    assert LONG in page.content.decode()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", [f"{TEXT}\x00\x07\x1b[31m\ud800", "\u202e" + TEXT, f"\ufeff{TEXT}\x7f"])
def test_control_characters_are_left_out_and_the_words_are_taken(site, town, lamp, link, place, words):
    page = words_sent(place, site, town, lamp, link, words.encode("utf-8", "replace").decode() if "\ud800" in words else words)
    assert page.status_code in {302, 303}
    kept = "".join(bodies(town) + bodies(town, "note"))
    assert TEXT in kept
    assert not set(kept) & {"\x00", "\x07", "\x1b", "\x7f"}


@pytest.mark.parametrize("place", PLACES)
def test_html_and_script_stay_words_wherever_they_are_shown(site, town, lamp, link, place):
    page = words_sent(place, site, town, lamp, link, SCRIPT + "字" * 4001)  # refused: it comes back in its field
    assert page.status_code == 422
    assert "<script>alert" not in page.content.decode()
    assert "<img src=x" not in page.content.decode()
    assert words_sent(place, site, town, lamp, link, SCRIPT).status_code in {302, 303}
    case = cases(town).order_by("-id")[0]
    html = signed_in("clerk").get(f"/cases/{case.number}/").content.decode()
    assert "&lt;script&gt;alert" in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("place", ["/report/", "link", "transitions"])
@pytest.mark.parametrize("words", ["", "   \n\t ", "\x00\x07"])
def test_nothing_is_asked_for_once_more_or_left_out(site, town, lamp, link, place, words):
    page = words_sent(place, site, town, lamp, link, words)
    assert page.status_code == (303 if place == "transitions" else 422)  # a note may be left out, a report's words not


def test_rare_characters_and_emoji_come_back_from_every_side(site, town):
    """Kept, shown, found again, in the register's table, on paper, and by the API."""
    assert site.post("/report/", {"text": RARE, "name": "䶮𠮷", "phone": "19900000001"}).status_code == 303
    case, clerk = cases(town).get(), signed_in("clerk")
    assert RARE in bodies(town)
    assert RARE in clerk.get(f"/cases/{case.number}/").content.decode()
    for word in ("𠮷田", "䶮姓", "𠮷", "䶮"):
        assert find(town.pk, word) == [case.pk], word
        assert case.number in clerk.get("/desk/search/", {"q": word}).content.decode()
    told = clerk.get(f"/api/v1/cases/{case.number}").json()
    assert told["text"] == RARE
    assert Reporter.objects.for_system("t", town).get().name == "䶮𠮷"
    assert clerk.get(f"/cases/{case.number}/slip.pdf").content[:5] == b"%PDF-"


def test_rare_characters_come_back_from_the_export(site, town, tmp_path):
    from click.testing import CliRunner

    from lianxin.town.cli import main

    site.post("/report/", {"text": RARE})
    made = CliRunner().invoke(main, ["export", "cases", "--as", "supervisor.lx", "--to", str(tmp_path / "cases.csv")])
    assert made.exit_code == 0, made.output
    assert "𠮷田家门口" in (tmp_path / "cases.csv").read_text("utf-8-sig")


# --- files -----------------------------------------------------------------------------------------------------------


def bomb(width, height, kind=b"\x02"):
    """A PNG of a few kilobytes that unfolds to width × height pixels."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = zlib.compressobj(9)
    row = bytes(width * 3 + 1)
    body = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


FILES = {
    "a photo of 60 MB": (lambda: b"\xff\xd8\xff\xe0" + b"\x00" * 60_000_000, "IMG_60.jpg", "20 MB"),
    "a picture that unfolds to 80 million pixels": (lambda: bomb(10_000, 8_000), "small.png", "像素"),
    "a PDF that says it is a photo": (lambda: b"%PDF-1.7\n1 0 obj", "letter.jpg", "不是照片"),
    "an archive that says it is a photo": (lambda: b"PK\x03\x04" + b"\x00" * 400, "photos.jpg", "不是照片"),
    "half a photo": (lambda: drawn()[:300], "half.jpg", "不是照片"),
}


def drawn(colour="grey"):
    out = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize("place", ["/report/", "link"])
def test_a_file_that_cannot_be_taken_is_named_and_everything_else_stays(site, town, lamp, link, hidden, what, place):
    body, name, words = FILES[what]
    files = [SimpleUploadedFile("good.jpg", drawn(), "image/jpeg"), SimpleUploadedFile(name, body(), "image/jpeg")]
    page = words_sent(place, site, town, lamp, link, TEXT, photos=files)
    html = page.content.decode()
    assert page.status_code == 422
    assert name in html
    assert words in html
    assert TEXT in html
    assert hidden(page, "photos_kept")
    assert not Photo.objects.for_system("t", town).exists()


def test_thirty_photos_are_too_many_and_the_first_nine_are_kept(site, town, hidden):
    files = [SimpleUploadedFile(f"{at}.jpg", drawn((at * 8, 0, 0)), "image/jpeg") for at in range(30)]
    page = site.post("/report/", {"text": TEXT, "photos": files})
    assert page.status_code == 422
    assert "最多 9 张" in page.content.decode()
    again = site.post("/report/", {"text": TEXT, "photos_kept": hidden(page, "photos_kept")})
    assert again.status_code == 303
    assert Photo.objects.for_system("t", town).count() == 9


def test_a_picture_that_unfolds_is_refused_before_it_is_unfolded(town):
    body = bomb(10_000, 8_000)
    tracemalloc.start()
    with pytest.raises(PhotoRefused, match="too_many_pixels"):
        store(body, town=town)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat", "where"),
    [("122.5", "30.0", "in the sea"), ("104.06", "30.67", "in another province"), ("139.7", "35.7", "abroad"), ("0", "0", "nowhere")],
)
def test_a_place_far_away_is_taken_and_said_to_be_outside(site, town, lon, lat, where):
    sent = site.post("/report/", {"text": TEXT, "lon": lon, "lat": lat, "source": "map"})
    assert sent.status_code == 303, where
    assert "不在" in site.get(sent["Location"]).content.decode()
    assert cases(town).get().grid_id is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"datum": "wgs72"}, "坐标系"), ({"datum": "<b>"}, "坐标系"), ({"lon": "34.6", "lat": "117.0"}, "写反"),
        ({"lon": "117.0"}, "缺了一个"), ({"lon": "一一七"}, "经纬度"), ({"lon": "1e400"}, "经"),
    ],
)  # fmt: skip
def test_a_place_that_is_none_is_said_so_and_the_words_stay(site, town, wrong, words):
    page = site.post("/report/", {"text": TEXT, "lon": "117.0", "lat": "34.6", "address": "村口", **({"lat": ""} if wrong == {"lon": "117.0"} else {}), **wrong})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert TEXT in page.content.decode()
    assert "村口" in page.content.decode()
    assert not cases(town).exists()


# --- twice, too often ------------------------------------------------------------------------------------------------


def test_a_double_click_is_one_request_and_one_page(site, town):
    form = {"text": TEXT, "idempotency_key": "double-click"}
    first, second = site.post("/report/", form), site.post("/report/", form)
    assert first["Location"] == second["Location"]
    assert cases(town).count() == 1


def test_the_same_key_with_other_words_is_refused_and_the_words_stay(site, town):
    site.post("/report/", {"text": TEXT, "idempotency_key": "k"})
    page = site.post("/report/", {"text": "另一件事：井盖没了", "idempotency_key": "k"})
    assert page.status_code == 409
    assert "另一件事：井盖没了" in page.content.decode()


def test_too_many_from_one_place_is_said_politely_with_all_that_was_typed(site, town, monkeypatch, hidden):
    monkeypatch.setattr("lianxin.cases.views.public.report.REPORTS", 1)
    assert site.post("/report/", {"text": TEXT}).status_code == 303
    photo = SimpleUploadedFile("a.jpg", drawn(), "image/jpeg")
    page = site.post("/report/", {"text": "第二件：护栏断了", "address": "三队桥头", "photos": [photo]})
    html = page.content.decode()
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert "请等" in html
    assert "第二件：护栏断了" in html
    assert "三队桥头" in html
    assert hidden(page, "photos_kept")


def test_neighbours_behind_one_address_do_not_shut_each_other_out_and_a_script_is_stopped(town, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("lianxin.cases.views.public.report.REPORTS", 2)
    monkeypatch.setattr("lianxin.cases.views.public.report.OF_ADDRESS", 5)

    def sent(mark, at):
        browser = Client(headers={"host": "lx.test"})
        browser.cookies["csrftoken"] = mark
        return browser.post("/report/", {"text": f"{TEXT}{at}"}).status_code

    assert [sent("a" * 32, at) for at in range(3)] == [303, 303, 429]
    assert [sent("b" * 32, at) for at in range(3, 6)] == [303, 303, 429]
    assert [sent(f"{at:032}", at) for at in range(6, 9)] == [303, 429, 429]  # a new mark with each


def test_too_many_with_one_telephone_from_wherever(town, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("lianxin.cases.allowance.PER_PHONE", 2)
    town.phone = "0516-80000110"
    town.save()
    forget()
    answers = []
    for at in range(4):
        browser = Client(headers={"host": "lx.test"}, REMOTE_ADDR=f"10.1.0.{at}")
        answers.append(browser.post("/report/", {"text": f"{TEXT}{at}", "phone": "19900000001"}))
    assert [each.status_code for each in answers] == [303, 303, 429, 429]
    page = answers[-1].content.decode()
    assert f"{TEXT}3" in page
    assert re.search(r"一天最多这么多，到 (今天|明天) 08:00 可以再提交。事情急就请打电话 0516-80000110。您写的都还在这里。", page)
    assert browser.post("/report/", {"text": TEXT, "phone": "19900000002"}).status_code == 303


def test_what_comes_again_under_its_key_is_answered_though_the_telephone_is_used_up(town, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("lianxin.cases.allowance.PER_PHONE", 2)
    browser, phone = Client(headers={"host": "lx.test"}), "19900000001"

    def page(words, key):
        return browser.post("/report/", {"text": words, "phone": phone, "idempotency_key": key})

    def program(words, key):
        body, head = {"text": words, "contact": {"phone": phone}}, {"Idempotency-Key": key}
        return browser.post("/api/v1/reports", body, content_type="application/json", headers=head)

    first, other = page(TEXT, "k1"), program(TEXT, "k" * 12)
    assert (first.status_code, other.status_code) == (303, 201)
    assert page(TEXT + "！", "k2").status_code == program(TEXT + "！", "l" * 12).status_code == 429
    again = page(TEXT, "k1")
    assert (again.status_code, again.url) == (303, first.url)
    again = program(TEXT, "k" * 12)
    assert (again.status_code, again.json()) == (200, other.json())


def test_who_joins_with_a_telephone_that_is_used_up_waits(town, settings, lamp, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("lianxin.cases.allowance.PER_PHONE", 1)
    browser, number = Client(headers={"host": "lx.test"}), lamp().case.number
    join = f"/join/{number}/"
    assert browser.post(join, {"phone": "19900000001", "text": "一样"}).status_code == 303
    page = browser.post(join, {"phone": "19900000001", "text": "我家也是"})
    assert page.status_code == 429
    assert "我家也是" in page.content.decode()


def test_programs_share_the_allowance_of_a_telephone(town, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("lianxin.cases.allowance.PER_PHONE", 1)
    town.phone = "0516-80000110"
    town.save()
    forget()
    browser, sent = Client(headers={"host": "lx.test"}), {"text": TEXT, "phone": "19900000001"}
    assert browser.post("/report/", sent).status_code == 303
    body = {"text": TEXT, "contact": {"phone": "19900000001"}}
    told = browser.post("/api/v1/reports", body, content_type="application/json", headers={"Idempotency-Key": "k" * 12})
    assert told.status_code == 429
    detail = told.json()["detail"]
    assert told.json()["code"] == "slow_down"
    assert re.search(r"到 (今天|明天) 08:00 可以再提交。事情急就请打电话 0516-80000110。", detail)
    assert "没有做任何改动，到时候用同一个 Idempotency-Key 原样再发一次即可。" in detail
    assert not re.search(r"\d秒|秒后", detail)


def test_too_many_words_added_are_said_politely_and_stay(site, town, lamp, link, monkeypatch):
    monkeypatch.setattr("lianxin.cases.views.public.follow.ACTS", 1)
    done = lamp()
    assert site.post(link(done), {"act": "add", "note": "一"}).status_code == 303
    page = site.post(link(done), {"act": "add", "note": "还有一件要补充"})
    assert page.status_code == 429
    assert "还有一件要补充" in page.content.decode()


def test_too_many_me_toos_are_said_politely_and_stay(site, town, lamp, publish, monkeypatch):
    monkeypatch.setattr("lianxin.cases.views.public.report.REPORTS", 0)
    done = lamp()
    publish(done.case)
    page = site.post(f"/join/{done.case.number}/", {"name": "李翠兰", "phone": "19900000077"})
    assert page.status_code == 429
    assert "李翠兰" in page.content.decode()
