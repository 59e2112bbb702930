"""Several cases of the inbox at once (批量办理), each by itself through the door, and taken back together."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.bulk import forget_batches
from lianxin.cases.models import Batch, Case, Category
from lianxin.cases.values import Draft, Holder
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.models import Account
from lianxin.people.queries import unit_by_key
from towns import signed_in, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]
PATH = "/desk/bulk/"


@pytest.fixture(autouse=True)
def _every_host(settings):
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def clerk(town):
    return signed_in("clerk")


def raised(town, n=3):
    now = timezone.now() - timedelta(minutes=30)
    drafts = [Draft(kind="request", title=f"第{at}件", lon=117.005, lat=34.605) for at in range(n)]
    return [open_case(draft, actor=nobody(town), now=now).case for draft in drafts]


def now_of(town, cases):
    rows = Case.objects.for_system("tests", town).in_bulk([case.pk for case in cases])
    return [rows[case.pk] for case in cases]


def sent(browser, act, cases, key="key-of-the-form", **fields):
    picks = [f"{case.number}:{case.version}" for case in cases]
    return browser.post(PATH, {"act": act, "pick": picks, "idempotency_key": key, **fields})


def to(town, key):
    return f"unit:{unit_by_key(town, key).pk}"


def test_rows_of_the_inbox_can_be_chosen_without_a_script(town, clerk):
    case = raised(town, 1)[0]
    page = clerk.get("/desk/").content.decode()
    assert 'id="bulk"' in page
    assert f'action="{PATH}"' in page
    assert f'name="pick" value="{case.number}" form="bulk"' in page


def test_the_chosen_cases_stand_beside_what_may_be_done_to_them(town, clerk):
    cases = raised(town)
    page = clerk.get(PATH, {"pick": [case.number for case in cases]}).content.decode()
    for case in cases:
        assert case.title in page
        assert f'value="{case.number}:{case.version}"' in page
    assert 'value="assign"' in page
    assert 'value="remind"' in page
    assert 'value="merge"' in page
    assert 'value="reject"' not in page  # a refusal is owed a ground of its own
    assert 'value="answer"' not in page


def test_all_chosen_are_assigned_and_taken_back_by_one_press_and_the_handler_sees_neither_left(town, clerk):
    cases = raised(town)
    before = [(case.step, case.due_at, case.unit_id, case.state) for case in now_of(town, cases)]
    done = sent(clerk, "assign", cases, holder=to(town, "utilities"))
    assert done.status_code == 303
    assert {case.step for case in now_of(town, cases)} == {"dispatch"}
    handler = signed_in("handler")
    assert handler.get("/desk/").content.decode().count("data-of=") == 3
    page = clerk.get(done["Location"]).content.decode()
    assert f"{done['Location']}undo/" in page
    assert clerk.post(f"{done['Location']}undo/").status_code == 303
    assert [(case.step, case.due_at, case.unit_id, case.state) for case in now_of(town, cases)] == before
    assert handler.get("/desk/").content.decode().count("data-of=") == 0
    page = clerk.get(done["Location"]).content.decode()
    assert "undo/" not in page
    assert page.count("已撤销") >= 3
    assert list(verify(town)) == []


def test_those_it_does_not_fit_are_named_with_the_reason_and_left_alone(town, clerk):
    first, second, third = raised(town)
    transition(second.pk, "reject", actor=who(town, "clerk2"), now=timezone.now(), given={"clause": "court", "reason": "在法院"})
    stale = third
    transition(third.pk, "remind", actor=who(town, "supervisor"), now=timezone.now())  # somebody was faster
    done = sent(clerk, "assign", [first, second, stale], holder=to(town, "utilities"))
    assert [case.step for case in now_of(town, [first, second, third])] == ["dispatch", "refused", "collect"]
    batch = Batch.objects.for_system("tests", town).get()
    assert [bool(line.get("entries")) for line in batch.lines] == [True, False, False]
    page = clerk.get(done["Location"]).content.decode()
    assert "不予受理" in batch.lines[1]["refused"]
    assert batch.lines[1]["refused"] in page
    name = Account.objects.get(username="supervisor.lx").name
    assert re.match(rf"{name} · .+已先办理（今天 \d\d:\d\d，催办）", batch.lines[2]["refused"])
    assert batch.lines[2]["refused"] in page


def holder_chosen(page):
    """What stands chosen in the form that hands cases out; "" where somebody has to choose."""
    form = page.split('value="assign"')[1]
    options = re.search(r'<select[^>]*name="holder".*?</select>', form, re.DOTALL)[0]
    found = re.search(r'<option value="([^"]*)" selected', options)
    return found[1] if found else ""


def test_a_unit_stands_chosen_only_where_it_is_proposed_for_every_one_of_them(town, clerk):
    keys = {row.key: row.pk for row in Category.objects.for_system("tests", town)}
    now = timezone.now() - timedelta(minutes=30)
    lamp, other, wages = (
        open_case(Draft(kind="request", title=key, category_id=keys[key], lon=117.005, lat=34.605), actor=nobody(town), now=now).case
        for key in ("streetlight", "streetlight", "wages")
    )
    alike = clerk.get(PATH, {"pick": [lamp.number, other.number]}).content.decode()
    assert holder_chosen(alike) == to(town, "utilities")
    assert holder_chosen(clerk.get(PATH, {"pick": [lamp.number, wages.number]}).content.decode()) == ""


def test_the_form_sent_twice_is_done_once(town, clerk):
    cases = raised(town)
    first = sent(clerk, "remind", cases)
    assert sent(clerk, "remind", cases)["Location"] == first["Location"]
    assert Entry.objects.for_system("tests", town).filter(act="remind").count() == 3


def test_a_fault_keeps_what_was_typed_and_does_nothing(town, clerk):
    cases = raised(town)
    back = sent(clerk, "assign", cases, note="先看看")
    assert back.status_code == 422
    page = back.content.decode()
    assert "先看看" in page
    assert 'id="assign-holder-error"' in page
    assert {case.step for case in now_of(town, cases)} == {"collect"}


def test_several_are_merged_into_one_and_that_one_is_not_merged_into_itself(town, clerk):
    main, *others = raised(town)
    sent(clerk, "merge", [main, *others], case=main.number)
    assert [case.parent_id for case in now_of(town, [main, *others])] == [None, main.pk, main.pk]
    batch = Batch.objects.for_system("tests", town).get()
    assert [line["number"] for line in batch.lines] == [case.number for case in others]
    assert not any("refused" in line for line in batch.lines)


def test_a_case_alone_is_not_merged_into_itself(town, clerk):
    (main,) = raised(town, 1)
    sent(clerk, "merge", [main], case=main.number)
    assert "refused" in Batch.objects.for_system("tests", town).get().lines[0]


def test_several_are_made_urgent_with_a_reason(town, clerk):
    cases = raised(town)
    assert sent(clerk, "regrade", cases, urgency="urgent").status_code == 422
    sent(clerk, "regrade", cases, urgency="urgent", reason="台风要来")
    assert {case.urgency for case in now_of(town, cases)} == {"urgent"}


def test_what_another_has_gone_on_with_is_not_taken_back_and_the_page_says_so(town, clerk):
    first, second = raised(town, 2)
    done = sent(clerk, "assign", [first, second], holder=to(town, "utilities"))
    transition(second.pk, "take", actor=who(town, "handler"), now=timezone.now())
    clerk.post(f"{done['Location']}undo/")
    assert [case.step for case in now_of(town, [first, second])] == ["collect", "handle"]
    assert "此后" in clerk.get(done["Location"]).content.decode()


def test_nobody_sees_or_takes_back_a_batch_of_another(town, clerk):
    done = sent(clerk, "remind", raised(town))
    other = signed_in("clerk2")
    assert other.get(done["Location"]).status_code == 404
    assert other.post(f"{done['Location']}undo/").status_code == 404


def test_cases_one_may_not_see_are_passed_over(town, clerk):
    case = open_case(Draft(kind="dispute", title="保密的", lon=117.005, lat=34.605), actor=nobody(town), now=timezone.now()).case
    page = clerk.get(PATH, {"pick": [case.number, "nonsense"]})
    assert page.status_code == 200
    assert "保密的" not in page.content.decode()
    assert sent(clerk, "remind", [case]).status_code == 422


def test_a_line_the_machine_did_not_reach_stands_there_as_not_reached(town, clerk):
    cases = raised(town)
    done = sent(clerk, "remind", cases)
    batch = Batch.objects.for_system("tests", town).get()
    del batch.lines[2]["entries"]  # as a machine that went down would have left it
    batch.save()
    page = clerk.get(done["Location"]).content.decode()
    assert "未轮到" in page
    assert f"?pick={cases[2].number}" in page


def test_a_page_of_cases_costs_the_same_statements_however_many(town, clerk, django_assert_max_num_queries):
    cases = raised(town, 12)
    clerk.get(PATH, {"pick": [cases[0].number]})
    with django_assert_max_num_queries(16):
        clerk.get(PATH, {"pick": [case.number for case in cases]})


def test_batches_are_forgotten_after_a_month(town, clerk):
    sent(clerk, "remind", raised(town, 1))
    assert forget_batches(now=timezone.now()) == 0
    assert forget_batches(now=timezone.now() + timedelta(days=31)) == 1


def test_the_holder_is_asked_in_the_dispatchers_own_words(town):
    """Two people: one assigns several, another takes each on, and neither is in the other's way."""
    cases = raised(town, 2)
    dispatcher = signed_in("dispatcher")
    for case in cases:
        transition(case.pk, "accept", actor=who(town, "clerk"), now=timezone.now())
    sent(dispatcher, "assign", now_of(town, cases), holder=to(town, "utilities"))
    handler = signed_in("handler")
    sent(handler, "take", now_of(town, cases))
    assert {case.step for case in now_of(town, cases)} == {"handle"}
    assert Holder(unit_by_key(town, "utilities").pk).unit_id == now_of(town, cases)[0].unit_id


