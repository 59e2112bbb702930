"""Run beside the killed server: make its town (`ground.py make`), put a case into the grid worker's hands (`ground.py
hand`), and look at what it left (`ground.py look FILE`).
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianxin.town.settings")
sys.path.insert(0, str(Path(__file__).parents[1]))


def make() -> dict[str, str]:
    from django.core.management import call_command
    from django.utils import timezone

    from lianxin.people.actions import create_token
    from lianxin.people.actors import system
    from lianxin.people.models import Post
    from towns import make_town, who

    call_command("migrate", verbosity=0)
    town = make_town("LX", "连心镇", code="999001101")
    town.host, town.is_demo = None, False
    town.save()
    post = Post.objects.for_system("tests", town).get(pk=who(town, "clerk").post_id)
    _, plain = create_token(
        post, scopes=["cases:read", "cases:write"], days=2, actor=system(town), now=timezone.now(), name="t"
    )
    return {"token": plain}


def hand() -> dict[str, str]:
    from django.utils import timezone

    from lianxin.cases.actions import open_case, transition
    from lianxin.cases.values import Contact, Draft, Holder
    from lianxin.keys.models import Town
    from towns import who

    town, now = Town.objects.get(), timezone.now()
    clerk, worker = who(town, "clerk"), who(town, "worker")
    done = open_case(Draft("request", "电梯口漏水", text="从昨晚漏到现在", contact=Contact("王小明", "19900000001")), actor=clerk, now=now)
    done = transition(done.standing, "accept", actor=clerk, now=now)
    done = transition(done.standing, "assign", actor=clerk, now=now, given={"holder": Holder(worker.unit_id, worker.post_id)})
    return {"number": transition(done.standing, "take", actor=worker, now=now).case.number}


def look(acknowledged: dict) -> dict:
    """Everything that contradicts what was acknowledged, in sentences; and how much there is."""
    from django.utils import timezone

    from lianxin.cases.models import Case, Photo
    from lianxin.forms.photos import path_of
    from lianxin.jobs.models import Job
    from lianxin.jobs.queue import run_due
    from lianxin.keys.models import Once, Town
    from lianxin.ledger.models import Entry, Text
    from lianxin.ledger.verify import verify
    from lianxin.notices.models import Message

    town = Town.objects.get()
    wrong = [str(broken) for broken in verify(town)]
    cases = {case.number: case for case in Case.objects.for_system("tests", town)}
    for number, told in acknowledged["cases"].items():
        case = cases.get(number)
        if case is None:
            wrong.append(f"{number}: acknowledged and gone")
            continue
        text = Text.objects.for_system("tests", town).get(subject_id=case.pk, field="text").body
        if text != told["text"]:
            wrong.append(f"{number}: another text")
        kept = set(Photo.objects.for_system("tests", town).filter(case_id=case.pk).values_list("file__digest", flat=True))
        if told.get("photo") and (told["photo"] not in kept or not path_of(town.pk, told["photo"]).exists()):
            wrong.append(f"{number}: its photo is gone")
        acts = Entry.objects.for_system("tests", town).filter(subject_kind="case", subject_id=case.pk, act="accept").count()
        if acts > 1 or (told.get("accepted") and acts != 1):
            wrong.append(f"{number}: accepted {acts} times")
    acts = {number: list(Entry.objects.for_system("tests", town).filter(subject_kind="case", subject_id=case.pk).order_by("seq").values_list("act", flat=True)) for number, case in cases.items()}
    texts = list(Text.objects.for_system("tests", town).filter(field="text").values_list("body", flat=True))
    wrong += [f"{text}: opened twice" for text in {text for text in texts if texts.count(text) > 1}]
    opened = Once.objects.for_system("tests", town).filter(result__in=[case.pk for case in cases.values()]).count()
    while run_due(now=timezone.now() + timedelta(hours=1)):
        pass
    left = Job.objects.for_system("tests", town).count()
    told_once = Message.objects.for_system("tests", town).filter(act="open", reporter_id__isnull=False)
    told = list(told_once.values_list("case_id", flat=True))
    wrong += [f"case {pk}: told of {told.count(pk)} times" for pk in {case.pk for case in cases.values()} if told.count(pk) != 1]
    photos = Photo.objects.for_system("tests", town).count()
    return {"wrong": wrong, "cases": len(cases), "keys": opened, "jobs_left": left, "acts": acts, "texts": texts, "photos": photos}


if __name__ == "__main__":
    import django

    django.setup()
    does = {"make": make, "hand": hand, "look": lambda: look(json.loads(Path(sys.argv[2]).read_text()))}
    print(json.dumps(does[sys.argv[1]]()))
