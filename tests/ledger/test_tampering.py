"""Behind the product's back somebody changes the database: `verify` names what does not hold."""

from datetime import timedelta

import pytest
from django.db import connection

from lianxin.cases.actions import open_case, transition
from lianxin.cases.columns import PLACED, plain_columns
from lianxin.cases.models import Case
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Contact, Done, Draft, Holder
from lianxin.forms.photos import path_of, store
from lianxin.ledger.actions import Line, erase_texts, facts_of, record, seal
from lianxin.ledger.chain import entry_digest
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.verify import verify
from lianxin.people.actors import nobody
from lianxin.people.queries import unit_by_key
from towns import MONDAY, reporter_of, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount != 0


@pytest.fixture
def photo(town):
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.effect_noise((800, 600), 80).convert("RGB").save(out, "JPEG")
    return store(out.getvalue(), town=town)


@pytest.fixture
def case(town, photo, django_capture_on_commit_callbacks):
    """A case with five entries and a photo, sealed; and another beside it."""
    draft = Draft(kind="request", title="路灯不亮", text="晚上看不见路", lon=117.005, lat=34.605, address="柳湾路口",
                  contact=Contact("王小明", "19900000001"), photos=[photo])  # fmt: skip
    done = open_case(draft, actor=nobody(town), now=MONDAY)
    now = MONDAY
    for act, given in (("accept", {}), ("note", {"note": "先看看"}), ("remind", {}), ("note", {"note": "又看了"})):
        now += timedelta(minutes=5)
        done = transition(done.standing, act, actor=who(town, "clerk"), now=now, given=given)
    open_case(Draft(kind="request", title="另一件"), actor=nobody(town), now=now)
    with django_capture_on_commit_callbacks(execute=True):
        seal(town, now=now)
    assert list(verify(town)) == []
    return done.case


def faults(town):
    return [str(each) for each in verify(town)]


def entry(town, case, seq):
    return Entry.objects.for_system("tests", town).get(subject_kind="case", subject_id=case.pk, seq=seq)


