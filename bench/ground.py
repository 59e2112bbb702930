"""Make the town that is measured: so many cases by copying one that came through the door, a token, a session."""

import json
import sys
from datetime import timedelta

import django


def main(rows):
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from lianxin.cases.actions import open_case
    from lianxin.cases.values import Draft
    from lianxin.people.actions import create_token
    from lianxin.people.actors import nobody, system
    from lianxin.people.models import Post
    from towns import make_town, who

    call_command("migrate", verbosity=0)
    town = make_town("LX", "连心镇", code="999001101")
    town.host = None
    town.save()
    now = timezone.now()
    done = open_case(Draft(kind="request", title="路灯不亮", text="看不见路", lon=117.005, lat=34.605), actor=nobody(town), now=now)
    copy(done, rows, now)
    post = Post.objects.for_system("bench", town).get(pk=who(town, "clerk").post_id)
    _, plain = create_token(post, scopes=["cases:read", "cases:write"], days=2, actor=system(town), now=now, name="bench")
    print(json.dumps({"token": plain, "cookie": session(post)}))


def copy(done, rows, now):
    """Cases and open duties like the first one's, spread over the past; enough for lists and counts."""
    from lianxin.cases.models import Case, Duty
    from lianxin.keys.ids import new_id
    from lianxin.people.models import Unit
    from lianxin.places.models import Grid

    case, town_id = done.case, done.case.town_id
    grids = list(Grid.objects.for_system("bench", town_id).filter(level="grid").values_list("id", flat=True))
    units = list(Unit.objects.for_system("bench", town_id).values_list("id", flat=True))
    for start in range(0, rows, 1000):
        cases, duties = [], []
        for at in range(start, min(start + 1000, rows)):
            closed = at % 20 != 0  # one in twenty is open
            step = "closed" if closed else ("triage", "handle", "collect")[at % 3]
            recorded, due = now - timedelta(minutes=5 * at), now + timedelta(minutes=at % 9000 - 3000)
            unit = case.unit_id if step != "handle" else units[at % len(units)]
            cases.append(Case(
                id=new_id(), town_id=town_id, number=f"C{at:08d}", kind=case.kind, workflow_id=case.workflow_id, step=step,
                version=1, head=case.head, title=f"第{at}件", grid_id=grids[at % len(grids)], unit_id=unit, urgency="normal",
                channel="phone", recorded_at=recorded, due_at=None if closed else due, closed_at=recorded if closed else None,
                state=case.state, lon=117 + at * 7919 % 40_000 / 1e6, lat=34.6 + at * 104_729 % 10_000 / 1e6,
            ))  # fmt: skip
            duties.append(Duty(
                id=new_id(), town_id=town_id, case_id=cases[-1].pk, what="main", step=step, who="clerk", unit_id=unit,
                opened_at=recorded, due_at=due, soon_at=due - timedelta(hours=2), done_at=recorded if closed else None,
                workflow_id=case.workflow_id,
            ))  # fmt: skip
        Case.objects.bulk_create(cases)
        Duty.objects.bulk_create(duties)


def session(post):
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(post.account, backend="lianxin.people.backends.AccountBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
