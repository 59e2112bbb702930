"""Publishing, covering and erasing by program: by whom the page is, with the page's own refusals, once for a key."""

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, Photo, Publication, Reporter
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.models import Cover
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from towns import grid_named, who
from world import photo

pytestmark = [pytest.mark.django_db, pytest.mark.row("B2")]
PUBLIC = {"do": "publish", "title": "路灯不亮", "text": "村口的路灯坏了三天。", "answer": "已修好。"}


@pytest.fixture
def answered(town):
    """A request whose reporter consented, answered."""
    now, clerk, handler = timezone.now(), who(town, "clerk"), who(town, "handler")
    draft = Draft(
        kind="request", title="路灯不亮，电话13812349876", text="村口路灯坏了", grid_id=grid_named(town, "1-1").pk, photos=[photo(town)],
        contact=Contact("欧阳小试", "13812349876", True),
    )  # fmt: skip
    done = open_case(draft, actor=nobody(town), now=now)
    for act, by, given in (("accept", clerk, {}), ("assign", clerk, {"holder": Holder(handler.unit_id, handler.post_id)}),
                           ("take", handler, {}), ("finish", handler, {"answer": "修好了"})):  # fmt: skip
        done = transition(done.standing, act, actor=by, now=now, given=given)
    return done.case


@pytest.fixture
def shot(town, answered):
    return Photo.objects.for_system("test", town).get(case_id=answered.pk)


def test_what_waits_is_listed_offered_masked_and_published_once(town, token, answered, shot):
    clerk, place = token("clerk"), f"/cases/{answered.number}/publication"
    assert [row["number"] for row in clerk("GET", "/publications", status=200).json_body["rows"]] == [answered.number]
    offered = clerk("GET", place, status=200).json_body
    assert (offered["state"], offered["public"]) == ("", None)
    assert "13812349876" not in offered["offered"]["title"]
    sent = PUBLIC | {"photos": [str(shot.pk)]}
    done = clerk("POST", place, sent, key="public-key-1", status=201).json_body
    assert clerk("POST", place, sent, key="public-key-1", status=200).json_body == done
    assert (done["state"], done["public"]["text"], done["public"]["photos"]) == ("published", PUBLIC["text"], [str(shot.pk)])
    assert token("clerk").client.get(f"/api/v1/board/{answered.number}", HTTP_HOST="lx.test").json()["title"] == PUBLIC["title"]
    assert clerk("GET", "/publications").json_body["rows"] == []
    back = clerk("POST", place, {"do": "withhold", "reason": "写错了"}, status=201).json_body
    assert (back["state"], back["public"]) == ("withheld", None)
    assert list(verify(town)) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"text": ""}, "text"), ({"title": "找13812349876"}, "title"), ({"photos": ["9"]}, "photos"), ({"do": "withhold"}, "reason"), ({"do": "drop"}, "do")],
)  # fmt: skip
def test_what_may_not_go_out_does_not(town, token, answered, wrong, field):
    refused = token("clerk")("POST", f"/cases/{answered.number}/publication", PUBLIC | wrong, status=422)
    assert refused.json_body["faults"].keys() == {field}
    assert not Publication.objects.for_system("test", town).exists()


def test_nothing_is_public_without_consent_or_by_others(town, token, answered):
    place = f"/cases/{answered.number}/publication"
    token("handler")("POST", place, PUBLIC, status=403)
    token("handler")("GET", "/publications", status=403)
    Reporter.objects.for_system("test", town).filter(case_id=answered.pk).update(public_consent=False)
    assert token("clerk")("POST", place, PUBLIC, status=409).json_body["code"] == "refused"
    assert not Publication.objects.for_system("test", town).exists()


def test_a_photo_is_covered_once_and_uncovered(town, token, answered, shot):
    clerk, place = token("clerk"), f"/cases/{answered.number}/photos/{shot.pk}/cover"
    sent = {"areas": [[100, 100, 300, 300]]}
    done = clerk("POST", place, sent, key="cover-key-1", status=201).json_body
    assert clerk("POST", place, sent, key="cover-key-1", status=200).json_body == done == {"photo": str(shot.pk), **sent}
    assert clerk("GET", f"/cases/{answered.number}/publication").json_body["photos"][0]["covered"]
    assert clerk("POST", place, {"areas": [[0, 0, 0, 9]]}, status=422).json_body["faults"].keys() == {"areas.0"}
    clerk("POST", place, {"areas": []}, status=422)
    clerk("POST", place.replace(str(shot.pk), "9"), sent, status=404)
    assert clerk("DELETE", place, status=200).json_body["areas"] == []
    assert not Cover.objects.for_system("test", town).exists()
    assert Entry.objects.for_system("test", town).filter(act__in=["cover", "uncover"]).count() == 2


def test_a_case_is_counted_and_erased_by_who_decides_it_and_reads_nothing(town, token, answered):
    security, place = token("security"), f"/cases/{answered.number}/erase"
    counted = security("GET", place, status=200).json_body
    assert (counted["people"], counted["photos"], counted["done"]) == (1, 1, False)
    sent = {"reason": "本人到窗口申请，已核对", "sure": True}
    assert security("POST", place, sent | {"sure": False}, status=422).json_body["faults"].keys() == {"sure"}
    assert security("POST", place, sent | {"reason": " "}, status=422).json_body["faults"].keys() == {"reason"}
    token("clerk")("POST", place, sent, status=403)
    gone = security("POST", place, sent, key="erase-key-1", status=201).json_body
    assert security("POST", place, sent, key="erase-key-1", status=200).json_body == gone
    assert (gone["texts"], gone["people"], gone["photos"], gone["done"]) == (0, 0, 0, True)
    assert "13812349876" not in Case.objects.for_system("test", town).get(pk=answered.pk).title
    assert not Text.objects.for_system("test", town).filter(subject_id=answered.pk, erased_at=None, field="text").exists()
    security("GET", f"/cases/{answered.number}", status=404)
    assert list(verify(town)) == []
