"""Rows read and written by key: the same as through Django, with SQL made once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case, Duty, Photo, Publication, Reporter
from lianxin.cases.queries.page import case_page
from lianxin.cases.queries.standing import NotSeen, stand
from lianxin.cases.values import Contact, Draft
from lianxin.forms.models import File
from lianxin.jobs.models import Job
from lianxin.keys import rows
from lianxin.keys.ids import new_id
from lianxin.keys.scope import Unscoped
from lianxin.ledger.models import Entry, Text
from lianxin.people.actors import actor_of, nobody
from lianxin.people.models import Post
from towns import MONDAY, STAFF, who

pytestmark = pytest.mark.django_db
DRAFT = Draft(
    kind="request", title="路灯不亮", text="晚上看不见路", lon=117.005, lat=34.605, contact=Contact("王", "19900000001"),
    happened_at=MONDAY - timedelta(days=1), answers={"votes": [1, "好"]},
)  # fmt: skip


def plain(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def by_django(model, town):
    return [plain(row) for row in model.objects.for_system("tests", town).order_by("id")]


@pytest.mark.parametrize("model", [Case, Duty, Reporter, Entry, Text, Job], ids=lambda model: model.__name__)
def test_a_row_reads_and_writes_as_through_django(town, model):
    open_case(DRAFT, actor=nobody(town), now=MONDAY)
    first = by_django(model, town)[0]
    assert [plain(row) for row in rows.read(model, "tests", town.pk, {"id": first["id"]})] == [first]
    again = {**first, "id": new_id()}
    again |= {"number": "LX00000000"} if model is Case else {"seq": 77} if model is Entry else {}
    again |= {"field": "other"} if model is Text else {}
    made = model(**again)
    rows.insert([made])
    assert not made._state.adding
    assert by_django(model, town)[-1] == again
    stored = {"id": again["id"]}
    changed = {f.attname: None for f in model._meta.concrete_fields if f.null}
    rows.change(model, town.pk, stored, changed)
    assert by_django(model, town)[-1] == again | changed


def test_a_change_reaches_only_the_rows_of_its_town_that_fit(town, other_town):
    for each in (town, other_town):
        for _ in range(2):
            open_case(DRAFT, actor=nobody(each), now=MONDAY)
    ids = [row["id"] for row in by_django(Case, town)]
    foreign = [row["id"] for row in by_django(Case, other_town)]
    assert rows.change(Case, town.pk, {"id": ids + foreign, "closed_at": None}, {"title": "改"}) == 2
    assert rows.change(Case, town.pk, {"id": foreign[0]}, {"title": "改"}) == 0
    assert rows.change(Case, town.pk, {"id": ids[0], "version": 9}, {"title": "不"}) == 0
    assert [row["title"] for row in by_django(Case, town) + by_django(Case, other_town)] == ["改"] * 2 + [
        "路灯不亮"
    ] * 2
    assert rows.read(Case, "tests", town.pk, {"id": foreign[0]}) == []


def test_who_reads_says_why(town):
    with pytest.raises(Unscoped):
        rows.read(Case, "", town.pk, {"id": 1})


def test_a_null_is_looked_for_as_null(town):
    open_case(DRAFT, actor=nobody(town), now=MONDAY)
    assert len(rows.read(Duty, "tests", town.pk, {"done_at": None})) == 1
    assert rows.read(Duty, "tests", town.pk, {"done_at": MONDAY}) == []


def test_nothing_is_written_for_no_rows(town):
    with CaptureQueriesContext(connection) as captured:
        rows.insert([])
    assert len(captured) == 0


def test_a_case_and_its_page_are_found_by_indexes_of_their_own(town):
    """Nothing of a case may be found by walking all such rows of the town, which SQLite does to save a sort."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by what its tables hold")
    done = open_case(DRAFT, actor=nobody(town), now=MONDAY)
    child = open_case(DRAFT, actor=nobody(town), now=MONDAY)
    Case.objects.for_system("tests", town).filter(pk=child.case.pk).update(parent_id=done.case.pk)
    clerk = who(town, "clerk")
    with CaptureQueriesContext(connection) as captured:
        for each in (done, child):
            case_page(clerk, stand(clerk, number=each.case.number), MONDAY)
    walked = [f"{plan}: {sql}" for sql, plan in plans_of(captured.captured_queries) if is_walk(plan)]
    assert walked == []


GROWING = [model._meta.db_table for model in (Case, Duty, Reporter, Photo, Publication, Entry, Text, Job, File)]


def plans_of(queries):
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            yield from [(query["sql"], row[-1]) for row in cursor.fetchall()]


def is_walk(plan):
    table = plan.split()[1]
    return table in GROWING and (plan.startswith("SCAN") or plan.endswith("(town_id=?)"))


@pytest.mark.parametrize("kind", ["request", "dispute"])
def test_a_case_stands_for_those_whom_the_guard_lets_see_it(town, other_town, kind):
    done = open_case(Draft(kind=kind, title="事", text="事", lon=117.005, lat=34.605), actor=nobody(town), now=MONDAY)
    seen = set()
    for post in Post.objects.for_system("tests", town).select_related("role", "grid", "account"):
        for actor in (actor_of(post, town), actor_of(post, other_town)):
            guarded = Case.objects.seen_by(actor).filter(pk=done.case.pk).exists()
            seen.add(guarded)
            if guarded:
                assert stand(actor, number=done.case.number).case.pk == done.case.pk
            else:
                with pytest.raises(NotSeen):
                    stand(actor, pk=done.case.pk)
    assert seen == {True, False}
    assert len(STAFF) > 5


def test_every_column_of_a_model_is_written_and_none_is_filled_in_by_django_alone():
    """A column added later cannot be forgotten: the names come from the model."""
    for model in (Case, Duty, Entry, Text, Job, Reporter, Photo):
        fields = model._meta.concrete_fields
        assert list(rows._shape(model).columns) == [field.attname for field in fields]
        assert not [
            field for field in fields if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        ]


def test_many_rows_are_changed_by_one_statement_run_for_each(town):
    cases = [open_case(DRAFT, actor=nobody(town), now=MONDAY).case for _each in range(3)]
    for at, case in enumerate(cases[:2]):
        case.title, case.answers, case.lon = f"第 {at} 件", {"n": at}, None
    changes = rows.changes_of(cases[:2], ["title", "answers", "lon"])
    cases[0].title = "later"  # what is written is what stood then
    with CaptureQueriesContext(connection) as told:
        changes.write()
        rows.changes_of([], ["title"]).write()
    assert len(told) == 1
    found = {case.pk: (case.title, case.answers, case.lon) for case in Case.objects.for_system("tests", town)}
    assert found[cases[0].pk] == ("第 0 件", {"n": 0}, None)
    assert found[cases[1].pk] == ("第 1 件", {"n": 1}, None)
    assert found[cases[2].pk] == (DRAFT.title, {**DRAFT.answers}, DRAFT.lon)
