"""The search index: its hits are a town's own, and its migrations keep what was found before."""

import importlib
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lianxin.cases.actions import open_case
from lianxin.cases.models import Reporter
from lianxin.cases.search import find, unindex
from lianxin.cases.values import Contact, Draft
from lianxin.people.cipher import tail_blind
from towns import who

pytestmark = pytest.mark.django_db


def opened(town, now, **given):
    draft = Draft("request", "村口路灯不亮", "晚上太黑了", contact=Contact("王秀英", "19900001234"), **given)
    return open_case(draft, actor=who(town, "clerk"), now=now)


def test_the_most_hits_are_counted_within_a_town(town, other_town, now):
    mine = opened(town, now).case.pk
    for _each in range(3):
        opened(other_town, now)
    assert find(town.pk, "路灯", most=1) == [mine]
    assert find(town.pk, "路灯 没有的词", every=False, most=1) == [mine]


def test_what_is_taken_out_of_the_index_is_one_towns_own(town, other_town, now):
    mine = opened(town, now).case.pk
    unindex(mine, other_town.pk)
    assert find(town.pk, "路灯") == [mine]
    unindex(mine, town.pk)
    assert find(town.pk, "路灯") == []


def test_the_index_gets_the_towns_of_texts_that_are_there(town, other_town, now):
    if connection.vendor != "sqlite":
        pytest.skip("the index names the town from the beginning on PostgreSQL")
    mine, theirs = opened(town, now).case.pk, opened(other_town, now).case.pk
    step = importlib.import_module("lianxin.cases.migrations.0003_search_by_town")
    with connection.cursor() as cursor:
        for statement in (*step.BACKWARD, *step.FORWARD):
            cursor.execute(statement)
    assert find(town.pk, "路灯") == [mine]
    assert find(other_town.pk, "路灯") == [theirs]


def test_rows_that_are_there_get_the_end_of_their_telephone(town, now):
    done = opened(town, now)
    rows = Reporter.objects.for_system("test", town)
    rows.update(phone_tail="")
    step = importlib.import_module("lianxin.cases.migrations.0004_reporter_phone_tail")
    before = MigrationExecutor(connection).loader.project_state([("cases", "0001_squashed")]).apps
    step.fill(before, SimpleNamespace(connection=connection))  # all that it asks of a schema editor
    assert rows.get(case_id=done.case.pk).phone_tail == tail_blind("19900001234") != ""
