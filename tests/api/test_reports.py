"""Reporting and following by program, without an account."""

import hashlib

import pytest

from calling import REPORT, jpeg
from lianxin.cases.actions import transition
from lianxin.cases.api import public
from lianxin.cases.api.counting import Allowance
from lianxin.cases.models import Case, Photo, Reporter
from lianxin.ledger.verify import verify
from towns import MONDAY, who

pytestmark = pytest.mark.django_db


def test_a_page_of_the_board_that_is_none_is_refused(anybody):
    assert set(anybody("GET", "/board?after=zzz", status=422).json_body["faults"]) == {"after"}


def test_the_choices_of_a_field_are_listed_without_english(anybody):
    faults = anybody("POST", "/reports", {**REPORT, "datum": "utm"}, status=422).json_body["faults"]
    assert faults["datum"] == "只能是：wgs84, gcj02, bd09。"



def test_a_report_is_taken_and_followed_with_its_code(anybody, town):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    case = Case.objects.for_system("tests", town).get(number=made["number"])
    assert case.channel == "api"
    assert case.grid.name == "1村1格"
    assert case.category.key == "streetlight"
    assert made["link"].endswith(f"/r/{made['number']}/{made['code']}/")
    told = anybody("GET", f"/reports/{made['number']}", status=200, Authorization=f"Report {made['code']}").json_body
    assert told["text"] == REPORT["text"]
    assert told["step"] == "collect"
    assert {"add", "withdraw"} <= {each["act"] for each in told["acts"]}
    assert list(verify(town)) == []


def test_the_code_may_stand_in_the_query_and_the_number_be_spaced(anybody):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    assert anybody("GET", f"/reports/{made['spoken']}?code={made['code'].lower()}", status=200)


def test_an_answer_says_where_the_report_is(anybody):
    made = anybody("POST", "/reports", REPORT, status=201)
    assert made.headers["Location"].endswith(f"/api/v1/reports/{made.json_body['number']}")
    assert made.headers["Cache-Control"] == "no-store"


