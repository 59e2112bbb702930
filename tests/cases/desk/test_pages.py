"""The desk's pages over HTTP: what they show to whom, and what their forms do."""

import pytest
from django import shortcuts
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calling import jpeg
from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.queries.counts import counts
from lianxin.cases.queries.inbox import InboxFilter
from lianxin.cases.queries.saved import asked_in_words
from lianxin.cases.queries.setup import categories
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.ledger.verify import verify
from lianxin.people.models import Account, Post
from lianxin.people.queries import unit_by_key
from lianxin.workflow.engine import Refused
from towns import grid_named, reporter_of, who


@pytest.fixture
def sign_in(client, settings, monkeypatch):
    """Sign somebody in. Answers carry what their page was told as `told`: Jinja2 leaves no context behind."""
    settings.AUTHENTICATION_BACKENDS = ["lianxin.people.backends.AccountBackend"]

    def render(request, template, context, **kwargs):
        response = shortcuts.render(request, template, context, **kwargs)
        response.told = context
        return response

    for name in ("lists", "merging", "publishing", "register", "triage"):
        monkeypatch.setattr(f"lianxin.cases.views.desk.{name}.render", render)

    def enter(town, username):
        client.force_login(Account.objects.get(username=f"{username}.{town.letters.lower()}"))
        return client

    return enter


def raised(town, title="村口路灯不亮", text="晚上太黑了，老人孩子不敢走", **given):
    draft = Draft("request", title, text, **{"lon": 117.005, "lat": 34.605, **given})
    return open_case(draft, actor=who(town, "clerk"), now=timezone.now())


def case_of(town, number):
    return Case.objects.for_system("test", town).get(number=number)


def test_the_inbox_shows_what_waits_and_links_to_triage(town, sign_in):
    done = raised(town, contact=Contact("王秀英", "19900000001"))
    body = sign_in(town, "clerk").get("/desk/").content.decode()
    assert done.case.number in body
    assert f"/desk/triage/{done.case.number}/" in body
    assert "王秀英" not in body
    assert "19900000001" not in body


def test_a_page_of_the_inbox_costs_six_statements_however_long_it_is(town, sign_in):
    client, prices = sign_in(town, "clerk"), []
    for size in (2, 30):
        for _each in range(size):
            raised(town)
        client.get("/desk/")  # settings are remembered
        with CaptureQueriesContext(connection) as caught:
            client.get("/desk/")
        spared = ("django_session", "BEGIN", '"people_account"."id" =', 'SELECT "keys_town"."config_version"')
        prices.append([each["sql"] for each in caught if not any(word in each["sql"] for word in spared)])
    assert len(prices[0]) == len(prices[1]) <= 6, prices[1]


@pytest.mark.parametrize("address", ["/desk/", "/desk/search/?q=路灯", "/desk/register/", "/desk/publish/"])
def test_nobody_is_sent_to_sign_in(town, client, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    ("username", "register", "publish"),
    [
        ("clerk", 200, 200),
        ("dispatcher", 200, 403),
        ("handler", 200, 403),
        ("supervisor", 403, 403),
        ("admin", 403, 403),
    ],
)
def test_pages_are_for_those_whose_role_may(town, sign_in, username, register, publish):
    client = sign_in(town, username)
    assert client.get("/desk/").status_code == 200
    assert client.get("/desk/register/").status_code == register
    assert client.get("/desk/publish/").status_code == publish


@pytest.mark.parametrize("page", ["triage", "merge", "publish"])
def test_a_case_one_may_not_see_is_not_there(town, other_town, sign_in, page):
    done, foreign = raised(town), raised(other_town, lon=118.005)
    client = sign_in(town, "clerk")
    for number in (foreign.case.number, "LX00000000", "x"):
        assert client.get(f"/desk/{page}/{number}/?town=LX").status_code == 404
    unseen = sign_in(town, "handler").get(f"/desk/{page}/{done.case.number}/").status_code
    assert unseen in (403, 404)


