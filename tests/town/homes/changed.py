"""One record of each sort, and ways to change it: as its page, a program or a file does."""

from datetime import timedelta

from django.utils import timezone

from lianxin.cases.actions.handing import Leaving, leave_post
from lianxin.cases.actions.leaving import LeaveAsked, end_leave, set_leave
from lianxin.cases.values import Holder
from lianxin.people.lines import Server, dock_lines
from lianxin.people.models import LineService, Post, Representative
from lianxin.people.queries import today, unit_by_key
from lianxin.people.representatives import MicroFacts, add_micro, represent
from lianxin.places.sites.actions import SiteFacts, add_site, change_site, end_site
from lianxin.town.imports.people import PersonRow, settle_people
from lianxin.town.registers.records import RECORDS
from towns import grid_named, who

DAY = timedelta(days=1)


class Kind:
    """A sort of record in a town: `make` a row, `change` it in the n-th way as its page, a program or a file does."""

    key = ""

    def __init__(self, town):
        self.town, self.admin = town, who(town, "admin")

    @property
    def now(self):
        return timezone.now()

    @property
    def signed(self):
        return {"actor": self.admin, "now": self.now}

    def again(self, row):
        return RECORDS[self.key].of(self.town, row.pk)


class Posts(Kind):
    key = "posts"

    def make(self):
        return Post.objects.for_system("tests", self.town).get(pk=who(self.town, "worker").post_id)

    def change(self, row, n):
        if row.ends is not None:
            return
        if n % 3 == 2:
            leave_post(row, Leaving(today(self.now), Holder(row.unit_id), "调走"), **self.signed)
        else:
            about = {"title": f"职务{n}", "languages": f"方言{n}", "basis": ("part", "volunteer")[n % 2]}
            named = (row.account.username, row.account.name, row.unit_id, row.role_id, row.grid_id)
            settle_people([PersonRow(1, *named, **about)], **self.signed)


class People(Kind):
    key = "people"

    def make(self):
        return Posts(self.town).make().account

    def change(self, row, n):
        post = Posts(self.town).make()
        named = (row.username, f"张三{n}", post.unit_id, post.role_id, post.grid_id)
        settle_people([PersonRow(1, *named, phone=f"1990000{n:04d}")], **self.signed)


class Leaves(Kind):
    key = "leaves"

    def make(self):
        first = today(self.now)
        stand_in = Post.objects.for_system("tests", self.town).get(pk=who(self.town, "handler2").post_id)
        held = Post.objects.for_system("tests", self.town).get(pk=who(self.town, "handler").post_id)
        asked = LeaveAsked(first, first + 5 * DAY, Holder(stand_in.unit_id, stand_in.pk), "看病", hand=False)
        return set_leave(held, asked, **self.signed)

    def change(self, row, _n):
        if row.last >= today(self.now):
            end_leave(row, **self.signed)


class Sites(Kind):
    key = "sites"

    def make(self, name="锦绣家园"):
        return add_site(SiteFacts("compound", name, grid_named(self.town, "1-1").pk), **self.signed)

    def change(self, row, n):
        if row.valid_to is None and n % 3 == 2:
            end_site(row, "拆了", **self.signed)
        elif row.valid_to is None:
            grid = grid_named(self.town, ("1-1", "1-2")[n % 2]).pk
            change_site(row, SiteFacts("venue", f"广场{n}", grid, f"{n} 号", 117.001 + n / 1000, 34.605), **self.signed)


class Lines(Kind):
    key = "lines"

    def make(self):
        self._dock(Server(unit_id=unit_by_key(self.town, "justice").pk))
        return LineService.objects.for_system("tests", self.town).get()

    def change(self, row, n):
        if self.again(row) is not None:
            worker = Server(post_id=who(self.town, "worker").post_id)
            self._dock((worker, Server(unit_id=unit_by_key(self.town, "utilities").pk), None)[n % 3])

    def _dock(self, server):
        dock_lines(grid_named(self.town, "1").pk, {"民政": server}, why="调整", **self.signed)


class Representatives(Kind):
    key = "representatives"
    FACTS = MicroFacts("一单元", person="张大嫂", phone="13800001111", title="单元长", doors="1 至 16 号")

    def make(self):
        add_micro(grid_named(self.town, "1-1").pk, self.FACTS, **self.signed)
        return Representative.objects.for_system("tests", self.town).get()

    def change(self, row, n):
        neighbour = MicroFacts("", person=f"李大爷{n}", phone=f"1390000{n:04d}", title="楼长")
        held = MicroFacts("", post_id=who(self.town, "worker").post_id, title=f"组长{n}", doors=f"{n} 号")
        represent(row.grid, (neighbour, held)[n % 2], **self.signed)


KINDS = (Posts, People, Leaves, Sites, Lines, Representatives)
