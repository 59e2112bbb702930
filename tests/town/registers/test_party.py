"""Party groups and centre households: entered, changed, let go and brought back; a household's own details covered."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from lianxin.keys.cache import bump
from lianxin.ledger.models import Entry, Text
from lianxin.ledger.rows import past_of, stamp_of
from lianxin.ledger.verify import verify
from lianxin.people.centres import erase_centre, may_look, reveal_centre
from lianxin.people.looking import NoReason
from lianxin.people.models import CentreHousehold, PartyGroup
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import (
    NotKept,
    bring_again,
    change,
    changes,
    enter,
    gone,
    put_back,
    read_file,
    take_away,
)
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("A4")]
NAME, PHONE, ADDRESS = "李长生", "13800000011", "柳湾村12号"


@pytest.fixture
def admin(town):
    return who(town, "admin")


def said(town, **more):
    return {"name": NAME, "phone": PHONE, "address": ADDRESS, "grid": grid_named(town, "1-1").code, "members": 3} | more


def entered(town, admin, key="centres", **more):
    data = said(town, **more) if key == "centres" else {"name": "一格党小组", "grid": grid_named(town, "1-1").code} | more
    return enter(REGISTERS[key], read_file(REGISTERS[key], town, data), actor=admin, now=MONDAY)


def held_anywhere(*words):
    """Which of the words stand readable in any text of the database's people and ledger."""
    with connection.cursor() as cursor:
        told = []
        for table in ("people_centrehousehold", "ledger_entry", "ledger_text"):
            cursor.execute(f"SELECT * FROM {table}")
            told += [str(row) for row in cursor.fetchall()]
    return {word for word in words if any(word in row for row in told)}


def test_a_households_details_are_readable_nowhere_and_the_ledger_checks(town, admin):
    row = entered(town, admin)
    other = read_file(REGISTERS["centres"], town, {"phone": "13900000022", "name": "王小满"}, row)
    assert set(change(REGISTERS["centres"], row, other, actor=admin, now=MONDAY)) == {"name", "phone"}
    assert held_anywhere(NAME, PHONE, ADDRESS, "王小满", "13900000022") == set()
    assert list(verify(town)) == []
    [second, _first] = changes(REGISTERS["centres"], town, row)
    assert [each[1:] for each in second.fields] == [("李**", "王**"), ("138****0011", "139****0022")]
    CentreHousehold.objects.for_system("behind its back", town).filter(pk=row.pk).update(phone="13800009999")
    assert [each.detail for each in verify(town)] == ["phone"]


def test_a_change_goes_back_and_what_was_let_go_comes_again(town, admin):
    register, row = REGISTERS["centres"], entered(town, admin)
    moved = {"name": "王小满", "grid": grid_named(town, "1-2").code}
    change(register, row, read_file(register, town, moved, row), actor=admin, now=MONDAY)
    assert set(put_back(register, row, past_of(town, "centre", row.pk)[-1].seq, actor=admin, now=MONDAY)) == {"name", "grid_id"}
    pk = row.pk
    take_away(register, register.of(town, pk), actor=admin, now=MONDAY, why="搬走")
    [held] = gone(register, town)
    assert (register.title(town, held.row), register.of(town, pk)) == ("李**", None)
    bring_again(register, pk, held.entry.seq, actor=admin, now=MONDAY)
    again = register.of(town, pk)
    assert (again.name, again.phone, again.address, again.grid_id) == (NAME, PHONE, ADDRESS, grid_named(town, "1-1").pk)
    assert held_anywhere(NAME, PHONE, ADDRESS) == set()
    assert list(verify(town)) == []


