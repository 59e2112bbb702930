"""Every column of every table is watched by `verify`, or it is said here why it is not.

Models are found by reflection: a new table or column fails until it is declared, and what is declared as watched is
changed behind the product's back in a small town, which `verify` must then name.
"""

import io
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import TestCase
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.actions.covering import cover_case_photo
from lianxin.cases.actions.followups import follow_up, follow_up_done
from lianxin.cases.actions.publish import Public, publish
from lianxin.cases.actions.worklinks import LinkFacts, make_link
from lianxin.cases.models import Case, Category, Photo, ReplyText
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.photos import store
from lianxin.keys import cache
from lianxin.keys.ids import new_id
from lianxin.ledger.actions import seal
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.cipher import Personal
from lianxin.people.models import CentreHousehold, Leave, LineService, PartyGroup, Post, Representative, Turn
from lianxin.people.queries import unit_by_key
from lianxin.places.models import AddressName, Grid, ServicePoint, Site
from lianxin.town.watching import watch
from towns import MONDAY, make_town, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]

# How `verify` watches a column. "told": it is what the history says, or repeats what another row or a file says.
# Each of these is changed below.
TOLD = {
    "Case": "number kind workflow_id step version head title category_id grid_id unit_id post_id urgency channel lon lat address "
    "happened_at recorded_at due_at closed_at state parent_id answers",
    "Duty": "case_id what step who unit_id post_id opened_at due_at soon_at done_at workflow_id",
    "Reporter": "case_id account_id name phone phone_blind phone_tail public_consent first at rating",
    "Photo": "case_id entry_id file_id moment at",
    "File": "digest size width height",
    "Cover": "digest file_id areas at",
    "Publication": "case_id state title text answer place photos checked_by at",
    "FollowUp": "case_id unit_id post_id on note at done_at done_by_id",
    "WorkLink": "case_id unit_id post_id company contact phone title task place spot may photos digest at until opened_at "
    "ended_at ended",
    "WorkflowVersion": "key version source published_at",
    "QuestionSheet": "category_id version source published_at",
    "Entry": "subject_kind subject_id seq act source step counts late account_id post_id at data prev digest seal_id",
    "Text": "entry_id subject_id field body key erased_at",
    "Head": "subject_kind subject_id seq digest",
    "Seal": "number count root at prev mac",
}
# "open": of an open duty, "paused" of the main one above all, is tried in tests/ledger/test_tampering.py; boundaries and
# names of grids in tests/places; towns in tests/town/test_watching.py.
ELSEWHERE = {
    "Duty": "paused", "Grid": "name boundary valid_to became parent_id level code path lon lat households population area_m2", "FormerBoundary": "grid_id boundary change",
    "Town": "code letters is_demo name name_en county phone settings",
}  # fmt: skip
# Settings of a town: what an entry has told last of each column (tests/ledger/test_rows.py); what a town began with is
# written down as it stood. Each column of each is changed below.
SETTINGS = {
    "Category", "Clause", "Route", "ReplyText", "Unit", "Role", "CalendarDay", "Leave", "Turn", "Representative",
    "LineService", "PartyGroup", "CentreHousehold", "ServicePoint", "AddressName", "Site", "Post",
}  # fmt: skip
# Bookkeeping, made anew or gone by itself: nothing of a case hangs on it.
PASSING = {
    "Batch", "CheckIn", "FirstView", "Job", "Message", "Once", "Presence", "SavedView", "Subscription", "DailyLetter",
    "Tries", "Upload", "NumberBlock", "PhoneCode",
}  # fmt: skip
PASSING_COLUMNS = {"Duty": "swept", "File": "at"}
# Who signs in, and what a town and its grids are besides: their chains say what was done to them, not yet what stands.
OPEN = {"Account", "Token"}
OPEN_COLUMNS = {
    "Town": "host anchor config_version",
    "Grid": "valid_from",
    "FormerBoundary": "area_m2 until how reason account_id post_id",
}

MODELS = {model.__name__: model for model in apps.get_models() if model.__module__.startswith("lianxin.")}
BY_COLUMN = [(name, column) for name, columns in TOLD.items() for column in columns.split()]


def columns_of(model):
    return {field.attname for field in model._meta.concrete_fields} - {"id", "town_id"}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_of_every_column_it_is_said_how_it_is_watched(name):
    parts = [set(each.get(name, "").split()) for each in (TOLD, ELSEWHERE, PASSING_COLUMNS, OPEN_COLUMNS)]
    if name in SETTINGS | PASSING | OPEN:
        assert not any(parts), f"{name} is declared twice"
        return
    declared = set().union(*parts)
    assert sum(map(len, parts)) == len(declared), f"{name}: a column is declared twice"
    assert declared == columns_of(MODELS[name]), name