@pytest.mark.parametrize(
    "query",
    ["?scope=all&closed=1", "?scope=x&step=%00&light=%F0%9F%92%A1&after=b..", "?category=99999999999999999999&grid=-1",
     "?q=%00", "?after=a99999999999999.1", "?q=" + "路" * 300, "?phase=handle&duty=main&urgency=urgent&channel=phone&kind=x"],
)  # fmt: skip
def test_no_query_string_breaks_the_lists(town, sign_in, query):
    raised(town)
    client = sign_in(town, "clerk")
    assert client.get(f"/desk/{query}").status_code == 200
    assert client.get(f"/desk/search/{query}").status_code == 200


def test_a_number_in_the_search_goes_to_its_case(town, sign_in):
    done = raised(town, contact=Contact("王秀英", "19900000001"))
    client = sign_in(town, "clerk")
    number = done.case.number
    assert (
        client.get("/desk/search/", {"q": f"{number[:2]} {number[2:6]} {number[6:]}"})
        .headers["Location"]
        .endswith(f"{number}/")
    )
    for words in ("199 0000 0001", "不敢走", "路灯"):
        assert number in client.get("/desk/search/", {"q": words}).content.decode()
    assert number not in client.get("/desk/search/", {"q": "下水道"}).content.decode()


def test_a_search_that_was_cut_says_so(town, sign_in, monkeypatch):
    client = sign_in(town, "clerk")
    for _each in range(3):
        raised(town)
    monkeypatch.setattr("lianxin.cases.views.desk.lists.MOST", 3)
    assert "请再加条件" not in client.get("/desk/search/?q=路灯").content.decode()
    raised(town)
    assert "请再加条件" not in client.get("/desk/search/?q=下水道").content.decode()
    assert "请再加条件" not in client.get("/desk/").content.decode()
    for address in ("/desk/search/?q=路灯", "/desk/?q=路灯"):
        assert "只查了最近 3 件，请再加条件" in client.get(address).content.decode()


def test_a_hit_that_waits_leads_to_triage_for_who_may_and_else_to_its_case(town, sign_in):
    number = raised(town).case.number
    assert f'"/desk/triage/{number}/?list=q%3D' in sign_in(town, "clerk").get("/desk/search/?q=路灯").content.decode()
    gone = raised(town, title="停水")
    transition(gone.standing, "withdraw", actor=reporter_of(town, gone), now=timezone.now())
    assert f'"/cases/{gone.case.number}/"' in sign_in(town, "clerk").get("/desk/search/?q=停水").content.decode()
    assert f'"/cases/{number}/"' in sign_in(town, "leader").get("/desk/search/?q=路灯").content.decode()


def test_a_guess_is_called_one_only_where_there_is_one(town, sign_in):
    client = sign_in(town, "clerk")
    known, unknown = raised(town), raised(town, title="话没说完挂了", text="话没说完")
    assert client.get(f"/desk/triage/{known.case.number}/").told["j"]["guessed"]
    assert not client.get(f"/desk/triage/{unknown.case.number}/").told["j"]["guessed"]


def test_four_digits_are_the_end_of_a_telephone_or_words(town, sign_in):
    called = raised(town, title="楼道灯坏", contact=Contact("王秀英", "19900001234"))
    told = raised(town, title="门禁坏了", text="门禁号1234打不开")
    other = raised(town, title="井盖响", contact=Contact("李", "19900004321"))
    body = sign_in(town, "clerk").get("/desk/search/", {"q": "1234"}).content.decode()
    assert called.case.number in body
    assert told.case.number in body
    assert other.case.number not in body
    assert "19900001234" not in body


def test_the_end_of_a_telephone_finds_nothing_for_who_may_not_see_the_case(town, other_town, sign_in):
    done = raised(town, contact=Contact("王秀英", "19900001234"))
    foreign = raised(other_town, lon=118.005, contact=Contact("王秀英", "19900001234"))
    body = sign_in(town, "handler").get("/desk/search/", {"q": "1234"}).content.decode()
    assert done.case.number not in body
    body = sign_in(town, "clerk").get("/desk/search/", {"q": "1234"}).content.decode()
    assert foreign.case.number not in body


