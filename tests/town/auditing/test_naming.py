"""Which row an entry changed: what it was called then, without anybody's own details, and the way to it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from lianxin.cases.actions.leaving import LeaveAsked, set_leave
from lianxin.cases.actions.replies import ReplyFacts, add_reply
from lianxin.cases.models import Category
from lianxin.cases.values import Holder
from lianxin.people.models import Post
from lianxin.people.queries import today
from lianxin.places.sites.actions import SiteFacts, add_site, change_site, end_site
from lianxin.town.auditing.reading import Wanted, entries
from lianxin.town.auditing.telling import tell
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import change, enter, read_file, take_away
from lianxin.town.registers.town import change_town
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


@pytest.fixture
def titles(town):
    def of(kind):
        page, _more = entries(who(town, "auditor"), Wanted(kind=kind))
        return [(each["act"], each["title"], each["href"]) for each in tell(who(town, "auditor"), page)]

    return of


def signed(town, minutes=0):
    return {"actor": who(town, "admin"), "now": MONDAY + timedelta(minutes=minutes)}


def test_a_site_is_called_what_it_was_called_then_beside_its_code(town, titles):
    facts = SiteFacts("compound", "锦绣家园", grid_named(town, "1-1").pk)
    site = add_site(facts, **signed(town))
    change_site(site, SiteFacts("compound", "锦绣花园", facts.grid_id), **signed(town, 1))
    end_site(site, "拆迁", **signed(town, 2))
    past = reverse("record", args=["sites", site.pk])
    assert titles("site") == [
        ("end", f"锦绣花园 · {site.code}", past), ("change", f"锦绣花园 · {site.code}", past), ("add", f"锦绣家园 · {site.code}", past),
    ]  # fmt: skip


def test_a_category_that_had_no_entry_before_is_called_what_it_was(town, titles):
    row = Category.objects.for_system("test", town).get(key="streetlight")
    register, first = REGISTERS["categories"], row.name
    for n, name in enumerate(("灯", "路灯和景观灯")):
        change(register, row, read_file(register, town, {"name": name}, row), **signed(town, n))
    assert [title.split(" · ")[0] for _act, title, _href in titles("category")] == ["路灯和景观灯", "灯"]
    assert first not in str(titles("category"))


def test_a_row_that_was_taken_away_is_called_what_it_was(town, titles):
    register = REGISTERS["calendar"]
    row = enter(register, read_file(register, town, {"day": "2031-05-01", "name": "劳动节"}), **signed(town))
    take_away(register, row, **signed(town, 1))
    assert [(act, title) for act, title, _href in titles("calendar")][:2] == [("drop", "2031-05-01 · 劳动节"), ("add", "2031-05-01 · 劳动节")]


def test_leaves_posts_and_texts_are_named_by_whose_they_are(town, titles):
    post, now = Post.objects.for_system("test", town).get(pk=who(town, "handler").post_id), timezone.now()
    asked = LeaveAsked(today(now), today(now) + timedelta(days=2), Holder(post.unit_id), "看病", hand=False)
    leave = set_leave(post, asked, actor=who(town, "admin"), now=now)
    add_reply(ReplyFacts(name="已派单", body="已派给承办单位", unit_id=None), actor=who(town, "admin"), now=now)
    assert titles("leave") == [("add", f"handler · {asked.first} – {asked.last}", reverse("record", args=["leaves", leave.pk]))]
    assert "看病" not in str(titles("leave"))
    assert titles("reply")[0][1] == "已派单"


def test_of_a_home_no_name_is_told(town, titles):
    register = REGISTERS["centres"]
    said = {"name": "李长生", "phone": "13800000011", "grid": grid_named(town, "1-1").code}
    enter(register, read_file(register, town, said), **signed(town))
    [(_act, title, _href)] = titles("centre")
    assert title.startswith("李** · ")


def test_the_town_is_called_as_its_reader_calls_it(town, titles):
    town.name_en = "Lianxin"
    change_town(town, {"phone": "0511-86000000"}, **signed(town))
    with override("en"):
        [(_act, title, _href)] = [each for each in titles("town") if each[0] == "change"]
    assert title == "Lianxin"


def test_a_page_takes_as_many_statements_for_fifty_rows_as_for_two(town):
    register, auditor, counts = REGISTERS["units"], who(town, "auditor"), []
    for n in range(20):
        enter(register, read_file(register, town, {"name": f"新站{n}"}), **signed(town, n))
        if n in (1, 19):
            page, _more = entries(auditor, Wanted(kind="unit"))
            with CaptureQueriesContext(connection) as made:
                assert len(tell(auditor, page)) == n + 1
            counts.append(len(made))
    assert counts[0] == counts[1]
