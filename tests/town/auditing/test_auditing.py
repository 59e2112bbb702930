"""The ledger as its auditor reads it: who, when, what, from what to what; nobody's words; and whether all of it holds."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lianxin.cases.actions import open_case, transition
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.jobs.models import Job
from lianxin.jobs.queue import run_due
from lianxin.ledger.actions import seal
from lianxin.ledger.models import Entry
from lianxin.people.actors import nobody
from lianxin.people.centres import erase_centre, reveal_centre
from lianxin.people.models import Unit
from lianxin.people.queries import unit_by_key
from lianxin.people.representatives import MicroFacts, add_micro
from lianxin.town.auditing.checks import ask_check, last_check, under_way
from lianxin.town.auditing.reading import MOST, Wanted, entries, note_reading, read_wanted
from lianxin.town.auditing.telling import tell
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import change, enter, read_file
from towns import MONDAY, grid_named, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]


def raised(town, kind="request", acts=()):
    """A case, brought on its way by named people."""
    draft = Draft(kind, "路灯不亮", "村口路灯坏了三天", grid_id=grid_named(town, "1-1").pk, contact=Contact("王小明", "19900000001"))
    done = open_case(draft, actor=nobody(town), now=MONDAY)
    for n, (name, act, given) in enumerate(acts, start=1):
        done = transition(done.standing, act, actor=who(town, name), now=MONDAY + timedelta(minutes=n), given=given)
    return done.case


@pytest.fixture
def auditor(town):
    return who(town, "auditor")


def read(auditor, **asked):
    wanted, faults = read_wanted(auditor, asked)
    assert faults == {}
    return tell(auditor, entries(auditor, wanted)[0])


def rang(town, phone, at=MONDAY, why="电话换了"):
    """A unit has another telephone."""
    row = Unit.objects.for_system("t", town).get(key="traffic")
    change(REGISTERS["units"], row, read_file(REGISTERS["units"], town, {"phone": phone}, row), actor=who(town, "admin"), now=at, why=why)
    return row


def test_an_entry_says_who_did_what_when_from_what_to_what_and_how_it_is_sealed(town, auditor):
    row = rang(town, "0516-8000001")
    rang(town, "0516-8000002", MONDAY + timedelta(hours=1))
    [second, first] = read(auditor, kind="unit", subject=str(row.pk))
    assert (second["who"], second["act_name"], second["kind_name"], second["at"]) == (who(town, "admin").name, "修改", "单位", MONDAY + timedelta(hours=1))
    assert [each[1:] for each in second["fields"]] == [("0516-8000001", "0516-8000002")]
    assert [(each["label"], each["state"], each["body"]) for each in second["texts"]] == [("原因", "shown", "电话换了")]
    assert (second["prev"], second["seal"]) == (first["digest"], None)
    seal(town, now=MONDAY)
    assert read(auditor, kind="unit")[0]["seal"] == 1


def test_pages_follow_one_another_and_leave_nothing_out(town, auditor):
    for n in range(MOST + 7):
        rang(town, f"0516-{8000000 + n}", MONDAY + timedelta(minutes=n // 3))
    seen, after, rounds = [], "", 0
    while rounds == 0 or after:
        page, after = entries(auditor, Wanted(kind="unit"), after=after)
        seen += page
        rounds += 1
    assert (rounds, len(seen), len({each.pk for each in seen})) == (2, MOST + 7, MOST + 7)
    assert seen == sorted(seen, key=lambda each: (each.at, each.pk), reverse=True)


def test_filters_find_by_kind_number_who_act_and_day(town, auditor, other_town):
    rang(town, "0516-8000001")
    rang(other_town, "0516-8000009")
    assert [each["fields"][-1][2] for each in read(auditor) if each["kind"] == "unit"] == ["0516-8000001"]
    assert len(read(auditor, who="admin.lx", act="change", since="2000-01-01", until=MONDAY.date().isoformat())) == 1
    assert len(read(auditor, who=who(town, "admin").name)) == 1
    assert {each["kind"] for each in read(auditor, who="system")} == {"workflow"}
    for none in ({"who": "clerk.lx"}, {"act": "drop"}, {"kind": "grid"}, {"until": "2000-01-01"}, {"subject": "999999999999"}):
        assert read(auditor, **none) == [], none
    wrong = {"kind": "spell", "subject": "LX1", "who": "没有的人", "since": "昨天", "until": "2000-13-01"}
    assert set(read_wanted(auditor, wrong)[1]) == set(wrong)
    assert set(read_wanted(auditor, {"since": "2026-03-02", "until": "2026-03-01"})[1]) == {"until"}
    day = timezone.localdate()
    assert read_wanted(auditor, {"since": day.isoformat(), "until": day.isoformat()})[1] == {}
    for name in ("since", "until"):  # the ledger ends today
        for ahead in ((day + timedelta(days=1)).isoformat(), "9999-12-31"):
            assert "还没有到" in read_wanted(auditor, {name: ahead})[1][name]
    assert set(read_wanted(auditor, {"who": "admin.qh"})[1]) == {"who"}


def test_of_a_case_the_step_is_told_and_no_word_of_it(town, auditor):
    holder = Holder(unit_by_key(town, "utilities").pk, who(town, "handler").post_id)
    way = (("clerk", "accept", {}), ("clerk", "assign", {"holder": holder}), ("handler", "take", {}), ("handler", "record", {"note": "到了现场"}))
    case = raised(town, acts=way)
    rows = read(auditor, kind="case", subject=case.number)
    assert [(row["act"], row["fields"][0][1]) for row in rows if row["act"] == "open"] == [("open", "")]
    take = next(row for row in rows if row["act"] == "take")
    assert (take["who"], take["href"], take["masked"]) == (who(town, "handler").name, "", False)
    assert all(len(row["fields"]) == (row["act"] in {"open", "accept", "assign", "take"}) for row in rows)
    assert {text["state"] for row in rows for text in row["texts"]} == {"withheld"}
    assert not any(words in str(rows) for words in ("路灯", "王小明", "到了现场"))


def test_a_confidential_case_is_told_as_such_and_not_found_by_what_was_done(town, auditor):
    case = raised(town, "dispute")
    told = read(auditor, kind="case")
    assert {(row["masked"], row["act"], row["act_name"], row["title"]) for row in told} == {(True, "", "（保密）", "保密事项")}
    assert case.number[2:] not in str(told).replace(" ", "")
    assert read(auditor, kind="case", act="open") == []
    assert set(read_wanted(auditor, {"subject": case.number})[1]) == {"subject"}


def test_of_records_the_fields_are_told_and_a_neighbours_name_and_number_masked(town, auditor):
    parent, admin = grid_named(town, "1-1"), who(town, "admin")
    micro = add_micro(parent.pk, MicroFacts("一单元", 16, person="张大嫂", phone="13800001111", title="单元长"), actor=admin, now=MONDAY)
    [row] = read(auditor, kind="representative")
    told = {label: became for label, _was, became in row["fields"]}
    assert {"张**", "138****1111", "单元长"} <= set(told.values())
    assert "张大嫂" not in str(row)
    assert row["href"].startswith("/records/representatives/")
    [begun] = read(auditor, kind="grid", subject=str(micro.pk))
    assert begun["href"] == f"/grids/{micro.pk}/"
    assert {("层级", "", "微网格"), ("上级", "", parent.code)} <= set(begun["fields"])


def test_looks_are_told_with_their_reason_and_what_was_erased_as_erased(town, auditor):
    code, admin = grid_named(town, "1-1").code, who(town, "admin")
    said = {"name": "李长生", "phone": "13800000011", "grid": code}
    row = enter(REGISTERS["centres"], read_file(REGISTERS["centres"], town, said), actor=admin, now=MONDAY, why="新设")
    reveal_centre(row, "通知开会", actor=admin, now=MONDAY)
    [look] = read(auditor, kind="person")
    assert (look["act_name"], [text["body"] for text in look["texts"]]) == ("查看个人信息", ["通知开会"])
    [entry] = read(auditor, kind="centre")
    assert "李**" in str(entry["fields"])
    assert "李长生" not in str(entry)
    erase_centre(row.pk, "本人要求", actor=who(town, "security"), now=MONDAY)
    [look] = read(auditor, kind="person")
    assert [text["state"] for text in look["texts"]] == ["erased"]
    assert "李" not in str(read(auditor, kind="centre", act="add"))


def test_reading_is_an_entry_once_in_a_while_and_for_the_auditor_alone(town, auditor):
    now = timezone.now()
    for at in (now, now + timedelta(minutes=1)):
        note_reading(auditor, Wanted(kind="unit"), after="", now=at)
    note_reading(auditor, Wanted(), after="", now=now + timedelta(minutes=1))
    note_reading(auditor, Wanted(kind="unit"), after="", now=now + timedelta(hours=1))
    looks = Entry.objects.for_system("t", town).filter(subject_kind="ledger", act="look").order_by("seq")
    assert [each.data["asked"] for each in looks] == [{"kind": "unit"}, {}, {"kind": "unit"}]
    for name in ("admin", "leader", "clerk", "security"):
        with pytest.raises(PermissionDenied):
            entries(who(town, name), Wanted())
        with pytest.raises(PermissionDenied):
            ask_check(actor=who(town, name), now=now)


def test_the_worker_checks_the_whole_and_names_what_was_altered(town, auditor):
    rang(town, "0516-8000001")
    now = timezone.now()
    assert ask_check(actor=auditor, now=now)
    assert not ask_check(actor=auditor, now=now)
    assert (under_way(town), last_check(town)) == (True, None)
    run_due(now=now)
    last = last_check(town)
    assert (under_way(town), last.broken, last.found) == (False, 0, ())
    assert last.entries >= 2
    assert last.chains >= 2
    Unit.objects.for_system("behind its back", town).filter(key="traffic").update(phone="0516-8000009")
    ask_check(actor=auditor, now=now)
    run_due(now=now + timedelta(seconds=1))
    last = last_check(town)
    assert [(each[0].partition(":")[0], each[2], each[3]) for each in last.found] == [("unit", "the row is not what was last written", "phone")]
    assert not Job.objects.for_system("t", town).filter(task="ledger.verify").exists()
