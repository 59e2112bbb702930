"""All six kinds of case go round through the same doors, without a line of Python of their own."""

from collections import deque
from datetime import timedelta

import pytest

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.doors import state_of
from lianxin.cases.kinds import kind_of
from lianxin.cases.models import Case
from lianxin.cases.queries.setup import kinds, latest_version, workflow_of
from lianxin.cases.roles import roles_of
from lianxin.cases.values import Draft, Holder
from lianxin.keys.cache import bump
from lianxin.ledger.verify import verify
from lianxin.people.actors import Actor, nobody
from lianxin.people.models import Account, Post, Role, Unit
from lianxin.people.queries import unit_by_key
from lianxin.workflow.definition import FIELDS
from lianxin.workflow.engine import available
from towns import MONDAY, reporter_of, who

pytestmark = pytest.mark.django_db
KINDS = ("application", "dispute", "hazard", "request", "visit_problem", "wish")


def shortest(flow, goal):
    """The acts of the shortest way from the start to an end of the goal's outcome."""
    queue, seen = deque([(flow.start, [])]), {flow.start}
    while queue:
        step, acts = queue.popleft()
        if flow.steps[step].outcome == goal:
            return acts
        for each in flow.transitions_from(step):
            if each.to is not None and each.to not in seen and not each.duty:
                seen.add(each.to)
                queue.append((each.to, [*acts, each.act]))
    raise AssertionError(f"{flow.key} has no way to {goal}")


def everybody(town, flow):
    """One person in every role the workflow names, all of them able to hold duties."""
    named = {name for each in flow.transitions for name in each.by} | {step.who for step in flow.steps.values()}
    unit = Unit.objects.for_system("tests", town).get(key="utilities")
    people = []
    for key in sorted(named - {"", "holder", "reporter", "system"}):
        if key.startswith("duty:"):
            continue
        role, _ = Role.objects.for_system("tests", town).get_or_create(
            town=town, key=key, defaults={"sees": "town", "name": {"zh": key, "en": key}, "confidential": [flow.key]}
        )
        account = Account.objects.create(username=f"{flow.key}-{key}", name=key)
        post = Post.objects.create(town=town, account=account, unit=unit, role=role)
        people.append(
            Actor(town, role=key, account_id=account.pk, post_id=post.pk, unit_id=unit.pk, sees="town",
                  confidential=frozenset({flow.key}), name=key)
        )  # fmt: skip
    bump(town)
    return people


def value(name, holder, now):
    spec = FIELDS[name]
    if spec.choices:
        return spec.choices[0][0]
    return {
        "text": "照实写明",
        "datetime": now + timedelta(days=30),
        "holder": holder,
        "units": [holder.unit_id],
        "clause": "court",
    }[spec.type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("outcome", ["done"])
def test_a_case_of_each_kind_goes_round_by_data_alone(town, kind, outcome):
    flow = workflow_of(latest_version(town, kind))
    assert type(kind_of(kind)).__name__ == "Kind"
    people = everybody(town, flow)
    now = MONDAY
    holder = Holder(unit_by_key(town, "utilities").pk)
    done = open_case(Draft(kind=kind, title="一件事", lon=117.005, lat=34.605), actor=nobody(town), now=now)
    cast = [*people, who(town, "handler"), reporter_of(town, done), who(town, "clerk"), who(town, "supervisor")]
    acts = shortest(flow, outcome)
    for act in acts:
        now += timedelta(minutes=20)
        each = flow.transition(done.case.step, act)
        actor = next(
            person
            for person in cast
            if each in available(flow, state_of(done.standing), roles=roles_of(person, done.case, done.standing.duties))
        )
        given = {need: value(need, holder, now) for need in each.needs if FIELDS[need].type != "photos"}
        if any(FIELDS[need].type == "photos" for need in each.needs):
            given |= {need: [photo(town)] for need in each.needs if FIELDS[need].type == "photos"}
        done = transition(done.standing, act, actor=actor, now=now, given=given)
        if not flow.steps[done.case.step].end:
            assert done.standing.main is not None
            assert done.case.due_at > now
    assert done.case.closed_at == now
    assert flow.steps[done.case.step].outcome == outcome
    assert list(verify(town)) == []


def photo(town):
    import io

    from PIL import Image

    from lianxin.forms.photos import store

    out = io.BytesIO()
    Image.new("RGB", (640, 480), "grey").save(out, "JPEG")
    return store(out.getvalue(), town=town)


def test_a_confidential_kind_is_seen_by_those_who_hold_a_duty_in_it_alone(town):
    assert {flow.key for flow in kinds(town) if flow.confidential} == {"dispute"}
    done = open_case(Draft(kind="dispute", title="邻里纠纷"), actor=nobody(town), now=MONDAY)
    holders = {duty.unit.key for duty in done.standing.duties}
    seen = {
        name
        for name in ("clerk", "handler", "supervisor", "leader", "worker", "admin", "mediator")
        if Case.objects.seen_by(who(town, name)).filter(pk=done.case.pk).exists()
    }
    assert seen <= {
        name for name in ("clerk", "mediator") if who(town, name).unit_id in {d.unit_id for d in done.standing.duties}
    }, holders


def test_a_running_case_ends_on_the_version_it_began_on(town):
    from lianxin.cases.models import WorkflowVersion

    old = open_case(Draft(kind="wish", title="一个心愿"), actor=nobody(town), now=MONDAY)
    latest = latest_version(town, "wish")
    WorkflowVersion.objects.bulk_create(
        [
            WorkflowVersion(
                town=town, key="wish", version=latest.version + 1, source=latest.source + "\n", published_at=MONDAY
            )
        ]
    )
    bump(town)
    new = open_case(Draft(kind="wish", title="又一个心愿"), actor=nobody(town), now=MONDAY)
    assert (old.case.workflow_id, new.case.workflow_id != old.case.workflow_id) == (latest.pk, True)