def test_what_is_masked_stays_and_stars_are_no_detail(town, admin):
    register, row = REGISTERS["centres"], entered(town, admin)
    masked = {"name": "李**", "phone": "138****0011", "address": register.named("address").said(town, ADDRESS)}
    assert change(register, row, read_file(register, town, masked, row), actor=admin, now=MONDAY) == []
    wrong = read_file(register, town, {"name": "王**", "phone": "138****0099", "address": "别处***"}, row)
    assert set(wrong.faults) == {"name", "phone", "address"}
    assert set(read_file(register, town, said(town, name="张三", phone="12")).faults) == {"phone"}
    assert set(read_file(register, town, said(town, grid="9")).faults) == {"grid_id"}
    assert set(read_file(register, town, said(town)).faults) == {"name"}  # the household is there


def test_nobody_finds_the_hidden_figures_from_the_stamp(town, admin, settings):
    row = entered(town, admin)
    stamp = stamp_of(row)
    settings.SECRET_KEY = "another"
    assert stamp_of(row) != stamp


def test_whoever_may_reads_the_details_for_a_reason_and_it_is_on_record(town, admin):
    row = entered(town, admin)
    for name, may in (("admin", True), ("clerk", True), ("worker", True), ("handler", False), ("leader", False), ("auditor", False)):
        assert may_look(who(town, name), row) is may, name
    far = entered(town, admin, name="远处", grid=grid_named(town, "2-1").code)
    assert not may_look(who(town, "worker"), far)
    with pytest.raises(PermissionDenied):
        reveal_centre(far, "通知开会", actor=who(town, "worker"), now=MONDAY)
    with pytest.raises(NoReason):
        reveal_centre(row, " ", actor=admin, now=MONDAY)
    assert Entry.objects.for_system("t", town).filter(act="look").count() == 0
    assert reveal_centre(row, "通知开会", actor=admin, now=MONDAY) == {"name": NAME, "phone": PHONE, "address": ADDRESS}
    look = Entry.objects.for_system("t", town).get(act="look")
    assert (look.account_id, look.data["centre"]) == (admin.account_id, row.pk)


@pytest.mark.parametrize("stands", [True, False])
def test_erased_means_erased_in_the_row_and_in_its_history(town, admin, stands):
    register, row, security = REGISTERS["centres"], entered(town, admin), who(town, "security")
    pk = row.pk
    reveal_centre(row, f"找{NAME}", actor=admin, now=MONDAY)
    if not stands:
        take_away(register, row, actor=admin, now=MONDAY)
    with pytest.raises(PermissionDenied):
        erase_centre(pk, "本人要求", actor=admin, now=MONDAY)
    with pytest.raises(NoReason):
        erase_centre(pk, "", actor=security, now=MONDAY)
    with pytest.raises(CentreHousehold.DoesNotExist):
        erase_centre(pk + 1, "本人要求", actor=security, now=MONDAY)
    assert erase_centre(pk, "本人要求", actor=security, now=MONDAY) >= 7
    assert register.of(town, pk) is None
    texts = Text.objects.for_system("t", town).filter(subject_id=pk)
    assert {(text.body, text.key) for text in texts} == {("", "")}
    assert gone(register, town) == []
    last = past_of(town, "centre", pk)[-1]
    with pytest.raises(NotKept):
        bring_again(register, pk, last.seq, actor=admin, now=MONDAY)
    assert list(verify(town)) == []


def test_a_group_has_one_leader_by_account_and_one_name_in_its_grid(town, admin):
    register = REGISTERS["groups"]
    row = entered(town, admin, "groups", leader="worker.lx", members=9)
    assert row.leader.account.username == "worker.lx"
    twice = read_file(register, town, {"name": "一格党小组", "grid": grid_named(town, "1-1").code})
    assert set(twice.faults) == {"name"}
    assert set(read_file(register, town, {"name": "二", "grid": grid_named(town, "1-1").code, "leader": "nobody.lx", "members": "x"}).faults) == {"leader_id", "members"}
    row.leader.ends = MONDAY.date()
    row.leader.save()
    bump(town)
    assert change(register, row, read_file(register, town, {"leader": "worker.lx"}, row), actor=admin, now=MONDAY) == []
    assert "worker" in register.about(town, PartyGroup.objects.for_system("t", town).get(pk=row.pk))