def test_the_same_key_again_is_the_same_report(anybody, town):
    first = anybody("POST", "/reports", REPORT, key="phone-00000001", status=201)
    again = anybody("POST", "/reports", REPORT, key="phone-00000001", status=200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json_body["link"] == first.json_body["link"]
    assert again.json_body["code"] == first.json_body["code"]
    assert Case.objects.for_system("tests", town).count() == 1


def test_another_body_under_the_key_is_refused(anybody, town):
    anybody("POST", "/reports", REPORT, key="phone-00000001", status=201)
    told = anybody("POST", "/reports", {**REPORT, "text": "别的事情"}, key="phone-00000001", status=409)
    assert told.json_body["code"] == "key_used_otherwise"
    assert Case.objects.for_system("tests", town).count() == 1


def test_another_photo_under_the_key_is_another_body(anybody):
    tokens = [
        anybody("POST", "/photos", files={"photo": jpeg(colour)}, status=201).json_body["token"]
        for colour in ("red", "blue")
    ]
    anybody("POST", "/reports", {**REPORT, "photos": tokens[:1]}, key="phone-00000001", status=201)
    anybody("POST", "/reports", {**REPORT, "photos": tokens[:1]}, key="phone-00000001", status=200)
    anybody("POST", "/reports", {**REPORT, "photos": tokens[1:]}, key="phone-00000001", status=409)


@pytest.mark.parametrize("key", [False, "short", "with space in it", "x" * 121, "schlüssel-123"])
def test_a_write_without_a_sound_key_is_refused(anybody, key):
    headers = {"Idempotency_Key": key.encode("utf-8").decode("latin-1")} if key else {}
    told = anybody("POST", "/reports", REPORT, key=False, status=400, **headers)
    assert told.json_body["code"] == "key_missing"


def test_photos_of_a_system_with_a_token_are_not_counted_as_those_of_strangers(anybody, token, monkeypatch):
    monkeypatch.setattr(public, "PHOTOS", Allowance("api.photos", 1))
    clerk = token("clerk")
    for colour in ("red", "green", "blue"):
        clerk("POST", "/photos", files={"photo": jpeg(colour)}, status=201)
    anybody("POST", "/photos", files={"photo": jpeg("red")}, status=201)
    anybody("POST", "/photos", files={"photo": jpeg("green")}, status=429)
    wrong = {"Authorization": "Bearer lx-LX-" + "x" * 43}
    assert anybody("POST", "/photos", files={"photo": jpeg()}, status=401, **wrong).json_body["code"] == "token_unknown"



def test_photos_come_with_a_form(anybody, town):
    fields = {"text": REPORT["text"], "lon": "117.005", "lat": "34.605", "contact.phone": "199 0000 0042"}
    made = anybody("POST", "/reports", fields, files={"photos": [jpeg("red"), jpeg("green")]}, status=201).json_body
    case = Case.objects.for_system("tests", town).get(number=made["number"])
    assert Photo.objects.for_system("tests", town).filter(case_id=case.pk).count() == 2
    assert Reporter.objects.for_system("tests", town).get(case_id=case.pk).phone == "19900000042"


def fetched(caller, href, **headers):
    answer = caller("GET", href.removeprefix("/api/v1"), **headers)
    return answer.status_code, b"".join(answer.streaming_content)[:3] if answer.streaming else b""


def test_the_photos_of_a_report_are_fetched_by_its_reporter_and_the_staff_and_nobody_else(anybody, token, town):
    one, other = (
        anybody("POST", "/reports", {"text": REPORT["text"]}, files={"photos": [jpeg(colour)]}, status=201).json_body
        for colour in ("red", "green")
    )
    secret, foreign = f"Report {one['code']}", f"Report {other['code']}"
    [photo] = anybody("GET", f"/reports/{one['number']}", status=200, Authorization=secret).json_body["photos"]
    assert fetched(anybody, photo["href"], Authorization=secret) == (200, b"\xff\xd8\xff")
    assert fetched(anybody, photo["href"] + "?size=small", Authorization=secret) == (200, b"\xff\xd8\xff")
    assert fetched(anybody, photo["href"], Authorization=foreign)[0] == 404
    assert fetched(anybody, photo["href"].replace(one["number"], other["number"]), Authorization=foreign)[0] == 404
    assert fetched(anybody, photo["href"])[0] == 401
    [seen] = token("clerk")("GET", f"/cases/{one['number']}", status=200).json_body["photos"]
    assert fetched(token("clerk"), seen["href"]) == (200, b"\xff\xd8\xff")
    assert fetched(token("clerk"), seen["href"] + "x")[0] == 404
    assert fetched(token("handler"), seen["href"])[0] == 404  # not theirs to see
    assert fetched(token("clerk", ["cases:write"]), seen["href"])[0] == 403
    assert fetched(anybody, seen["href"])[0] == 401


def test_who_joined_fetches_their_own_photos_alone(anybody, town, now):
    from lianxin.cases.actions.joining import join_case
    from lianxin.cases.links import link_code
    from lianxin.cases.values import Contact
    from lianxin.forms.photos import store
    from lianxin.people.actors import nobody

    made = anybody("POST", "/reports", {"text": REPORT["text"]}, files={"photos": [jpeg("red")]}, status=201).json_body
    case = Case.objects.for_system("tests", town).get(number=made["number"])
    own = store(jpeg("blue").read(), town=town)
    joined = join_case(case.pk, Contact(), actor=nobody(town), now=now, photos=[own])
    secret = f"Report {link_code(joined.reporter_id)}"
    [shown] = anybody("GET", f"/reports/{case.number}", status=200, Authorization=secret).json_body["photos"]
    theirs = Photo.objects.for_system("tests", town).filter(case_id=case.pk).exclude(pk=int(shown["id"])).get()
    assert fetched(anybody, shown["href"], Authorization=secret)[0] == 200
    assert fetched(anybody, f"/api/v1/reports/{case.number}/photos/{theirs.pk}", Authorization=secret)[0] == 404


def test_a_photo_has_one_digest_however_often_it_is_sent(anybody):
    one, two = (anybody("POST", "/photos", files={"photo": jpeg()}, status=201).json_body for _ in range(2))
    assert one["digest"] == two["digest"]
    assert len(one["digest"]) == len(hashlib.sha256().hexdigest())


def test_what_is_no_photo_is_refused_beside_its_field(anybody):
    text = jpeg()
    text.seek(0)
    text.truncate(10)
    told = anybody("POST", "/photos", files={"photo": text}, status=422).json_body
    assert told["code"] == "invalid"
    assert "photo" in told["faults"]


def test_a_photo_too_large_is_refused(anybody, settings):
    settings.LIANXIN_PHOTO_BYTES = 1000
    assert anybody("POST", "/photos", files={"photo": jpeg()}, status=413).json_body["code"] == "too_large"


def test_a_token_nobody_signed_names_no_photo(anybody):
    told = anybody("POST", "/reports", {**REPORT, "photos": ["made-up"]}, status=422).json_body
    assert "photos" in told["faults"]


def test_ten_photos_are_too_many(anybody):
    told = anybody("POST", "/reports", {**REPORT, "photos": ["x"] * 10}, status=422).json_body
    assert "photos" in told["faults"]
    told = anybody("POST", "/reports", {"text": "十张照片"}, files={"photos": [jpeg() for _ in range(10)]}, status=422)
    assert "photos" in told.json_body["faults"]


def test_every_fault_is_told_at_once_and_beside_its_field(anybody):
    body = {
        "text": "", "category": "no_such", "lon": 500, "lat": 34, "contact": {"phone": "12"}, "colour": "red",
        "happened_at": "2026-03-02T09:00:00",
    }  # fmt: skip
    told = anybody("POST", "/reports", body, status=422).json_body
    assert set(told["faults"]) == {"text", "contact.phone", "colour", "happened_at"}
    body = {**REPORT, "category": "no_such", "grid": "nowhere", "lon": 500, "lat": 34}
    told = anybody("POST", "/reports", body, status=422).json_body
    assert set(told["faults"]) == {"category", "grid", "lon"}
    told = anybody("POST", "/reports", {**REPORT, "lat": None}, status=422, Accept_Language="zh").json_body
    assert told["faults"] == {"lat": "经度、纬度要一起填写，缺了一个。"}


def test_a_sentence_is_in_the_callers_language(anybody):
    zh = anybody("POST", "/reports", {"text": ""}, status=422, Accept_Language="zh-CN").json_body
    en = anybody("POST", "/reports", {"text": ""}, status=422, Accept_Language="en").json_body
    assert zh["code"] == en["code"] == "invalid"
    assert en["faults"]["text"] == "At least 2 characters."
    assert en["title"] == "Not as it must be"
    assert zh["faults"]["text"] == "至少 2 个字。"
    assert zh["title"] == "填写有误"
    body = {**REPORT, "contact": {"phone": "12"}, "happened_at": "1999-03-02T09:00:00Z"}
    faults = anybody("POST", "/reports", body, status=422, Accept_Language="zh-CN").json_body["faults"]
    assert faults == {"contact.phone": "这不是电话号码。", "happened_at": "这个时间不对：早于 2000 年，或晚于明天。"}


def test_coordinates_of_chinese_maps_are_turned(anybody, town):
    from lianxin.places.datum import from_wgs84

    lon, lat = from_wgs84(117.005, 34.605, "gcj02")
    made = anybody("POST", "/reports", {**REPORT, "lon": lon, "lat": lat, "datum": "gcj02"}, status=201).json_body
    case = Case.objects.for_system("tests", town).get(number=made["number"])
    assert case.lon == pytest.approx(117.005, abs=1e-6)
    assert case.lat == pytest.approx(34.605, abs=1e-6)


def test_a_place_outside_every_grid_is_taken_all_the_same(anybody, town):
    made = anybody("POST", "/reports", {**REPORT, "lon": 80.0, "lat": 40.0}, status=201).json_body
    assert Case.objects.for_system("tests", town).get(number=made["number"]).grid_id is None


@pytest.mark.parametrize("code", ["", "A" * 16, "é" * 16, "x" * 5000])
def test_a_wrong_code_opens_nothing_and_is_told_like_a_wrong_number(anybody, code):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    if not code:
        assert anybody("GET", f"/reports/{made['number']}", status=401).json_body["code"] == "code_missing"
        return
    wrong_code = anybody("GET", f"/reports/{made['number']}?code={code}", status=404).json_body
    wrong_number = anybody("GET", f"/reports/LX00000000?code={made['code']}", status=404).json_body
    assert wrong_code == wrong_number


@pytest.mark.parametrize(("act", "given", "taken"), [
    ("satisfied", {"rating": 2}, False), ("satisfied", {"rating": "3"}, True),
    ("dissatisfied", {"rating": 3, "reason": "还是不亮"}, False), ("dissatisfied", {"rating": 2, "reason": "还是不亮"}, True),
])  # fmt: skip
def test_stars_that_say_the_opposite_of_the_act_are_refused(anybody, town, act, given, taken):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    pk = Case.objects.for_system("tests", town).get(number=made["number"]).pk
    transition(pk, "accept", actor=who(town, "clerk"), now=MONDAY)
    transition(pk, "answer", actor=who(town, "clerk"), now=MONDAY, given={"answer": "已修好"})
    place = f"/reports/{made['number']}"
    told = anybody("GET", f"{place}?code={made['code']}").json_body
    stars = {
        each["act"]: [option["value"] for option in field["options"]]
        for each in told["acts"] for field in each["fields"] if field["name"] == "rating"
    }  # fmt: skip
    assert stars == {"satisfied": ["5", "4", "3"], "dissatisfied": ["2", "1"]}
    sent = {"act": act, "version": told["version"], "given": given}
    done = anybody("POST", f"{place}/transitions?code={made['code']}", sent, status=201 if taken else 422)
    assert ("given.rating" in done.json_body.get("faults", {})) is not taken


def test_a_code_opens_its_own_report_alone(anybody):
    one, two = (anybody("POST", "/reports", REPORT, status=201).json_body for _ in range(2))
    anybody("GET", f"/reports/{two['number']}?code={one['code']}", status=404)


def test_guessing_codes_is_slowed_down(anybody, monkeypatch):
    from lianxin.cases.api import counting, credentials

    monkeypatch.setattr(credentials, "GUESSES", counting.Allowance("api.code", 3))
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    for _ in range(3):
        anybody("GET", f"/reports/{made['number']}?code=WRONG", status=404)
    told = anybody("GET", f"/reports/{made['number']}?code=WRONG", status=429)
    assert 0 < int(told.headers["Retry-After"]) <= 3600


def test_a_client_that_sends_too_much_is_told_when_to_come_again(anybody, monkeypatch, town):
    from lianxin.cases.api import counting, public

    monkeypatch.setattr(public, "REPORTS", counting.Allowance("api.reports", 2))
    for _ in range(2):
        anybody("POST", "/reports", REPORT, status=201)
    told = anybody("POST", "/reports", REPORT, status=429)
    assert told.json_body["code"] == "slow_down"
    assert int(told.headers["Retry-After"]) > 0
    assert Case.objects.for_system("tests", town).count() == 2


def test_a_reporter_adds_and_withdraws(anybody, town):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    code = {"Authorization": f"Report {made['code']}"}
    where = f"/reports/{made['number']}/transitions"
    token = anybody("POST", "/photos", files={"photo": jpeg()}, status=201).json_body["token"]
    body = {"act": "add", "given": {"note": "晚上更黑", "photos": [token]}}
    done = anybody("POST", where, body, status=201, key="added-00001", **code).json_body
    assert done["version"] == 2
    again = anybody("POST", where, body, status=200, key="added-00001", **code)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json_body["version"] == 2
    assert Photo.objects.for_system("tests", town).count() == 1
    stale = anybody("POST", where, {"act": "withdraw", "version": 1}, status=409, **code).json_body
    assert stale["code"] == "stale"
    ended = anybody("POST", where, {"act": "withdraw", "version": 2}, status=201, **code).json_body
    assert ended["ended"]
    refused = anybody("POST", where, {"act": "withdraw"}, status=409, **code).json_body
    assert refused["code"] == "not_from_here"


def test_a_reporter_cannot_do_what_the_staff_does(anybody):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    where, code = f"/reports/{made['number']}/transitions", {"Authorization": f"Report {made['code']}"}
    assert anybody("POST", where, {"act": "accept"}, status=403, **code).json_body["code"] == "not_yours"


def test_whoever_joined_does_not_read_the_first_reporters_words(anybody, town, now):
    from lianxin.cases.actions.joining import join_case
    from lianxin.cases.links import link_code
    from lianxin.cases.values import Contact
    from lianxin.people.actors import nobody

    made = anybody("POST", "/reports", REPORT, status=201).json_body
    case = Case.objects.for_system("tests", town).get(number=made["number"])
    joined = join_case(case.pk, Contact(), actor=nobody(town), now=now)
    told = anybody("GET", f"/reports/{case.number}?code={link_code(joined.reporter_id)}", status=200)
    assert "路灯" not in told.content.decode() or told.json_body["text"] == ""
    assert told.json_body["title"] == ""
    assert REPORT["text"] not in told.content.decode()