def decision(client, number, act="assign", **more):
    page = client.get(f"/desk/triage/{number}/")
    case, judged = page.told["case"], page.told["j"]
    data = {"act": act, "version": case["version"], "idempotency_key": f"k{number}{case['version']}",
            "category": judged["category"] or "", "grid": judged["grid"] or "", "urgency": judged["urgency"],
            "holder": judged["holder"]}  # fmt: skip
    return data | more


def test_triage_proposes_and_one_press_accepts_and_dispatches(town, sign_in):
    first, second = raised(town), raised(town, title="另一件")
    client = sign_in(town, "clerk")
    data = decision(client, first.case.number)
    response = client.post(f"/desk/triage/{first.case.number}/", data)
    assert response.status_code == 303
    assert f"/desk/triage/{second.case.number}/" in response.headers["Location"]
    case = case_of(town, first.case.number)
    leaf = next(row for row in categories(town).values() if row.key == "streetlight")
    assert (case.step, case.category_id, case.unit_id) == ("dispatch", leaf.pk, unit_by_key(town, "utilities").pk)
    assert case.version == 3
    again = client.post(f"/desk/triage/{first.case.number}/", data)  # a press sent twice
    assert again.status_code == 303
    assert case_of(town, first.case.number).version == 3
    assert list(verify(town)) == []


def test_the_page_says_why_rule_by_rule(town, sign_in):
    done = raised(town)
    page = sign_in(town, "clerk").get(f"/desk/triage/{done.case.number}/")
    body = page.content.decode()
    assert "路灯照明" in body
    verdicts = [rule["verdict"] for rule in page.told["j"]["why"]["rules"]]
    assert verdicts[0] == "taken"
    assert set(verdicts[1:]) <= {"weaker", "nobody"}
    assert page.told["j"]["why"]["spared"]["category"] > 10


def test_another_category_changes_the_proposal(town, sign_in):
    done = raised(town)
    leaf = next(row for row in categories(town).values() if row.key == "parking")
    page = sign_in(town, "clerk").get(f"/desk/triage/{done.case.number}/", {"category": leaf.pk})
    assert page.told["j"]["holder"] == f"unit:{unit_by_key(town, 'traffic').pk}"
    assert case_of(town, done.case.number).category_id is None


def test_a_stale_page_changes_nothing_and_says_so(town, sign_in):
    done = raised(town)
    client = sign_in(town, "clerk")
    data = decision(client, done.case.number)
    transition(done.standing, "accept", actor=who(town, "clerk2"), now=timezone.now())
    response = client.post(f"/desk/triage/{done.case.number}/", data | {"note": "我写的话"})
    assert response.status_code == 409
    assert "我写的话" in response.content.decode()
    assert [entry["act"] for entry in response.told["since"]] == ["accept"]  # and who did it, with what
    assert Account.objects.get(username="clerk2.lx").name in response.content.decode()
    assert case_of(town, done.case.number).version == 2


@pytest.mark.parametrize(("act", "field"), [("answer", "answer"), ("reject", "reason"), ("assign", "note")])
def test_words_whose_form_is_gone_are_given_back_with_who_was_first(town, sign_in, act, field):
    done = raised(town)
    client, page = sign_in(town, "clerk"), f"/desk/triage/{done.case.number}/"
    data = decision(client, done.case.number, act) | {field: "村里说周五去修\n先别派单"}
    accepted = transition(done.standing, "accept", actor=who(town, "clerk2"), now=timezone.now())
    holder = Holder(unit_by_key(town, "utilities").pk)
    transition(accepted.standing, "assign", actor=who(town, "clerk2"), now=timezone.now(), given={"holder": holder})
    for headers in ({}, {"X-Lianxin-Part": "sent"}):
        response = client.post(page, data, headers=headers)
        assert response.status_code == 409
        assert f'<p class="pre">{data[field]}</p>' in response.content.decode()
        assert [entry["act"] for entry in response.told["since"]] == ["accept", "assign"]
    assert "data-lost" not in client.get(page).content.decode()


