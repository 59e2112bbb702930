"""The guard: no row of a town is read or changed without saying who looks, or why, and of which town.

Every town model is found by reflection, so a new one is tried from its first day.
"""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import (
    Batch,
    Case,
    Category,
    CheckIn,
    Clause,
    Duty,
    FirstView,
    FollowUp,
    Photo,
    Presence,
    Publication,
    QuestionSheet,
    ReplyText,
    Reporter,
    Route,
    SavedView,
    WorkflowVersion,
    WorkLink,
)  # fmt: skip
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.models import Cover, File
from lianxin.jobs.models import Job
from lianxin.keys.models import Once, Town, Tries
from lianxin.keys.numbers import drop_blocks
from lianxin.keys.relations import AnotherTown
from lianxin.keys.scope import EVERY_TOWN, GuardedQuerySet, InTown, OfTown, Unscoped
from lianxin.ledger.models import Entry, Head, Seal, Text
from lianxin.notices.models import DailyLetter, Message, Subscription
from lianxin.people.actors import nobody
from lianxin.people.models import (
    CalendarDay,
    CentreHousehold,
    Leave,
    LineService,
    PartyGroup,
    Post,
    Representative,
    Role,
    Token,
    Turn,
    Unit,
)
from lianxin.people.queries import unit_by_key
from lianxin.places.models import AddressName, FormerBoundary, Grid, ServicePoint, Site
from lianxin.town.models import Upload
from towns import MONDAY, grid_named, reporter_of, who

pytestmark = pytest.mark.django_db

TOWN_MODELS = sorted(
    (model for model in apps.get_models() if issubclass(model, InTown | OfTown)), key=lambda model: model.__name__
)
GROWING = [model for model in TOWN_MODELS if issubclass(model, InTown)]
BY_NAME = pytest.mark.parametrize("model", TOWN_MODELS, ids=lambda model: model.__name__)


def test_reflection_finds_the_models_of_every_package():
    found = {model._meta.app_label for model in TOWN_MODELS}
    assert {"keys", "ledger", "jobs", "places", "people", "forms", "notices", "cases"} <= found
    loose = [
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("lianxin.") and model not in TOWN_MODELS
    ]
    # In no town by design: towns themselves and their number blocks, people's accounts and the codes they sign in by.
    assert sorted(loose) == ["Account", "NumberBlock", "PhoneCode", "Town"]


# --- unscoped ----------------------------------------------------------------------------------------------------------

UNSCOPED = {
    "get": lambda model: model.objects.get(pk=1),
    "all": lambda model: list(model.objects.all()),
    "filter": lambda model: list(model.objects.filter(pk=1)),
    "first": lambda model: model.objects.first(),
    "count": lambda model: model.objects.count(),
    "exists": lambda model: model.objects.exists(),
    "values": lambda model: list(model.objects.values("pk")),
    "iterator": lambda model: list(model.objects.iterator()),
    "aggregate": lambda model: model.objects.aggregate(n=models.Count("pk")),
    "in_bulk": lambda model: model.objects.in_bulk([1]),
    "update": lambda model: model.objects.filter(pk=1).update(town_id=1),
    "update all": lambda model: model.objects.update(town_id=1),
    "delete": lambda model: model.objects.filter(pk=1).delete(),
    "raw delete": lambda model: model.objects.filter(pk=1)._raw_delete("default"),
    "get_or_create": lambda model: model.objects.get_or_create(pk=1),
    "union": lambda model: list(model.objects.filter(pk=1).union(model.objects.filter(pk=2))),
    "intersection": lambda model: list(model.objects.filter(pk=1).intersection(model.objects.filter(pk=2))),
    "explain": lambda model: model.objects.filter(pk=1).explain(),
    "contains": lambda model: model.objects.contains(model(pk=1)),
}


@BY_NAME
def test_rows_of_a_town_cannot_be_reached_unscoped(model):
    for way, touch in UNSCOPED.items():
        try:
            touch(model)
        except Unscoped:
            continue
        pytest.fail(f"{model.__name__} was reached by {way}")