def test_nothing_is_declared_that_is_not_there():
    for each in (TOLD, ELSEWHERE, PASSING_COLUMNS, OPEN_COLUMNS, SETTINGS, PASSING, OPEN):
        assert set(each) <= set(MODELS)


@pytest.fixture(scope="module")
def watched(django_db_setup, django_db_blocker, tmp_path_factory):
    """A town in which every watched table has a row; whatever a test changes is put back after it."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        log = tmp_path_factory.mktemp("seals") / "seals.log"
        patch.setattr("django.conf.settings.LIANXIN_SEAL_LOG", log)
        cache.forget()
        town = make_town("LX", "连心镇", code="999001101")
        _full(town)
        with TestCase.captureOnCommitCallbacks(execute=True):
            seal(town, now=MONDAY)
        yield town, log
        transaction.set_rollback(True)
    cache.forget()


def _full(town):
    out = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(out, "JPEG")
    draft = Draft(
        kind="request", title="路灯不亮", text="晚上看不见路", lon=117.005, lat=34.605, address="柳湾路口", answers={"a": "b"},
        contact=Contact("王小明", "19900000001", True), photos=[store(out.getvalue(), town=town)],
    )  # fmt: skip
    clerk, handler, admin = who(town, "clerk"), who(town, "handler"), who(town, "admin")
    pk = open_case(draft, actor=nobody(town), now=MONDAY).case.pk
    utilities, police = (unit_by_key(town, key).pk for key in ("utilities", "police"))
    for at, (act, actor, given) in enumerate(
        (
            ("accept", clerk, {}), ("assign", clerk, {"holder": Holder(utilities)}), ("take", handler, {}),
            ("cohandle", handler, {"units": [police], "note": "一起看看"}),
        ),
        start=1,
    ):  # fmt: skip
        transition(pk, act, actor=actor, now=MONDAY + timedelta(minutes=at), given=given)
    open_case(Draft(kind="request", title="另一件"), actor=nobody(town), now=MONDAY)
    case, photo = Case.objects.for_system("tests", town).get(pk=pk), Photo.objects.for_system("tests", town).get()
    publish(case, Public("路灯", "看不见路", "在修", "某路", (photo.pk,)), actor=clerk, now=MONDAY)
    cover_case_photo(case, photo, [(100, 100, 300, 300)], actor=clerk, now=MONDAY)
    follow_up_done(follow_up(case, timezone.localdate() + timedelta(days=2), "再看", actor=clerk, now=timezone.now()).pk, actor=clerk, now=timezone.now())
    make_link(stand(handler, pk=pk), LinkFacts("某公司", MONDAY + timedelta(days=2), "修灯", photos=(photo.pk,)), actor=handler, now=MONDAY)
    leaf = Category.objects.for_system("tests", town).get(key="streetlight")
    publish_questions(leaf, "questions: []", base=0, why="", actor=admin, now=MONDAY)
    _settings_of_an_older_version(town, leaf)
    assert watch(town, now=MONDAY) > 100


def _settings_of_an_older_version(town, leaf):
    """A row of each setting that the town did not begin with, without a word in the history."""
    grid = Grid.objects.for_system("tests", town).filter(level="grid").order_by("id")[0]
    unit, (post, other) = unit_by_key(town, "utilities"), Post.objects.for_system("tests", town).order_by("id")[:2]
    for model, facts in (
        (ReplyText, {"name": "已修复", "body": "灯修好了", "category": leaf, "unit": unit}),
        (Leave, {"post": post, "first": MONDAY.date(), "last": MONDAY.date(), "note": "探亲", "stand_in": other}),
        (Turn, {"post": post, "starts": MONDAY, "ends": MONDAY + timedelta(hours=8)}),
        (Representative, {"grid": grid, "name": "王大妈", "phone": "19900000003", "title": "楼长"}),
        (LineService, {"grid": grid, "line": "城管", "unit": unit}),
        (PartyGroup, {"grid": grid, "name": "第一党小组", "members": 5, "leader": post}),
        (CentreHousehold, {"grid": grid, "name": "李家", "phone": "19900000004", "members": 4, "address": "1 号"}),
        (ServicePoint, {"grid": grid, "key": "hall", "kind": "hall", "name": "便民大厅"}),
        (AddressName, {"grid": grid, "name": "柳湾桥", "kind": "landmark"}),
        (Site, {"grid": grid, "kind": "venue", "code": "999001101101001-001", "name": "广场", "valid_from": MONDAY.date()}),
    ):  # fmt: skip
        model(town=town, **facts).save(force_insert=True)


def another(field, value, town):
    """A value that a column may hold, other than the one it does."""
    if field.related_model is not None:
        return next(pk for pk in [*_ids(field.related_model, town), 7] if pk != value)
    if isinstance(field, models.BooleanField):
        return not value
    if isinstance(field, models.DateTimeField):
        return (value or MONDAY) + timedelta(days=1)
    if isinstance(field, models.DateField):
        return (value or MONDAY.date()) + timedelta(days=1)
    if isinstance(field, models.JSONField):
        return [7] if isinstance(value, list) else {"x": 1}
    if isinstance(field, models.IntegerField | models.FloatField):
        return (value or 0) + 7
    return "19912345678" if isinstance(field, Personal) else "x" * (len(value) or 1)


def _ids(model, town):
    rows = model.objects.all()
    return (rows.for_system("tests", town) if hasattr(rows, "for_system") else rows).values_list("pk", flat=True)[:9]


@pytest.fixture(autouse=True)
def _seals(settings, request):
    if "watched" in request.fixturenames:
        settings.LIANXIN_SEAL_LOG = request.getfixturevalue("watched")[1]


def test_the_town_holds_before_anything_is_changed(watched):
    assert list(verify(watched[0])) == []


@pytest.mark.parametrize(("name", "column"), BY_COLUMN)
def test_a_watched_column_changed_behind_the_products_back_is_named(watched, name, column):
    town, model = watched[0], MODELS[name]
    field = next(each for each in model._meta.concrete_fields if each.attname == column)
    for row in ROWS.get(name, _first)(model.objects.for_system("tests", town)):
        rows = model.objects.for_system("tests: behind the product's back", town).filter(pk=row.pk)
        value = getattr(row, column)
        mark = transaction.savepoint()
        assert rows.update(**{column: another(field, value, town)}) == 1
        assert list(verify(town)), f"{row}: {value!r} was changed unseen"
        transaction.savepoint_rollback(mark)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_what_a_town_began_with_is_watched_in_every_column(watched, name):
    town, model = watched[0], MODELS[name]
    row = _first(model.objects.for_system("tests", town))[0]
    others = _all_other(row, town)
    rows = model.objects.for_system("tests: behind the product's back", town).filter(pk=row.pk)
    assert rows.update(**others) == 1
    named = [broken for broken in verify(town) if broken.subject.endswith(f":{row.pk}")]
    assert {broken.detail for broken in named} == set(others) == columns_of(model)


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_a_setting_put_in_or_taken_away_behind_the_products_back_is_named(watched, name):
    town, model = watched[0], MODELS[name]
    row = _first(model.objects.for_system("tests", town))[0]
    mark = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [row.pk])
    assert "its row is missing" in {broken.what for broken in verify(town) if broken.subject.endswith(f":{row.pk}")}
    transaction.savepoint_rollback(mark)
    twin = model(pk=new_id(), town=town, **_all_other(row, town))
    twin.save(force_insert=True)
    assert [broken.what for broken in verify(town)] == ["a row that nobody made"]


def _all_other(row, town):
    """Another value for every column: of two of which one stands the other one, and a day that is free."""
    found = {name: another(row._meta.get_field(name), getattr(row, name), town) for name in columns_of(type(row))}
    return found | OTHERWISE.get(type(row).__name__, {})


OTHERWISE = {
    "Route": {"unit_id": None, "level": "grid"}, "LineService": {"unit_id": None}, "CalendarDay": {"day": date(2031, 1, 8)},
}  # fmt: skip


def _first(rows):
    return rows.order_by("id")[:1]


ROWS = {  # which rows of a table are tried, where it matters
    "Duty": lambda rows: [rows.get(what="cohandle"), rows.filter(what="main").exclude(done_at=None).order_by("id")[0]],
    "Reporter": lambda rows: rows.exclude(phone_blind=""),
    "Text": lambda rows: [rows.filter(field="reporter").order_by("id")[0], rows.filter(field="note").order_by("id")[0]],
}


@pytest.mark.parametrize("name", [name for name in TOLD if name not in {"FollowUp", "WorkLink", "Case", "File"}])
def test_a_watched_row_taken_away_is_named(watched, name):
    town, model = watched[0], MODELS[name]
    row = _first(model.objects.for_system("tests", town))[0]
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE id = %s", [row.pk])
    assert list(verify(town)), f"{row} was taken away unseen"


@pytest.mark.parametrize("name", [name for name in TOLD if name not in {"Case", "Head", "Seal", "WorkflowVersion", "Publication"}])
def test_a_row_put_in_beside_the_watched_ones_is_named(watched, name):
    town, model = watched[0], MODELS[name]
    row = _first(model.objects.for_system("tests", town))[0]
    row.pk = new_id()
    for column, value in UNIQUE.get(name, {}).items():
        setattr(row, column, value)
    row.save(force_insert=True)
    assert list(verify(town)), f"{row} was put in unseen"


UNIQUE = {  # what a second row of a table may not share with the first
    "Cover": {"digest": "c" * 64}, "File": {"digest": "c" * 64}, "Entry": {"seq": 99}, "Text": {"field": "x"},
    "QuestionSheet": {"version": 9}, "WorkLink": {"digest": "c" * 32},
}  # fmt: skip