def test_a_note_beside_a_merge_that_is_no_longer_possible_is_given_back(town, sign_in):
    done, other = raised(town), raised(town)
    client, page = sign_in(town, "clerk"), f"/desk/merge/{done.case.number}/"
    data = {"act": "merge", "case": other.case.number, "version": done.case.version, "note": "同一盏灯，王大爷也报过"}
    accepted = transition(done.standing, "accept", actor=who(town, "clerk2"), now=timezone.now())
    given = {"clause": "court", "reason": "法院已立案"}
    transition(accepted.standing, "reject", actor=who(town, "clerk2"), now=timezone.now(), given=given)
    response = client.post(page, data)
    assert response.status_code == 409
    assert f'<p class="pre">{data["note"]}</p>' in response.content.decode()


def test_a_reason_to_take_out_again_is_told_back_when_it_was_refused(town, sign_in):
    first, second = raised(town), raised(town)
    client = sign_in(town, "clerk")
    client.post(f"/desk/merge/{first.case.number}/", {"act": "merge", "case": second.case.number, "version": 1})
    split = {"act": "split", "version": 1, "reason": "不是同一盏灯"}
    refused = client.post(f"/desk/split/{first.case.number}/", split)
    back = client.get(refused.headers["Location"])
    assert "您写的内容：不是同一盏灯" in back.content.decode()


def test_if_the_second_act_is_refused_the_first_has_not_happened(town, sign_in):
    done = raised(town)
    client = sign_in(town, "clerk")
    response = client.post(f"/desk/triage/{done.case.number}/", decision(client, done.case.number, holder=""))
    assert response.status_code == 422
    response = client.post(f"/desk/triage/{done.case.number}/", decision(client, done.case.number, holder="unit:1"))
    assert response.status_code == 422
    case = case_of(town, done.case.number)
    assert (case.step, case.version) == ("collect", 1)


@pytest.mark.parametrize(
    ("act", "given", "step"),
    [
        ("reject", {"clause": "court", "reason": "法院已立案"}, "refused"),
        ("answer", {"answer": "每晚七点开灯"}, "feedback"),
        ("confer", {"note": "几家一起看", "units": ["unit:utilities", "unit:construction"]}, "triage"),
        ("accept", {}, "triage"),
        ("note", {"note": "待核实"}, "collect"),
    ],
)
def test_every_other_decision_is_one_form_too(town, sign_in, act, given, step):
    done = raised(town)
    client = sign_in(town, "clerk")
    if act == "reject":
        from lianxin.cases.queries.setup import clauses

        given = given | {"clause": next(iter(clauses(town)))}
    base = {key: value for key, value in decision(client, done.case.number, act).items() if key != "holder"}
    response = client.post(f"/desk/triage/{done.case.number}/", base | given)
    assert response.status_code == 303, response.told["faults"]
    assert case_of(town, done.case.number).step == step


def test_settling_on_the_spot_is_for_whoever_is_named_in_the_case(town, sign_in):
    pooled, worker = raised(town), who(town, "worker")
    page = sign_in(town, "clerk").get(f"/desk/triage/{pooled.case.number}/")
    assert "take_here" not in {box["act"] for box in page.told["boxes"]}
    with pytest.raises(Refused, match="not_yours"):
        transition(pooled.standing, "take_here", actor=who(town, "clerk"), now=timezone.now())
    own = raised(town, holder=Holder(worker.unit_id, worker.post_id))
    done = transition(own.standing, "take_here", actor=worker, now=timezone.now())
    assert (done.case.step, done.case.post_id) == ("handle", worker.post_id)