@BY_NAME
def test_an_unscoped_subquery_in_a_scoped_query_is_refused(model, town):
    outer = Grid.objects.for_system("tests", town)
    inner = model.objects.filter(town_id=OuterRef("town_id"))
    for rows in (
        outer.filter(Exists(inner)),
        outer.filter(pk__in=model.objects.values("pk")),
        outer.annotate(n=Subquery(inner.values("pk")[:1])),
        outer.exclude(pk__in=Subquery(model.objects.values("pk"))),
    ):
        with pytest.raises(Unscoped):
            list(rows)


@BY_NAME
def test_an_unscoped_part_of_a_union_is_refused(model, town):
    scoped = model.objects.for_system("tests", town).values_list("pk")
    with pytest.raises(Unscoped):
        list(scoped.union(model.objects.values_list("pk")))
    with pytest.raises(Unscoped):
        list(scoped.difference(model.objects.values_list("pk")))


def test_the_system_must_say_why(town):
    with pytest.raises(Unscoped):
        Case.objects.for_system("", town)


@BY_NAME
def test_every_way_in_is_the_guarded_one(model):
    assert isinstance(model.objects.all(), GuardedQuerySet)
    assert isinstance(model._default_manager.all(), GuardedQuerySet)
    managers = [manager for manager in model._meta.managers if not isinstance(manager.get_queryset(), GuardedQuerySet)]
    assert managers == []


# --- two towns ---------------------------------------------------------------------------------------------------------


def make_rows(town, letters):
    """One row at least of every town model; returns nothing: the models are counted afterwards."""
    now, clerk = MONDAY, who(town, "clerk")
    draft = Draft(kind="request", title="路灯", text="路灯不亮", grid_id=grid_named(town, "1-1").pk, contact=Contact("王某", "19900000042"))
    done = open_case(draft, actor=nobody(town), now=now)
    case, grid, post = done.case, grid_named(town, "1-1"), Post.objects.for_system("tests", town).first()
    common = {"town": town}
    file = File.objects.create(**common, digest="a" * 64, size=1, width=1, height=1, at=now)
    Cover.objects.create(**common, digest="a" * 64, file_id=file.pk, at=now)
    Photo.objects.create(**common, case_id=case.pk, entry_id=done.entry.pk, file_id=file.pk, moment="before", at=now)
    Publication.objects.create(**common, case_id=case.pk, state="published", title="路灯", checked_by=1, at=now)
    Token.objects.create(
        **common, post=post, name="t", digest=letters * 32, created_at=now, expires_at=now + timedelta(days=1)
    )
    Tries.objects.create(**common, scope="s", who="w", window_no=1, count=1, at=now)
    Upload.objects.create(
        **common, account_id=clerk.account_id, post_id=clerk.post_id, what="grids", name="n", size=1, digest="d", made_at=now, expires_at=now
    )
    Once.objects.create(**common, scope="s", key="k", digest="d", result=1, at=now)
    Message.objects.create(**common, case_id=case.pk, act="open", at=now)
    DailyLetter.objects.create(**common, post_id=clerk.post_id, hour=8, language="zh-hans", site="http://x", at=now)
    Subscription.objects.create(
        **common, way="email", address="a@example.cn", address_blind="b", about="area", language="en", site="", at=now
    )
    Seal.objects.create(**common, number=1, count=1, root="r", at=now, prev="p", mac="m")
    PartyGroup.objects.create(**common, grid=grid, name="党小组")
    CentreHousehold.objects.create(**common, grid=grid, name="李家")
    Leave.objects.create(**common, post=post, first=now.date(), last=now.date())
    Turn.objects.create(**common, post=post, starts=now, ends=now + timedelta(hours=8))
    ServicePoint.objects.create(**common, key="p", kind="stop", name="驿站", grid=grid)
    Representative.objects.create(**common, grid=grid, name="张家")
    LineService.objects.create(**common, grid=grid, line="公安", unit=Unit.objects.for_system("tests", town).first())
    AddressName.objects.create(**common, name="村口", kind="landmark", grid=grid, point=[117.0, 34.6])
    FormerBoundary.objects.create(**common, grid=grid, until=now, how="redrawn", change=1)
    Site.objects.create(**common, kind="venue", code=f"{grid.code}-001", name="广场", grid=grid, valid_from=now.date())
    CheckIn.objects.create(**common, case_id=case.pk, grid=grid, post_id=clerk.post_id, at=now, recorded_at=now)
    Presence.objects.create(**common, post_id=clerk.post_id, case_id=case.pk, at=now)
    FollowUp.objects.create(**common, case_id=case.pk, unit_id=clerk.unit_id, post_id=clerk.post_id, on=now.date(), at=now)
    WorkLink.objects.create(
        **common, case_id=case.pk, unit_id=clerk.unit_id, post_id=clerk.post_id, digest=f"d{town.pk}", at=now, until=now
    )
    ReplyText.objects.create(**common, name="已办结", body="{number}")
    leaf = Category.objects.for_system("tests", town).get(key="streetlight")
    QuestionSheet.objects.create(**common, category=leaf, version=1, source="questions: []", published_at=now)
    Batch.objects.create(**common, post_id=clerk.post_id, act="remind", name="催办", at=now)
    view = SavedView.objects.create(**common, name="超期", query="light=late", post_id=clerk.post_id, at=now)
    FirstView.objects.create(**common, post_id=clerk.post_id, view_id=view.pk)
    assert clerk.town_id == town.pk


