"""Entries of many subjects at once: the same chains as one by one."""

import pytest
from django.db import transaction

from lianxin.ledger import actions
from lianxin.ledger.actions import Line, record, record_each
from lianxin.ledger.models import Entry, Head, Text
from lianxin.ledger.verify import verify
from towns import who


def entries(town, pk):
    return list(Entry.objects.for_system("tests", town).filter(subject_kind="thing", subject_id=pk).order_by("seq"))


def test_many_chains_go_on_and_begin_at_once_as_they_would_one_by_one(town, now, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    actor = who(town, "admin")
    with transaction.atomic():
        record(Line("thing", 1, "add", {"n": 0}), actor=actor, now=now)
    lines = [Line("thing", pk, "change", {"n": pk}, {"reason": f"因为{pk}"}) for pk in (1, 2, 3)]
    with transaction.atomic():
        record_each(lines, actor=actor, now=now)
        record_each([Line("thing", 3, "drop")], actor=actor, now=now)
    assert [[entry.seq for entry in entries(town, pk)] for pk in (1, 2, 3)] == [[1, 2], [1], [1, 2]]
    first, second = entries(town, 1)
    assert second.prev == first.digest
    heads = Head.objects.for_system("tests", town).filter(subject_kind="thing")
    assert {head.subject_id: (head.seq, head.digest) for head in heads} == {
        pk: (entries(town, pk)[-1].seq, entries(town, pk)[-1].digest) for pk in (1, 2, 3)
    }
    assert set(Text.objects.for_system("tests", town).filter(field="reason").values_list("body", flat=True)) >= {"因为1", "因为2", "因为3"}
    assert list(verify(town)) == []
    with transaction.atomic(), django_assert_max_num_queries(12):
        monkeypatch.setattr(actions, "AT_ONCE", 200)
        record_each([Line("thing", pk, "add") for pk in range(100, 200)], actor=actor, now=now)


def test_a_subject_said_twice_is_refused_and_history_needs_its_transaction(town, now):
    actor = who(town, "admin")
    with transaction.atomic(), pytest.raises(ValueError, match="twice"):
        record_each([Line("thing", 1, "add"), Line("thing", 1, "change")], actor=actor, now=now)
    assert entries(town, 1) == []