def test_merging_and_taking_out_again(town, sign_in):
    main, twin = raised(town), raised(town, text="晚上太黑了，老人孩子都不敢走")
    client = sign_in(town, "clerk")
    offered = client.get(f"/desk/triage/{twin.case.number}/").told["alike"]
    assert all(len(row["cells"]) == 6 for row in offered)  # a case is shown by its six cells wherever it stands
    assert [row["number"] for row in offered] == [main.case.number]
    page = client.get(f"/desk/merge/{twin.case.number}/", {"with": main.case.number})
    assert main.case.title in page.content.decode()
    data = {"act": page.told["act"], "version": 1, "case": main.case.number, "idempotency_key": "m1"}
    assert client.post(f"/desk/merge/{twin.case.number}/", data).status_code == 303
    merged = case_of(town, twin.case.number)
    assert (merged.step, merged.parent_id) == ("merged", main.case.pk)
    page = client.get(f"/desk/merge/{main.case.number}/")
    assert [row["number"] for row in page.told["children"]] == [twin.case.number]
    data = {"act": "split", "version": merged.version, "reason": "不是一盏灯", "idempotency_key": "s1"}
    assert client.post(f"/desk/split/{twin.case.number}/", data).status_code == 303
    assert (case_of(town, twin.case.number).step, case_of(town, twin.case.number).parent_id) == ("triage", None)


@pytest.mark.parametrize("wanted", ["LX00000000", "x", "", "%00", "itself"])
def test_merging_into_nothing_is_answered_in_words(town, sign_in, wanted):
    done = raised(town)
    client = sign_in(town, "clerk")
    wanted = done.case.number if wanted == "itself" else wanted
    assert client.get(f"/desk/merge/{done.case.number}/", {"with": wanted}).status_code == 200
    data = {"act": "merge", "version": 1, "case": wanted, "idempotency_key": "m"}
    assert client.post(f"/desk/merge/{done.case.number}/", data).status_code == 422
    assert case_of(town, done.case.number).step == "collect"


def call(**given):
    return {"phone": "199 0000 0001", "name": "王秀英", "channel": "phone", "text": "村口路灯不亮", "address": "",
            "idempotency_key": "r1", "do": "triage"} | given  # fmt: skip


def test_a_call_is_registered_once_and_goes_straight_to_triage(town, sign_in):
    client = sign_in(town, "clerk")
    response = client.post("/desk/register/", call(consent="1", grid=str(grid_named(town, "1-1").pk)))
    case = Case.objects.for_system("test", town).get()
    assert response.headers["Location"] == f"/desk/triage/{case.number}/"
    assert client.post("/desk/register/", call(consent="1", grid=str(grid_named(town, "1-1").pk))).status_code == 303
    assert Case.objects.for_system("test", town).count() == 1
    reporter = Reporter.objects.for_system("test", town).get()
    assert (case.channel, case.grid_id, reporter.phone) == ("phone", grid_named(town, "1-1").pk, "19900000001")
    assert reporter.public_consent
    assert categories(town)[case.category_id].key == "streetlight"
    assert client.post("/desk/register/", call(text="别的事")).status_code == 409


def test_looking_things_up_writes_nothing_and_keeps_what_was_typed(town, sign_in):
    old = raised(town, contact=Contact("王秀英", "19900000001"))
    client = sign_in(town, "clerk")
    response = client.post(
        "/desk/register/", call(do="look", text="村口路灯不亮，晚上太黑了，老人孩子不敢走", address="1村")
    )
    body = response.content.decode()
    assert [row["number"] for row in response.told["earlier"]] == [old.case.number]
    assert [row["number"] for row in response.told["alike"]] == [old.case.number]
    assert "晚上太黑了" in body
    assert response.told["places"]
    assert Case.objects.for_system("test", town).count() == 1


def test_a_picture_handed_over_goes_with_the_call_and_survives_a_fault(town, sign_in):
    client = sign_in(town, "clerk")
    sent = SimpleUploadedFile("微信图片.jpg", jpeg().read(), "image/jpeg")
    refused = client.post("/desk/register/", call(text="", photos=sent))
    assert refused.status_code == 422
    assert client.post("/desk/register/", call(photos_kept=refused.told["kept"])).status_code == 303
    photos = Photo.objects.for_system("test", town)
    case = Case.objects.for_system("test", town).get()
    assert list(photos.values_list("case_id", "moment")) == [(case.pk, "before")]
    joined = call(do="", join=case.number, idempotency_key="r2", photos=SimpleUploadedFile("b.jpg", jpeg("blue").read(), "image/jpeg"))
    assert client.post("/desk/register/", joined).status_code == 303
    assert photos.filter(case_id=case.pk).count() == 2
    wrong = SimpleUploadedFile("x.jpg", b"no picture", "image/jpeg")
    assert set(client.post("/desk/register/", call(idempotency_key="r3", photos=wrong)).told["faults"]) == {"photos"}