def lines_of(page):
    """The lines of what came of it: (number, title, where its link leads, what happened)."""
    found = re.findall(r"<li(?: data-came-back)?>(.*?)</li>", page.split('class="stack-s"', 1)[1], re.DOTALL)
    told = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", each)).strip() for each in found]
    return [(re.search(r'href="([^"]*)"', each), words) for each, words in zip(found, told, strict=True)]


def test_what_came_of_each_names_it_by_number_and_title_and_opens_it(town, clerk):
    first, second = raised(town, 2)
    transition(second.pk, "remind", actor=who(town, "supervisor"), now=timezone.now())  # somebody was faster
    done = sent(clerk, "assign", [first, second], holder=to(town, "utilities"))
    (refused, why), (link, words) = lines_of(clerk.get(done["Location"]).content.decode())
    assert refused[1] == f"/cases/{second.number}/"
    assert f"{second.title} supervisor" in why
    assert "已先办理" in why
    assert link[1] == f"/cases/{first.number}/"
    assert words.startswith(f"LX {first.number[2:6]} {first.number[6:]} {first.title} 现在：")
    assert "公用事业" in words
    clerk.post(f"{done['Location']}undo/")
    (_, _), (link, words) = lines_of(clerk.get(done["Location"]).content.decode())
    assert "已撤销 · 信息收集" in words


def test_what_its_maker_may_see_no_more_is_told_by_its_number_alone(town, clerk):
    (case,) = raised(town, 1)
    done = sent(clerk, "remind", [case])
    Batch.objects.for_system("tests", town).update(
        lines=[{**line, "case": 1, "number": "LX00000000"} for line in Batch.objects.for_system("tests", town).get().lines]
    )
    ((link, words),) = lines_of(clerk.get(done["Location"]).content.decode())
    assert link is None
    assert words == "LX 0000 0000 已不在您的权限内"