@pytest.fixture
def two_towns(town, other_town):
    make_rows(town, "LX")
    make_rows(other_town, "QH")
    return town, other_town


def test_a_town_sees_its_own_rows_alone(two_towns):
    one, two = two_towns
    for model in TOWN_MODELS:
        everything = set(model.objects.for_system("tests", EVERY_TOWN).values_list("pk", flat=True))
        own = set(model.objects.for_system("tests", one).values_list("pk", flat=True))
        others = set(model.objects.for_system("tests", two).values_list("pk", flat=True))
        assert own, f"{model.__name__}: make_rows makes none"
        assert others, model.__name__
        assert own | others == everything, model.__name__
        assert not own & others, model.__name__


def test_an_actor_sees_no_row_of_another_town(two_towns):
    one, two = two_towns
    for actor in (who(one, "leader"), who(one, "clerk"), who(one, "auditor"), nobody(one), who(one, "system")):
        for model in TOWN_MODELS:
            seen = model.objects.seen_by(actor)
            assert not seen.filter(town_id=two.pk).exists(), model.__name__
            ids = list(model.objects.for_system("tests", two).values_list("pk", flat=True))
            assert not seen.filter(pk__in=ids).exists(), model.__name__
            assert seen.count() <= model.objects.for_system("tests", one).count()


def test_a_scoped_change_leaves_the_other_town_alone(two_towns):
    one, two = two_towns
    for model in TOWN_MODELS:
        before = sorted(map(str, model.objects.for_system("tests", two).values_list()))
        column = next(field.attname for field in model._meta.fields if field.attname not in {"id", "town_id"})
        rows = model.objects.for_system("tests", one)
        value = rows.values_list(column, flat=True).first()
        row = rows.first()
        rows.filter(pk=row.pk).update(**{column: value})
        assert sorted(map(str, model.objects.for_system("tests", two).values_list())) == before, model.__name__


def test_a_row_cannot_be_pointed_into_another_town(two_towns):
    one, two = two_towns
    theirs = Case.objects.for_system("tests", two).first()
    for model in GROWING:
        for field in model._meta.private_fields + list(model._meta.fields):
            if type(field).__name__ == "ToInTown" and field.related_model is Case:
                row = model.objects.for_system("tests", one).first() or model(town=one)
                with pytest.raises(AnotherTown):
                    setattr(row, field.name, theirs)


def test_related_rows_of_a_seen_row_are_of_its_own_town(two_towns):
    one, _two = two_towns
    for model in TOWN_MODELS:
        row = model.objects.for_system("tests", one).first()
        for relation in model._meta.related_objects:
            name = relation.get_accessor_name()
            if not name or name.endswith("+"):
                continue
            try:
                rows = list(getattr(row, name).all()) if relation.multiple else [getattr(row, name)]
            except relation.related_model.DoesNotExist:
                continue
            assert {each.town_id for each in rows} <= {one.pk}, f"{model.__name__}.{name}"
        for field in model._meta.get_fields():
            if field.many_to_one and field.related_model in TOWN_MODELS:
                other = getattr(row, field.name)
                assert other is None or other.town_id == one.pk, f"{model.__name__}.{field.name}"