def test_a_caller_with_the_same_trouble_joins_the_open_case(town, sign_in):
    old = raised(town)
    client = sign_in(town, "clerk")
    response = client.post("/desk/register/", call(do="", join=old.case.number))
    assert response.status_code == 303
    assert Case.objects.for_system("test", town).count() == 1
    assert Reporter.objects.for_system("test", town).filter(case_id=old.case.pk).count() == 2


@pytest.mark.parametrize("wrong", [{"text": ""}, {"phone": "12"}, {"name": "王" * 99}, {"text": "字" * 5000}])
def test_what_is_wrong_is_said_beside_its_field_and_kept(town, sign_in, wrong):
    response = sign_in(town, "clerk").post("/desk/register/", call(**wrong))
    assert response.status_code == 422
    assert set(response.told["faults"]) == set(wrong)
    assert not Case.objects.for_system("test", town).exists()


def answered(town, **given):
    clerk, handler, now = who(town, "clerk"), who(town, "handler"), timezone.now()
    done = raised(town, contact=Contact("王秀英", "19900000001", public_consent=True), **given)
    done = transition(done.standing, "accept", actor=clerk, now=now)
    holder = Holder(unit_by_key(town, "utilities").pk)
    done = transition(done.standing, "assign", actor=clerk, now=now, given={"holder": holder})
    done = transition(done.standing, "take", actor=handler, now=now)
    return transition(done.standing, "finish", actor=handler, now=now, given={"answer": "已修好"})


def test_a_clerk_reads_edits_and_publishes(town, sign_in):
    first, second = answered(town, text="我是王秀英，电话19900000001，灯不亮"), answered(town)
    client = sign_in(town, "clerk")
    assert first.case.number in client.get("/desk/publish/").content.decode()
    page = client.get(f"/desk/publish/{first.case.number}/")
    values = page.told["values"]
    assert "19900000001" not in values["text"]
    assert "王秀英" not in values["text"]
    assert '<mark title="电话">19900000001</mark>' in page.content.decode()
    assert '<mark title="姓名">王秀英</mark>' in page.content.decode()
    assert page.told["more"] == second.case.number
    data = {**{key: values[key] for key in ("title", "answer", "place")}, "do": "publish"}
    refused = client.post(f"/desk/publish/{first.case.number}/", data | {"text": "打19900000001"})
    assert refused.status_code == 422
    response = client.post(f"/desk/publish/{first.case.number}/", data | {"text": "灯不亮"})
    assert response.headers["Location"] == f"/desk/publish/{second.case.number}/"
    row = Publication.objects.for_system("test", town).get()
    assert (row.state, row.text, row.answer) == ("published", "灯不亮", "已修好")
    response = client.post(f"/desk/publish/{second.case.number}/", {"do": "withhold", "reason": "邻里纠纷"})
    assert response.headers["Location"] == "/desk/publish/"
    assert client.post(f"/desk/publish/{second.case.number}/", {"do": "withhold", "reason": ""}).status_code == 422


def test_the_pages_stand_in_english_too(town, sign_in):
    done = answered(town)
    client = sign_in(town, "clerk")
    pages = [f"/desk/{page}/{done.case.number}/" for page in ("publish", "merge", "triage")]
    for address in ("/desk/", "/desk/search/?q=路灯", "/desk/register/", "/desk/publish/", *pages):
        response = client.get(address, headers={"accept-language": "en"})
        assert response.status_code == 200
        assert 'lang="en"' in response.content.decode()


