"""An appeal is the supervisors' from its first step to its last: it does not come back to those who refused."""

import pytest

from cases.case.staging import signed_in
from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.bulk import offers
from lianxin.cases.actions.doors import state_of
from lianxin.cases.actions.triage import ways
from lianxin.cases.models import Case
from lianxin.cases.queries.page import next_acts
from lianxin.cases.queries.setup import workflow_by_id
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.queries.triage import alike
from lianxin.cases.roles import roles_of
from lianxin.cases.values import Draft, Holder
from lianxin.people.actors import nobody, reporter
from lianxin.people.models import Account, Post, Role
from lianxin.people.queries import unit_by_key
from lianxin.workflow.engine import Refused, available
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B6")]


@pytest.fixture
def window(town):
    account = Account.objects.create(username="window.lx", name="window")
    role = Role.objects.for_system("tests", town).get(key="window")
    Post.objects.create(town=town, account=account, unit=unit_by_key(town, "desk"), role=role, title="窗口")
    return who(town, "window")


def appealed(town, kind, by, refuse, given):
    done = open_case(Draft(kind, "低保申请"), actor=nobody(town), now=MONDAY)
    transition(done.case.pk, refuse, actor=by, now=MONDAY, given=given)
    speaker = reporter(town, case_id=done.case.pk, reporter_id=done.reporter_id)
    transition(done.case.pk, "appeal", actor=speaker, now=MONDAY, given={"reason": "再看看"})
    return Case.objects.for_system("tests", town).get(parent_id=done.case.pk).pk


def test_an_appeal_that_was_accepted_stays_with_the_supervisors(town):
    pk = appealed(town, "request", who(town, "clerk"), "reject", {"clause": "court", "reason": "在诉讼中"})
    supervision = unit_by_key(town, "supervision").pk
    done = transition(pk, "accept", actor=who(town, "supervisor"), now=MONDAY)
    assert done.case.unit_id == done.standing.main.unit_id == supervision
    done = transition(pk, "answer", actor=who(town, "supervisor"), now=MONDAY, given={"answer": "应予受理"})
    assert done.case.unit_id == supervision  # who waits for the reporter's word calls back, and that is not the desk


def test_an_appeal_over_an_application_can_be_decided_by_those_it_comes_to(town, window):
    pk = appealed(town, "application", window, "not_taken", {"reason": "材料不全"})
    supervisor, standing = who(town, "supervisor"), stand(who(town, "supervisor"), pk=pk)
    flow = workflow_by_id(town, standing.case.workflow_id)
    acts = {each.act for each in available(flow, state_of(standing), roles=roles_of(supervisor, standing.case, standing.duties))}
    assert {"accept", "ask", "not_taken"} <= acts
    given = {"holder": Holder(unit_by_key(town, "civil").pk)}
    with pytest.raises(NotSeen):  # it is none of theirs any more
        transition(pk, "accept", actor=window, now=MONDAY, given=given)
    transition(pk, "accept", actor=supervisor, now=MONDAY, given=given)


def test_an_appeal_is_decided_by_itself_and_not_merged_away(town):
    pk = appealed(town, "request", who(town, "clerk"), "reject", {"clause": "court", "reason": "在诉讼中"})
    other = open_case(Draft("request", "低保申请"), actor=nobody(town), now=MONDAY).case.pk
    with pytest.raises(Refused) as caught:
        transition(pk, "merge", actor=who(town, "supervisor"), now=MONDAY, given={"case": other})
    assert (caught.value.code, caught.value.detail["field"]) == ("bad_value", "case")
    assert Case.objects.for_system("tests", town).get(pk=pk).parent_id not in {None, other}


def test_nobody_is_led_to_merge_a_case_into_an_appeal(town):
    appealed(town, "request", who(town, "clerk"), "reject", {"clause": "court", "reason": "在诉讼中"})
    twin, clerk = open_case(Draft("request", "低保申请"), actor=nobody(town), now=MONDAY).case, who(town, "clerk2")
    third = open_case(Draft("request", "低保申请"), actor=nobody(town), now=MONDAY).case
    assert [row["number"] for row in alike(clerk, twin, "再看看", now=MONDAY)] == [third.number]


def test_an_appeal_is_offered_no_merging_on_any_page(town, settings):
    settings.ALLOWED_HOSTS = ["*"]
    pk = appealed(town, "request", who(town, "clerk"), "reject", {"clause": "court", "reason": "在诉讼中"})
    supervisor, standing = who(town, "supervisor"), stand(who(town, "supervisor"), pk=pk)
    assert "merge" not in {act["act"] for act in next_acts(supervisor, standing, MONDAY)}
    assert {"accept", "reject"} <= set(ways(supervisor, standing))
    assert "merge" not in {*ways(supervisor, standing), *offers(supervisor, [standing])}
    number = standing.case.number
    browser = signed_in("supervisor")
    for path in (f"/cases/{number}/", f"/desk/triage/{number}/"):
        assert "并案" not in browser.get(path).content.decode(), path
    told = browser.get(f"/desk/merge/{number}/").content.decode()
    assert "申诉单独办理，不并案。" in told
    assert "不能并案" not in told
