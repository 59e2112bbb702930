"""Reply texts (答复模板): kept with their past, offered where they fit, put in without losing what was typed."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.replies import ReplyFacts, ReplyFaults, add_reply, change_reply, put_reply_back
from lianxin.cases.models import Case, ReplyText
from lianxin.cases.queries.replies import KIND, replies_for
from lianxin.cases.queries.setup import categories
from lianxin.cases.replies import VARIABLES, beside, filled, unknown_in
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.ledger.rows import past_of
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from towns import MONDAY, signed_in, who

BODY = "{诉求人}您好，您反映的“{标题}”（{number}）已办结。{我}"
GOOD = "{诉求人}您好，您反映的“{标题}”（{number}）由{承办单位}办理。"
row = pytest.mark.row("B6")


@row
@pytest.mark.parametrize(
    ("body", "unknown"),
    [
        (GOOD, []), (BODY, ["{我}"]), ("{", ["{"]), ("a}b", ["}"]), ("{ number }", []), ("{a}{a}{b}", ["{a}", "{b}"]), ("", []),
    ],
)  # fmt: skip
def test_every_unknown_variable_is_named(body, unknown):
    assert unknown_in(body) == unknown


@given(st.text(alphabet=st.characters(blacklist_characters="{}"), max_size=60), st.sampled_from(sorted(VARIABLES)))
def test_a_text_that_was_kept_is_filled_in_whole_and_leaves_no_brace(words, key):
    body = f"{words}{{{key}}}{words}{{{VARIABLES[key]}}}"
    assert unknown_in(body) == []
    assert filled(body, {key: "值"}) == f"{words}值{words}值"
    assert filled(body, {}) == f"{words}［{VARIABLES[key]}］{words}［{VARIABLES[key]}］"


@given(st.text(max_size=40), st.text(min_size=1, max_size=40))
def test_putting_in_loses_nothing_that_was_typed(typed, text):
    assert beside(typed, text).startswith(typed.rstrip())
    assert beside(typed, text).endswith(text)


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


def handled(town):
    draft = Draft(kind="request", title="路灯不亮", lon=117.005, lat=34.605, contact=Contact("王秀英", "19900000001"))
    done = open_case(draft, actor=nobody(town), now=MONDAY)
    for name, act, with_ in (
        ("clerk", "accept", {}), ("clerk", "assign", {"holder": Holder(unit_by_key(town, "utilities").pk)}), ("handler", "take", {}),
    ):  # fmt: skip
        done = transition(done.case.pk, act, actor=who(town, name), now=MONDAY, given=with_)
    return done.case


def kept(town, name="clerk", **facts):
    unit = facts.pop("unit_id", who(town, name).unit_id)
    return add_reply(ReplyFacts("已办结", GOOD, unit_id=unit, **facts), actor=who(town, name), now=MONDAY)


@pytest.mark.django_db
@row
def test_an_unknown_variable_is_a_fault_beside_the_field_and_what_was_typed_stays(town):
    clerk = signed_in("clerk")
    back = clerk.post("/desk/replies/", {"name": "已办结", "body": BODY, "field": "answer", "whose": "unit"})
    assert back.status_code == 422
    page = back.content.decode()
    assert "{我}" in page
    assert 'aria-invalid="true"' in page
    assert not ReplyText.objects.for_system("tests", town).exists()
    assert clerk.post("/desk/replies/", {"name": "已办结", "body": GOOD, "field": "answer", "whose": "unit"}).status_code == 303
    assert "已办结" in clerk.get("/desk/replies/").content.decode()


@pytest.mark.django_db
@row
def test_a_unit_shares_its_texts_and_no_other_unit_sees_or_changes_them(town):
    text = kept(town, "handler")
    assert "已办结" in signed_in("handler2").get("/desk/replies/").content.decode()
    assert "已办结" not in signed_in("clerk").get("/desk/replies/").content.decode()
    assert signed_in("clerk").get(f"/desk/replies/{text.pk}/").status_code == 404
    change_reply(text.pk, ReplyFacts("改过", GOOD, unit_id=text.unit_id), actor=who(town, "handler2"), now=MONDAY)
    entries = past_of(town, KIND, text.pk)
    assert [each.act for each in entries] == ["add", "change"]
    assert (entries[1].data["was"], entries[1].data["now"]) == ({"name": "已办结"}, {"name": "改过"})
    assert list(verify(town)) == []


@pytest.mark.django_db
@row
def test_the_towns_texts_are_for_all_and_written_by_who_sets_the_town_up(town):
    admin = signed_in("admin")
    form = {"name": "全镇通用", "body": GOOD, "field": "answer", "whose": "town"}
    assert admin.post("/desk/replies/", form).status_code == 303
    assert signed_in("clerk").post("/desk/replies/", form).status_code == 403
    text = ReplyText.objects.for_system("tests", town).get()
    handler = signed_in("handler")
    assert handler.post(f"/desk/replies/{text.pk}/", {**form, "name": "我的"}).status_code == 403
    assert "全镇通用" in handler.get("/desk/replies/").content.decode()
    admin.post(f"/desk/replies/{text.pk}/", {"do": "end"})
    assert replies_for(who(town, "handler"), handled(town)) == []


@pytest.mark.django_db
def test_who_sets_the_town_up_comes_from_the_set_up_and_writes_for_the_town(town):
    page = signed_in("admin").get("/desk/replies/").content.decode()
    assert '<li><a href="/setup/">设置</a></li>' in re.sub(r"\s+<", "<", page)
    assert re.search(r'value="town"[^>]* checked', page)
    page = signed_in("clerk").get("/desk/replies/").content.decode()
    assert 'href="/desk/?scope=mine"' in page.split('aria-label="当前位置"')[1].split("</nav>")[0]


@pytest.mark.django_db
@row
def test_a_text_is_offered_where_category_step_and_field_fit(town):
    case = handled(town)
    leaf = next(each for each in categories(town).values() if each.parent_id)
    other = next(each for each in categories(town).values() if each.parent_id and each.parent_id != leaf.parent_id)
    Case.objects.for_system("tests", town).filter(pk=case.pk).update(category_id=leaf.pk)
    case.category_id = leaf.pk
    group = kept(town, "handler", category_id=leaf.parent_id)
    exact = kept(town, "handler", category_id=leaf.pk, phase="handle")
    kept(town, "handler", category_id=other.pk)
    kept(town, "handler", phase="feedback")
    anywhere = kept(town, "handler")
    found = [each.pk for each in replies_for(who(town, "handler"), case)]
    assert found == [exact.pk, group.pk, anywhere.pk]


@pytest.mark.django_db
@row
def test_without_a_script_the_form_comes_back_with_the_text_after_what_was_typed_and_nothing_is_done(town):
    text, case = kept(town, "handler"), handled(town)
    handler = signed_in("handler")
    assert f'value="answer:{text.pk}"' in handler.get(f"/cases/{case.number}/").content.decode()
    sent = {
        "act": "finish", "version": case.version, "answer": "灯头已换。", "note": "换了两个", "reply": f"answer:{text.pk}",
        "insert": "finish:answer", "idempotency_key": "key-of-the-form",
    }  # fmt: skip
    for place in (f"/cases/{case.number}/transitions", f"/field/cases/{case.number}/act"):
        back = handler.post(place, sent)
        assert back.status_code == 200
        page = back.content.decode()
        assert "灯头已换。\n王先生/女士您好" in page
        assert "换了两个" in page
        assert "公用事业" in page
    assert Case.objects.for_system("tests", town).get(pk=case.pk).step == "handle"
    del sent["insert"]
    assert handler.post(f"/cases/{case.number}/transitions", {**sent, "answer": "修好了"}).status_code == 303


@pytest.mark.django_db
@row
def test_in_triage_too_and_by_a_script_the_words_alone(town):
    case = open_case(Draft(kind="request", title="路灯不亮", lon=117.005, lat=34.605), actor=nobody(town), now=MONDAY).case
    text = kept(town, "clerk", field="reason")
    clerk = signed_in("clerk")
    back = clerk.post(
        f"/desk/triage/{case.number}/",
        {"version": case.version, "reason": "查过了", "reply": f"reason:{text.pk}", "insert": "reject:reason"},
    )
    assert "查过了\n诉求人您好" in back.content.decode()
    words = clerk.get(f"/cases/{case.number}/replies/{text.pk}/")
    assert words.content.decode().startswith("诉求人您好，您反映的“路灯不亮”")
    assert signed_in("handler").get(f"/cases/{case.number}/replies/{text.pk}/").status_code == 404


@pytest.mark.django_db
@row
def test_the_page_tells_what_each_field_was_and_became_and_why_and_puts_it_back(town):
    text, handler = kept(town, "handler"), signed_in("handler2")
    place = f"/desk/replies/{text.pk}/"
    form = {"name": "另一个名字", "body": GOOD, "field": "note", "phase": "handle", "whose": "unit", "why": "分开用"}
    assert handler.post(place, form).status_code == 303
    assert handler.post(place, {"do": "end", "why": "不用了"}).status_code == 303
    page = re.sub(r"\s+", " ", handler.get(place).content.decode())
    for told in ("<del>已办结</del> → 另一个名字", "<del>各环节</del> → ", "<del>是</del> → 否", "分开用", "不用了"):
        assert told in page
    seq = [int(each) for each in re.findall(r'name="seq" value="(\d+)"', page)]
    assert len(seq) == 2
    refused = handler.post(f"{place}back/", {"seq": "x"})
    assert (refused.status_code, "改动记录里没有这一条" in refused.content.decode()) == (422, True)
    assert "另一个名字" in refused.content.decode()
    assert signed_in("clerk").post(f"{place}back/", {"seq": min(seq)}).status_code == 404
    assert handler.post(f"{place}back/", {"seq": min(seq)}).status_code == 303
    back = ReplyText.objects.for_system("tests", town).get()
    assert (back.name, back.field, back.phase, back.active) == ("已办结", "answer", "", True)
    assert list(verify(town)) == []


@pytest.mark.django_db
@row
def test_a_text_of_the_town_is_put_back_by_who_keeps_it_alone_and_only_to_what_may_stand(town):
    admin = signed_in("admin")
    form = {"name": "全镇通用", "body": GOOD, "field": "answer", "whose": "town"}
    admin.post("/desk/replies/", form)
    text = ReplyText.objects.for_system("tests", town).get()
    admin.post(f"/desk/replies/{text.pk}/", {**form, "name": "通用"})
    [seq] = [each.seq for each in past_of(town, KIND, text.pk) if each.act == "change"]
    with pytest.raises(PermissionDenied):
        put_reply_back(text.pk, seq, actor=who(town, "handler"), now=MONDAY)
    page = signed_in("handler").get(f"/desk/replies/{text.pk}/").content.decode()
    assert "通用" in page
    assert 'name="seq"' not in page
    ReplyText.objects.for_system("tests", town).update(body="{改坏}")
    with pytest.raises(ReplyFaults) as caught:
        put_reply_back(text.pk, seq, actor=who(town, "admin"), now=MONDAY)
    assert set(caught.value.faults) == {"body"}


@pytest.mark.django_db
@row
def test_two_who_change_one_text_do_not_overwrite_each_other(town):
    text = kept(town, "handler")
    one, two = signed_in("handler"), signed_in("handler2")
    page = one.get(f"/desk/replies/{text.pk}/").content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    form = {"body": GOOD, "field": "answer", "whose": "unit", "seen": seen}
    assert two.post(f"/desk/replies/{text.pk}/", {**form, "name": "二"}).status_code == 303
    back = one.post(f"/desk/replies/{text.pk}/", {**form, "name": "一"})
    assert back.status_code == 409
    assert 'value="一"' in back.content.decode()
    assert ReplyText.objects.for_system("tests", town).get().name == "二"


def test_the_fault_says_which(town):
    with pytest.raises(ReplyFaults) as caught:
        add_reply(ReplyFacts("", BODY, unit_id=who(town, "clerk").unit_id), actor=who(town, "clerk"), now=MONDAY)
    assert set(caught.value.faults) == {"name", "body"}