COLUMNS = {
    "act": "'reject'", "late": "NOT late", "at": "'2026-03-02 02:00:00+00:00'", "account_id": "1", "step": "'closed'",
    "counts": "'returned'", "data": "'{}'",
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_an_altered_entry_is_named(town, case, column):
    run(f"UPDATE ledger_entry SET {column} = {COLUMNS[column]} WHERE id = %s", entry(town, case, 3).pk)
    assert faults(town)[0].startswith(f"case:{case.pk} entry 3: altered")


def test_a_removed_entry_is_named(town, case):
    victim = entry(town, case, 4)
    run("DELETE FROM ledger_text WHERE entry_id = %s", victim.pk) if victim.texts.exists() else None
    run("DELETE FROM ledger_entry WHERE id = %s", victim.pk)
    assert f"case:{case.pk} entry 4: an entry is missing" in faults(town)


def test_an_inserted_entry_is_named(town, case):
    copy = entry(town, case, 5)
    copy.pk, copy.seq = copy.pk + 1, 6
    copy.save(force_insert=True)
    assert faults(town)[0].startswith(f"case:{case.pk} entry 6: altered")


def test_reordered_entries_are_named(town, case):
    second, third = entry(town, case, 2), entry(town, case, 4)
    run("UPDATE ledger_entry SET seq = 99 WHERE id = %s", second.pk)
    run("UPDATE ledger_entry SET seq = 2 WHERE id = %s", third.pk)
    run("UPDATE ledger_entry SET seq = 4 WHERE id = %s", second.pk)
    assert faults(town)[0].startswith(f"case:{case.pk} entry 2: altered or out of order")


def test_a_cut_off_end_is_named(town, case):
    last = entry(town, case, 5)
    run("DELETE FROM ledger_text WHERE entry_id = %s", last.pk)
    run("DELETE FROM ledger_entry WHERE id = %s", last.pk)
    assert f"case:{case.pk} entry 5: the chain does not end where its row says (entries cut off or added)" in faults(
        town
    )


def test_a_case_whose_whole_history_is_taken_away_is_named(town, case):
    entries = "(SELECT id FROM ledger_entry WHERE subject_id = %s)"
    run(f"DELETE FROM ledger_text WHERE entry_id IN {entries}", case.pk)
    run("DELETE FROM ledger_entry WHERE subject_id = %s", case.pk)
    assert f"case:{case.number}: its whole history is missing" in faults(town)


@pytest.mark.parametrize(
    ("column", "value"),
    [("step", "'closed'"), ("due_at", "'2030-01-01 00:00:00+00:00'"), ("unit_id", "unit_id + 0"), ("lon", "1.0"),
     ("closed_at", "'2026-03-02 00:00:00+00:00'"), ("title", "'改过的标题'"), ("address", "'别处'"), ("urgency", "'urgent'"),
     ("number", "'LX00000000'"), ("channel", "'phone'"), ("state", "'{}'"), ("answers", "'{\"a\": 1}'")],
)  # fmt: skip
def test_a_column_that_disagrees_with_its_history_is_named(town, case, column, value):
    run(f"UPDATE cases_case SET {column} = {value} WHERE id = %s", case.pk)
    found = [line for line in faults(town) if f"column {column} disagrees" in line]
    assert len(found) == (0 if column == "unit_id" else 1)


def test_every_plain_column_is_watched(town, case):
    columns = {field.attname for field in Case._meta.concrete_fields}
    assert columns - set(plain_columns(case)) - set(PLACED) == {"id", "town_id", "version", "head", "title"}


def test_an_altered_text_is_named(town, case):
    run("UPDATE ledger_text SET body = 'x' WHERE entry_id = %s AND field = 'text'", entry(town, case, 1).pk)
    assert faults(town) == [f"case:{case.pk} entry 1: a text does not match its entry (text)"]


def test_a_text_deleted_without_erasure_is_named(town, case):
    run("DELETE FROM ledger_text WHERE entry_id = %s AND field = 'note'", entry(town, case, 3).pk)
    assert faults(town) == [f"case:{case.pk} entry 3: a text does not match its entry (note)"]


def test_a_text_marked_as_erased_that_nobody_erased_is_named(town, case):
    run("UPDATE ledger_text SET body = '', key = '', erased_at = %s WHERE field = 'note'", MONDAY)
    assert faults(town) == [f"case:{case.pk}: a text was erased without an erasure in its history (note)"] * 2


def test_a_duty_moved_to_somebody_else_is_named(town, case):
    run(
        "UPDATE cases_duty SET unit_id = %s WHERE case_id = %s AND done_at IS NULL",
        who(town, "handler").unit_id,
        case.pk,
    )
    assert f"case:{case.number}: its open duties disagree with its history (main)" in faults(town)


@pytest.mark.parametrize("change", ["paused = NOT paused", "step = 'review'", "workflow_id = workflow_id + 1", "due_at = NULL"])
def test_a_duty_that_says_of_its_case_what_is_not_so_is_named(town, case, change):
    run(f"UPDATE cases_duty SET {change} WHERE case_id = %s AND done_at IS NULL", case.pk)
    assert any("an open duty disagrees with its case" in str(broken) for broken in verify(town))


def test_a_changed_and_a_missing_photo_are_named(town, case, photo):
    path = path_of(town.pk, photo.digest)
    body = bytearray(path.read_bytes())
    body[200] ^= 1
    path.write_bytes(body)
    assert faults(town) == [f"case:{case.number}: a photo was changed ({photo.digest[:12]})"]
    path.unlink()
    assert faults(town) == [f"case:{case.number}: a photo is missing ({photo.digest[:12]})"]


@pytest.mark.parametrize("change", ["moment = 'after'", "entry_id = 7"])
def test_a_photo_that_says_another_moment_or_entry_than_its_history_is_named(town, case, change):
    run(f"UPDATE cases_photo SET {change} WHERE case_id = %s", case.pk)
    assert faults(town) == [f"case:{case.number}: its photos disagree with its history"]


def recompute(town, case, change):
    """What somebody who may write the database, but has no key, can do: change an entry and make the chain anew."""
    prev = "0" * 64
    for each in Entry.objects.for_system("tests", town).filter(subject_id=case.pk, subject_kind="case").order_by("seq"):
        change(each)
        each.prev = prev
        each.digest = prev = entry_digest(prev, facts_of(each))
        each.save()
    run("UPDATE cases_case SET head = %s WHERE id = %s", prev, case.pk)


def test_a_chain_recomputed_by_who_may_write_the_database_is_found_by_the_seal(town, case):
    recompute(town, case, lambda each: setattr(each, "late", each.seq == 3))
    assert faults(town) == ["seal:1: an entry it sealed was changed"]


def test_a_seal_made_without_the_key_is_found(town, case, settings):
    recompute(town, case, lambda each: setattr(each, "late", each.seq == 3))
    from lianxin.ledger.actions import seal_facts
    from lianxin.ledger.chain import merkle_root, seal_mac
    from lianxin.ledger.models import Seal

    made = Seal.objects.for_system("tests", town).get()
    rows = Entry.objects.for_system("tests", town).filter(seal_id=made.pk).order_by("id")
    made.root = merkle_root(list(rows.values_list("digest", flat=True)))
    made.mac = seal_mac("a guessed key", seal_facts(made))
    made.save()
    assert "seal:1: not made with the town's key" in faults(town)


@pytest.mark.django_db(transaction=True)
def test_a_database_put_back_to_an_earlier_state_disagrees_with_the_published_seals(town):
    open_case(Draft(kind="request", title="一件"), actor=nobody(town), now=MONDAY)
    made = seal(town, now=MONDAY)
    run("UPDATE ledger_entry SET seal_id = NULL WHERE seal_id = %s", made.pk)
    run("DELETE FROM ledger_seal WHERE id = %s", made.pk)
    assert faults(town) == ["seal:1: published, but no longer in the database as it was"]


@pytest.mark.django_db(transaction=True)
def test_a_line_of_the_published_seals_that_the_power_cut_short_is_no_fault(town, settings):
    for at in range(3):
        open_case(Draft(kind="request", title=f"第{at}件"), actor=nobody(town), now=MONDAY)
        seal(town, now=MONDAY)
        if at == 1:
            written = settings.LIANXIN_SEAL_LOG.read_text()
            settings.LIANXIN_SEAL_LOG.write_text(written[:-30])
    assert settings.LIANXIN_SEAL_LOG.read_text().count("\n") == 3
    assert faults(town) == []
    settings.LIANXIN_SEAL_LOG.write_text(written.replace(" 2 ", " 7 "))
    assert faults(town) == ["seal:7: published, but no longer in the database as it was"]


@pytest.mark.parametrize("change", ["DELETE FROM cases_reporter WHERE", "UPDATE cases_reporter SET rating = 5 WHERE"])
def test_a_reporter_taken_away_and_a_rating_nobody_gave_are_named(town, case, change):
    run(f"{change} case_id = %s", case.pk)
    assert faults(town) == [f"case:{case.number}: its reporters or their ratings disagree with its history"]


def test_a_rating_given_is_the_one_kept(town, case):
    now = MONDAY + timedelta(days=1)
    for act, username, given in (
        ("assign", "clerk", {"holder": Holder(unit_by_key(town, "utilities").pk)}), ("take", "handler", {}),
        ("finish", "handler", {"answer": "修好了"}),
    ):  # fmt: skip
        transition(case.pk, act, actor=who(town, username), now=now, given=given)
    standing = stand(who(town, "clerk"), pk=case.pk)
    transition(standing, "satisfied", actor=reporter_of(town, Done(standing, None)), now=now, given={"rating": "4"})
    assert faults(town) == []
    run("UPDATE cases_reporter SET rating = 5 WHERE case_id = %s", case.pk)
    assert faults(town) == [f"case:{case.number}: its reporters or their ratings disagree with its history"]


def test_a_published_workflow_that_was_changed_is_named(town, case):
    run("UPDATE cases_workflowversion SET source = source || ' ' WHERE key = 'request'")
    assert faults(town) == ["workflow:request: a published workflow was changed or taken away"]


def test_erasing_a_persons_text_leaves_the_chain_whole(town, case):
    assert erase_texts("case", case.pk, reason="本人要求", actor=who(town, "security"), now=MONDAY) >= 4
    erased = "title = '（已删除）', address = '', lon = NULL, lat = NULL, answers = '{}'"
    run(f"UPDATE cases_case SET {erased} WHERE id = %s", case.pk)
    assert faults(town) == []
    assert set(Text.objects.for_system("tests", town).filter(subject_id=case.pk).values_list("body", flat=True)) == {""}


def test_looks_at_people_are_chained_and_checked_too(town):
    from django.db import transaction as database

    with database.atomic():
        for _ in range(3):
            record(Line("person", 7, "look", {"reason": "回电"}), actor=who(town, "clerk"), now=MONDAY)
    assert faults(town) == []
    run("DELETE FROM ledger_entry WHERE subject_kind = 'person' AND seq = 3")
    assert faults(town) == ["person:7 entry 3: the chain does not end where its row says (entries cut off or added)"]
    run("DELETE FROM ledger_entry WHERE subject_kind = 'person'")
    assert faults(town) == ["person:7: its whole chain is missing"]


def test_a_reporter_is_told_apart_from_staff_in_the_history(town, case):
    done = open_case(Draft(kind="request", title="再一件"), actor=nobody(town), now=MONDAY)
    transition(done.standing, "add", actor=reporter_of(town, done), now=MONDAY, given={"note": "补一句"})
    row = Entry.objects.for_system("tests", town).get(subject_id=done.case.pk, act="add")
    assert (row.account_id, row.post_id) == (None, None)