def test_an_appeal_is_not_the_first_clerks_to_triage(town, sign_in):
    done = raised(town)
    clerk = who(town, "clerk")
    from lianxin.cases.queries.setup import clauses

    given = {"clause": next(iter(clauses(town))), "reason": "不归镇里管"}
    refused = transition(done.standing, "reject", actor=clerk, now=timezone.now(), given=given)
    transition(
        refused.standing, "appeal", actor=reporter_of(town, done), now=timezone.now(), given={"reason": "归你们管"}
    )
    appeal = Case.objects.for_system("test", town).get(parent_id=done.case.pk)
    response = sign_in(town, "clerk").get(f"/desk/triage/{appeal.number}/")
    assert response.told["main"] is None
    client = sign_in(town, "supervisor")
    page = client.get(f"/desk/triage/{appeal.number}/")
    assert page.told["main"] is not None
    assert stand(who(town, "supervisor"), pk=appeal.pk).case.step == "collect"


def test_who_holds_two_posts_in_a_unit_is_told_apart_by_their_titles(town, sign_in):
    number = raised(town).case.number
    first = Post.objects.for_system("test", town).get(pk=who(town, "clerk").post_id)
    second = Post.objects.create(town=town, account=first.account, unit=first.unit, role=first.role, title="值班长")
    page = sign_in(town, "clerk").get(f"/desk/triage/{number}/").told
    texts = {each["value"]: each["text"] for each in page["j"]["options"]["holder"]}
    assert texts[f"post:{second.pk}"].endswith(f"{first.account.name}（值班长）")
    assert texts[f"post:{first.pk}"].endswith(f"（{first.title}）")
    assert len(set(texts.values())) == len(texts)
    alone = Post.objects.for_system("test", town).get(pk=who(town, "dispatcher").post_id)
    assert "（" not in texts.get(f"post:{alone.pk}", "")


def test_who_receives_and_dispatches_under_one_title_is_told_apart_by_the_role(town, sign_in):
    number = raised(town).case.number
    first = Post.objects.for_system("test", town).get(pk=who(town, "clerk").post_id)
    role = Post.objects.for_system("test", town).get(pk=who(town, "dispatcher").post_id).role
    same = {"town": town, "unit": first.unit, "title": first.title}
    second = Post.objects.create(account=first.account, role=role, **same)
    namesake = Account.objects.create(username="namesake.lx", name=first.account.name)
    third = Post.objects.create(account=namesake, role=role, **same)
    options = sign_in(town, "clerk").get(f"/desk/triage/{number}/").told["j"]["options"]["holder"]
    texts = {each["value"]: each["text"] for each in options}
    name, unit = first.account.name, first.unit.name
    assert texts[f"post:{first.pk}"] == f"{unit}：{name}（受理员）"
    assert texts[f"post:{second.pk}"] == f"{unit}：{name}（派单员、clerk.lx）"
    assert texts[f"post:{third.pk}"] == f"{unit}：{name}（派单员、namesake.lx）"
    assert len(set(texts.values())) == len(texts)


def test_steps_of_two_kinds_under_one_key_are_counted_and_asked_for_each_by_its_own_name(town, sign_in):
    now = timezone.now()
    for kind in ("application", "wish", "wish", "request"):
        open_case(Draft(kind, "一件事", text="一件事"), actor=who(town, "clerk"), now=now)
    told = {each["name"]: each for each in counts(who(town, "leader"), now=now, scope="all")["steps"]}
    assert {name: each["count"] for name, each in told.items()} == {"收件": 1, "审核": 2, "信息收集": 1}
    assert told["收件"]["key"] == told["审核"]["key"] == "check"
    page = sign_in(town, "leader").get("/desk/?scope=all&step=check&kind=wish")
    chips = {each["text"]: each for each in page.told["steps"]}
    assert [text for text, each in chips.items() if each["on"]] == ["审核"]
    assert "kind=application" in chips["收件"]["href"]
    assert "kind" not in chips["审核"]["off_href"]
    assert {row["step_name"] for row in page.told["page"]["rows"]} == {"审核"}
    assert "收件" not in asked_in_words(town, InboxFilter("all", step="check", kind="wish"))
    assert "收件、审核" in asked_in_words(town, InboxFilter("all", step="check"))
