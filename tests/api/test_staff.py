"""The staff's operations: what each may see and do, by token and by session."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from calling import REPORT, Caller, jpeg
from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case
from lianxin.cases.values import Draft, Holder
from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from lianxin.places.models import AddressName
from lianxin.places.sites.actions import SiteFacts, add_site, end_site
from lianxin.ui.words import stamp
from towns import MONDAY, grid_named, reporter_of, who

pytestmark = pytest.mark.django_db


def opened(town, title, grid="1-1"):
    draft = Draft(kind="request", title=title, text=f"{title}，请来看看", grid_id=grid_named(town, grid).pk)
    return open_case(draft, actor=nobody(town), now=MONDAY)


def handled(town, title, unit="utilities", grid="1-1"):
    """A case that a unit has been given."""
    done = opened(town, title, grid)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=MONDAY + timedelta(minutes=5))
    given = {"holder": Holder(unit_by_key(town, unit).pk)}
    return transition(done.standing, "assign", actor=who(town, "clerk"), now=MONDAY + timedelta(minutes=9), given=given)


def numbers(answer):
    return {row["number"] for row in answer.json_body["rows"]}


def test_each_role_lists_what_it_may_see(town, token):
    lamp, pipe, dirt = (
        handled(town, "路灯不亮"), handled(town, "水管爆裂", grid="2-1"), handled(town, "垃圾成堆", "sanitation", "2-1"),
    )  # fmt: skip
    every = {done.case.number for done in (lamp, pipe, dirt)}
    assert numbers(token("clerk")("GET", "/cases", status=200)) == every
    assert numbers(token("leader")("GET", "/cases", status=200)) == every
    assert numbers(token("handler")("GET", "/cases", status=200)) == {lamp.case.number, pipe.case.number}
    assert numbers(token("worker")("GET", "/cases", status=200)) == {lamp.case.number}
    assert numbers(token("admin")("GET", "/cases", status=200)) == set()


def test_a_case_of_others_is_told_like_none(town, other_town, token):
    foreign = opened(other_town, "别的镇的事").case.number
    there = opened(town, "二村的事", "2-1").case.number
    for number in (foreign, there, "LX00000000", "%00", "x" * 300):
        for end in ("", "/entries"):
            told = token("worker")("GET", f"/cases/{number}{end}", status=None)
            assert told.status_code in {400, 404}
            assert "事" not in told.json_body["detail"]
        body = {"act": "accept", "version": 1}
        assert token("worker")("POST", f"/cases/{number}/transitions", body).status_code in {400, 404}


def test_a_case_goes_round_by_program(town, token, anybody):
    made = anybody("POST", "/reports", REPORT, status=201).json_body
    clerk, handler, where = token("clerk"), token("handler"), f"/cases/{made['number']}"
    photo = anybody("POST", "/photos", files={"photo": jpeg()}, status=201).json_body["token"]
    steps = [
        (clerk, "accept", {}, "triage"), (clerk, "assign", {"holder": "unit:utilities"}, "dispatch"),
        (handler, "take", {}, "handle"), (handler, "contact", {"contacted": "reached"}, "handle"),
        (handler, "finish", {"answer": "修好了", "photos": [photo]}, "feedback"),
    ]  # fmt: skip
    for caller, act, given, step in steps:
        seen = caller("GET", where, status=200).json_body
        assert act in {each["act"] for each in seen["acts"]}
        body = {"act": act, "version": seen["version"], "given": given}
        assert caller("POST", where + "/transitions", body, status=201).json_body["step"] == step
    code = {"Authorization": f"Report {made['code']}"}
    told = anybody("GET", f"/reports/{made['number']}", status=200, **code).json_body
    assert any(row["text"] == "修好了" for row in told["timeline"])
    entries = clerk("GET", where + "/entries", status=200).json_body["rows"]
    assert [row["act"] for row in entries] == ["open", "accept", "assign", "take", "contact", "finish"]
    assert entries[2]["given"]["holder"]["unit"] == str(unit_by_key(town, "utilities").pk)
    assert list(verify(town)) == []


def test_a_list_is_paged_by_key_without_doubles(town, token):
    made = {opened(town, f"第{n}件").case.number for n in range(7)}
    clerk, seen, after = token("clerk"), [], ""
    while True:
        page = clerk("GET", f"/cases?most=3&after={after}", status=200).json_body
        seen += [row["number"] for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == 7
    assert set(seen) == made


def test_a_page_that_is_none_is_refused(token):
    assert set(token("clerk")("GET", "/cases?after=zzz", status=422).json_body["faults"]) == {"after"}


def test_a_list_costs_the_same_however_long(town, token, django_assert_max_num_queries):
    for n in range(12):
        opened(town, f"第{n}件")
    clerk = token("clerk")
    clerk("GET", "/cases?most=2", status=200)
    with django_assert_max_num_queries(8):  # two for the token, six for the page
        clerk("GET", "/cases?most=200", status=200)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("words=路灯", {"路灯不亮"}), ("words=不亮 请来", {"路灯不亮"}), ("words=没有这样的词", set()),
        ("phase=collect", {"水管爆裂"}), ("step=dispatch", {"路灯不亮"}), ("light=late", {"路灯不亮", "水管爆裂"}),
        ("light=ok", set()), ("category=utilities", set()), ("closed=true", {"路灯不亮", "水管爆裂"}),
        ("scope=mine", {"水管爆裂"}), ("kind=dispute", set()), ("duty=extension", set()),
    ],
)  # fmt: skip
def test_filters_narrow_the_list(town, token, query, found):
    handled(town, "路灯不亮")
    opened(town, "水管爆裂")
    answer = token("clerk")("GET", f"/cases?{query}")
    if answer.status_code == 422:  # the town has no group of this name
        assert query.startswith("category")
        return
    assert {row["title"] for row in answer.json_body["rows"]} == found


@pytest.mark.parametrize(
    "query",
    ["most=0", "most=201", "most=x", "phase=nowhere", "colour=red", "grid=none", "category=none", "number=12", "scope=",
     "phone=1", "closed=perhaps"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_refused(token, query):
    told = token("clerk")("GET", f"/cases?{query}", status=422).json_body
    assert list(told["faults"]) == [query.partition("=")[0]]


def test_the_telephone_is_masked_everywhere(town, token):
    made = token("clerk")(
        "POST", "/cases", {"text": "来电反映路灯不亮", "contact": {"name": "王大明", "phone": "19900000042"}}, status=201
    ).json_body
    assert made["unit"]
    assert made["version"] == 1
    for path in ("/cases", f"/cases/{made['number']}", f"/cases/{made['number']}/entries"):
        text = token("clerk")("GET", path, status=200).content.decode()
        assert "19900000042" not in text
        assert "王大明" not in text
    people = token("clerk")("GET", f"/cases/{made['number']}", status=200).json_body["reporters"]
    assert (people[0]["name"], people[0]["phone"]) == ("王**", "199****0042")


def test_registering_is_for_those_who_may(town, token):
    assert token("leader")("POST", "/cases", {"text": "路灯不亮"}, status=403).json_body["code"] == "may_not"
    assert token("worker")("POST", "/cases", {"text": "路灯不亮", "channel": "field"}, status=201)
    told = token("clerk")("POST", "/cases", {"text": "路灯不亮", "kind": "no_such"}, status=422).json_body
    assert "kind" in told["faults"]


def test_a_stale_act_is_refused_and_changes_nothing(town, token):
    case = opened(town, "路灯不亮").case
    clerk, where = token("clerk"), f"/cases/{case.number}/transitions"
    clerk("POST", where, {"act": "accept", "version": 1}, status=201)
    told = clerk("POST", where, {"act": "reject", "version": 1, "given": {"clause": "court", "reason": "x"}}, status=409)
    assert told.json_body["code"] == "stale"
    done = Entry.objects.for_system("tests", town).get(subject_kind="case", subject_id=case.pk, act="accept")
    name = Account.objects.get(username="clerk.lx").name
    assert told.json_body["detail"].startswith(f"{name} · ")
    assert f"已在 {stamp(done.at)} 作了改动" in told.json_body["detail"]
    assert Case.objects.for_system("tests", town).get(pk=case.pk).step == "triage"


def test_an_act_sent_twice_is_done_once(town, token):
    case = opened(town, "路灯不亮").case
    clerk, where = token("clerk"), f"/cases/{case.number}/transitions"
    body = {"act": "accept", "version": 1}
    clerk("POST", where, body, key="twice-00001", status=201)
    again = clerk("POST", where, body, key="twice-00001", status=200)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = clerk("POST", where, {"act": "note", "version": 2, "given": {"note": "x"}}, key="twice-00001", status=409)
    assert other.json_body["code"] == "key_used_otherwise"
    assert Case.objects.for_system("tests", town).get(pk=case.pk).version == 2


def test_refusals_name_code_and_fields(town, token):
    case = handled(town, "路灯不亮").case
    where, version = f"/cases/{case.number}/transitions", case.version
    handler, clerk = token("handler"), token("clerk")

    def told(caller, act, given=None, status=422):
        return caller("POST", where, {"act": act, "version": version, "given": given or {}}, status=status).json_body

    assert told(clerk, "take", status=403)["code"] == "not_yours"
    assert told(handler, "finish", {"answer": "x"}, 409)["code"] == "not_from_here"
    assert told(clerk, "no_such_act", status=409)["code"] == "not_from_here"
    missing = told(handler, "send_back")
    assert list(missing["faults"]) == ["given.reason"]
    assert list(told(clerk, "reassign", {"holder": "unit:nobody", "reason": "x"})["faults"]) == ["given.holder"]
    assert list(told(handler, "take", {"answer": "x"})["faults"]) == ["given.answer"]
    assert list(told(handler, "take", {"colour": "x"})["faults"]) == ["given.colour"]
    assert told(handler, "conclude", {"note": "x"}, None)["code"] in {"not_yours", "no_such_duty"}


def test_a_session_writes_only_with_its_csrf_token(town, signed_in):
    case = opened(town, "路灯不亮").case
    clerk, where, body = signed_in("clerk", checks=True), f"/cases/{case.number}/transitions", {"act": "accept", "version": 1}
    assert clerk("GET", "/cases", status=200)
    assert clerk("POST", where, body, status=403).json_body["code"] == "csrf"
    clerk.client.cookies["csrftoken"] = "a" * 32
    assert clerk("POST", where, body, status=201, X_CSRFToken="a" * 32)


def test_without_credentials_the_staffs_door_is_shut(town, client):
    told = Caller(client)("GET", "/cases", status=401)
    assert told.json_body["code"] == "sign_in"
    assert told.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_account_without_a_post_here_is_nobody(town, other_town, signed_in):
    stranger = signed_in("clerk", of=other_town)
    assert stranger("GET", "/cases", status=403).json_body["code"] == "not_staff"
    assert stranger("GET", "/me", status=403)


def test_why_tells_of_every_rule(town, token):
    grid = grid_named(town, "1-1")
    told = token("clerk")("GET", f"/routes/why?category=streetlight&grid={grid.pk}", status=200).json_body
    taken = [each for each in told["reasons"] if each["verdict"] == "taken"]
    assert len(taken) == 1
    assert told["route"] == taken[0]["route"]
    assert not told["fallback"]
    rules = token("clerk")("GET", "/routes", status=200).json_body["rows"]
    assert {each["route"] for each in told["reasons"]} == {rule["id"] for rule in rules}
    at = "2026-03-01T03:00:00%2B08:00"
    assert token("clerk")("GET", f"/routes/why?category=streetlight&at={at}", status=200)
    assert "at" in token("clerk")("GET", "/routes/why?at=2026-03-01T03:00:00", status=422).json_body["faults"]


def test_why_takes_an_address_and_says_where_it_is_unsure(town, token):
    for grid in ("1-2", "2-1"):
        at, point = grid_named(town, grid), [117.015, 34.605]
        AddressName.objects.create(town=town, name="阳光花园", kind="compound", grid=at, point=point)
    bump(town)
    clerk, here = token("clerk"), grid_named(town, "2-1")

    def why(address, more=""):
        return clerk("GET", f"/routes/why?category=streetlight&address={quote(address)}{more}", status=200).json_body

    told = why("阳光花园3号楼")
    assert (told["grid"], told["unsure"]) == (None, True)
    assert {each["grid"]["id"] for each in told["places"]} == {str(grid_named(town, g).pk) for g in ("1-2", "2-1")}
    sure = why(f"{here.parent.name}阳光花园3号楼")
    assert (sure["grid"]["id"], sure["unsure"], sure["places"][0]["name"]) == (str(here.pk), False, "阳光花园")
    assert (why("天涯海角")["places"], why("天涯海角")["unsure"]) == ([], False)
    named = why("阳光花园", f"&grid={here.pk}")
    assert (named["grid"]["id"], named["unsure"]) == (str(here.pk), False)
    assert "address" in clerk("GET", f"/routes/why?address={'x' * 300}", status=422).json_body["faults"]


def test_me_tells_post_and_scopes(town, token, signed_in):
    told = token("clerk", ["setup:read"])("GET", "/me", status=200).json_body
    assert told["role"]["key"] == "clerk"
    assert told["scopes"] == ["setup:read"]
    assert told["unit"]["key"] == "desk"
    assert signed_in("clerk")("GET", "/me", status=200).json_body["scopes"] is None


def test_the_board_shows_what_is_published_alone(town, anybody):
    from lianxin.cases.models import Publication

    shown, hidden, withheld = (opened(town, title) for title in ("公开的事", "没公开的事", "不公开的事"))
    for done, state in ((shown, "published"), (withheld, "withheld")):
        Publication.objects.create(
            town=town, case_id=done.case.pk, state=state, title=f"{done.case.title}（已核对）", text="路灯", checked_by=1,
            at=MONDAY,
        )  # fmt: skip
    assert numbers(anybody("GET", "/board", status=200)) == {shown.case.number}
    assert numbers(anybody("GET", "/board?words=路灯&state=open&grid=999001101201", status=200)) == {shown.case.number}
    assert numbers(anybody("GET", "/board?words=请来看看", status=200)) == set()
    assert anybody("GET", f"/board/{shown.case.number}", status=200).json_body["photos"] == []
    for done in (hidden, withheld):
        anybody("GET", f"/board/{done.case.number}", status=404)


def test_a_reporter_of_a_refused_case_reads_the_ground_and_the_way_on(town, anybody):
    from lianxin.cases.links import link_code

    done = opened(town, "宅基地纠纷")
    given = {"clause": "court", "reason": "已起诉"}
    ended = transition(done.standing, "reject", actor=who(town, "clerk"), now=MONDAY, given=given)
    assert reporter_of(town, done).reporter_id == done.reporter_id
    told = anybody("GET", f"/reports/{ended.case.number}?code={link_code(done.reporter_id)}", status=200).json_body
    assert told["outcome"] == "refused"
    assert "已起诉" in told["timeline"][-1]["text"]
    assert "appeal" in {each["act"] for each in told["acts"]}


def test_sites_are_listed_by_kind_place_and_words_and_paged_by_key(town, other_town, token, anybody):
    admin, one = who(town, "admin"), grid_named(town, "1-1")
    made = [
        add_site(SiteFacts(kind, name, grid_named(town, grid).pk, "柳湾路 8 号", 117.005, 34.605), actor=admin, now=MONDAY)
        for kind, name, grid in (("compound", "锦绣家园", "1-1"), ("venue", "广场", "1-1"), ("venue", "小学", "2-1"))
    ]
    add_site(SiteFacts("venue", "外镇", grid_named(other_town, "1-1").pk), actor=who(other_town, "admin"), now=MONDAY)
    end_site(made[1], "拆除", actor=admin, now=MONDAY)
    clerk = token("clerk")

    def names(query):
        return [row["name"] for row in clerk("GET", f"/sites{query}", status=200).json_body["rows"]]

    assert names("") == ["锦绣家园", "小学"]
    assert names("?kind=venue") == names(f"?grid={grid_named(town, '2').code}") == ["小学"]
    assert names("?words=锦绣") == ["锦绣家园"]
    assert names("?ended=true") == ["广场"]
    page = clerk("GET", "/sites?most=1", status=200).json_body
    assert page["rows"][0]["grid"]["key"] == one.code
    assert page["rows"][0] | {"grid": None, "id": ""} == {
        "id": "", "code": f"{one.code}-001", "kind": "compound", "name": "锦绣家园", "address": "柳湾路 8 号", "grid": None,
        "lon": 117.005, "lat": 34.605, "valid_from": "2026-03-02", "valid_to": None,
    }  # fmt: skip
    last = clerk("GET", f"/sites?most=1&after={page['next']}", status=200).json_body
    assert ([row["name"] for row in last["rows"]], last["next"]) == (["小学"], "")
    assert set(clerk("GET", "/sites?after=x&grid=nowhere", status=422).json_body["faults"]) == {"after", "grid"}
    assert anybody("GET", "/sites").status_code == 401