def test_related_rows_cannot_be_reached_from_the_class(town):
    with pytest.raises(Unscoped):
        list(Case._default_manager.filter(pk=1))
    with pytest.raises(Unscoped):
        list(Town.objects.filter(pk__in=Case.objects.values("town")))


def test_the_same_id_in_two_towns_is_two_rows_of_the_guard(two_towns):
    """A number, a key or an id taken from the other town opens nothing."""
    one, two = two_towns
    theirs = Case.objects.for_system("tests", two).first()
    for rows in (Case.objects.seen_by(who(one, "leader")), Case.objects.for_system("tests", one)):
        assert not rows.filter(pk=theirs.pk).exists()
        assert not rows.filter(number=theirs.number).exists()
    assert not Reporter.objects.for_system("tests", one).filter(case_id=theirs.pk).exists()


# --- every statement names the town -------------------------------------------------------------------------------------

TABLES = {model._meta.db_table for model in GROWING}
_BOUND = re.compile(r'town_id"?\s*=\s*(%s|\d+)|town_id"?\s+IN\s*\(%s')  # a join's own condition binds nothing
_WORD = re.compile(r'"?(\w+)"?')


class Nameless(AssertionError):
    """A statement on a growing table that does not name the town."""


@contextmanager
def every_statement_names_the_town():
    """Refuse statements on growing tables without the town, on the way to the database."""

    def check(execute, sql, params, many, context):
        if fault := nameless(sql):
            raise Nameless(f"{fault}: {sql[:400]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(check):
        yield


def nameless(sql):
    """The growing table a statement touches without a condition on (or a value for) its town, or ""."""
    plain = re.sub(r"'[^']*'", "''", sql)
    touched = {word for word in _WORD.findall(plain) if word in TABLES}
    if not touched or re.match(r"\s*(SAVEPOINT|RELEASE|ROLLBACK|PRAGMA|EXPLAIN)", plain):
        return ""
    if re.match(r"\s*INSERT", plain):
        return "" if re.search(r"[(\"\s]town_id[\",\s]", plain) else min(touched)
    for part in _selects(plain):
        tables = [word for word in _WORD.findall(part) if word in TABLES]
        if tables and not _BOUND.search(part):
            return tables[0]
    return ""


def _selects(sql):
    """The statement and each subquery of its own: a subquery may not lean on the town of the outer one."""
    depth, starts, found = 0, [], [sql]
    for at, char in enumerate(sql):
        if char == "(":
            depth += 1
            if sql[at + 1 :].lstrip().upper().startswith("SELECT"):
                starts.append((depth, at + 1))
        elif char == ")":
            if starts and starts[-1][0] == depth:
                found.append(sql[starts.pop()[1] : at])
            depth -= 1
    return found


def test_the_recording_cursor_finds_what_names_no_town(town):
    every = Case.objects.for_system("tests", EVERY_TOWN)
    for touch in (
        every.count,
        lambda: list(every.filter(number="x")),
        lambda: every.filter(pk=1).update(step="x"),
        lambda: Case.objects.for_system("tests", town).filter(
            pk__in=Duty.objects.for_system("tests", EVERY_TOWN).values("case_id")
        ).count(),
    ):
        with every_statement_names_the_town(), pytest.raises(Nameless):
            touch()


def test_walking_a_case_names_the_town_in_every_statement(town, client, settings):
    """Open, triage, dispatch, handle, rate, publish and read a case, through the doors and through the addresses."""
    settings.ALLOWED_HOSTS = ["*"]
    drop_blocks()
    with every_statement_names_the_town():
        done = open_case(
            Draft(kind="request", title="路灯不亮", text="村口路灯不亮", lon=117.005, lat=34.605, contact=Contact("王某", "19900000042")),
            actor=nobody(town),
            now=MONDAY,
        )
        at = MONDAY
        for act, by, given in (
            ("accept", "clerk", {}), ("assign", "clerk", {"holder": Holder(unit_by_key(town, "utilities").pk)}),
            ("take", "handler", {}), ("contact", "handler", {"contacted": "reached"}),
            ("confer", "handler", {"units": [unit_by_key(town, "governance").pk], "note": "会商"}),
            ("conclude", "clerk", {"note": "办"}), ("finish", "handler", {"answer": "修好了"}),
            ("satisfied", None, {"rating": "5"}), ("close", "supervisor", {}),
        ):  # fmt: skip
            at += timedelta(minutes=10)
            actor = who(town, by) if by else reporter_of(town, done)
            done = transition(done.case.pk, act, actor=actor, now=at, given=given) if by else _rated(town, done, at)
        other = open_case(Draft(kind="request", title="路灯坏", text="路灯坏了"), actor=nobody(town), now=MONDAY)
        transition(other.case.pk, "merge", actor=who(town, "clerk"), now=at, given={"case": _open(town).pk})
        _read_everything(town, client, done)


def _rated(town, done, at):
    from lianxin.people.actors import reporter

    first = Reporter.objects.for_system("tests", town).get(case_id=done.case.pk)
    actor = reporter(town, case_id=done.case.pk, reporter_id=first.pk)
    return transition(done.case.pk, "satisfied", actor=actor, now=at, given={"rating": "5"})


def _open(town):
    return open_case(Draft(kind="request", title="主件", text="主件"), actor=nobody(town), now=MONDAY).case


def _read_everything(town, client, done):
    from lianxin.cases.links import link_code
    from lianxin.cases.queries.counts import counts
    from lianxin.cases.queries.inbox import InboxFilter, inbox
    from lianxin.cases.tasks import sweep
    from lianxin.ledger.actions import seal

    first = Reporter.objects.for_system("tests", town).get(case_id=done.case.pk, first=True)
    for username in ("clerk", "handler", "worker", "leader", "mediator"):
        actor = who(town, username)
        for closed in (False, True):
            inbox(actor, InboxFilter(scope="all", closed=closed, words="路灯"), now=timezone.now())
        counts(actor, now=timezone.now())
    number, code = done.case.number, link_code(first.pk)
    for path in (f"/r/{number}/{code}/", "/board/", "/map/", f"/api/v1/reports/{number}?code={code}", "/api/v1/board"):
        assert client.get(path, HTTP_HOST="lx.test").status_code == 200, path
    from lianxin.people.models import Account

    client.force_login(Account.objects.get(username="clerk.lx"), backend="lianxin.people.backends.AccountBackend")
    for path in (f"/cases/{number}/", "/desk/", f"/api/v1/cases/{number}", f"/api/v1/cases/{number}/entries"):
        assert client.get(path, HTTP_HOST="lx.test").status_code == 200, path
    sweep(town, now=MONDAY + timedelta(days=40))
    seal(town, now=MONDAY + timedelta(days=40))


# The worker takes the jobs of all towns by time.
ACROSS_TOWNS = {"job_due"}


def test_growing_tables_lead_every_key_with_the_town():
    for model in GROWING:
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                assert constraint.fields[0] == "town", f"{model.__name__}: {constraint.name}"
        for index in model._meta.indexes:
            assert index.fields[0] == "town" or index.name in ACROSS_TOWNS, f"{model.__name__}: {index.name}"
        names = {type(each).__name__ for each in model._meta.constraints}
        assert "TownKey" in names, model.__name__


def test_every_relation_between_growing_rows_is_on_town_and_id():
    for model in GROWING:
        for field in model._meta.get_fields():
            if not field.many_to_one or field.auto_created:
                continue
            if field.related_model in GROWING:
                assert type(field).__name__ == "ToInTown", f"{model.__name__}.{field.name}"
                column = field.column_name
                keys = [each for each in model._meta.constraints if type(each).__name__ == "TownForeignKey"]
                assert column in {key.column for key in keys}, f"{model.__name__}.{field.name} has no key"


def test_the_models_of_this_test_are_all_there_are():
    named = {
        AddressName, Batch, CalendarDay, Case, Category, CentreHousehold, CheckIn, Clause, Cover, DailyLetter, Duty, Entry, File, FirstView, FollowUp, FormerBoundary, Grid, Head, Job, Leave, LineService, Message,
        Once, PartyGroup, Photo, Post, Presence, Publication, QuestionSheet, ReplyText, Reporter, Representative, Role, Route, SavedView, Seal, ServicePoint, Site, Subscription, Text, Token, Tries, Turn, Unit,
        Upload, WorkLink, WorkflowVersion,
    }  # fmt: skip
    assert named == set(TOWN_MODELS)
    with pytest.raises(FieldDoesNotExist):
        Case._meta.get_field("no_such")
