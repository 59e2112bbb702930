"""The register of cases taken out as Excel and CSV: what its reader sees, without formulas, with a trace."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from cases.case.staging import NAME, PHONE, raised, signed_in
from lianxin.ledger.models import Entry
from lianxin.town.homes import registering
from towns import who

pytestmark = [pytest.mark.django_db, pytest.mark.row("B5")]
FORMULA = "=HYPERLINK(0)"


def asked(username, form, **fields):
    today = timezone.localdate()
    data = {"scope": "all", "from": f"{today - timedelta(days=1)}", "to": f"{today}", "form": form, **fields}
    return signed_in(username).post("/desk/print/register/", data)


def read(answer):
    """The rows below the heads."""
    assert answer.status_code == 200
    if "xlsx" in answer.headers["Content-Disposition"]:
        head, *rows = load_workbook(io.BytesIO(answer.content)).active.values
    else:
        head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_register_is_taken_out_without_formulas_and_personal_details_and_leaves_a_trace(town, form):
    number = raised(town, title=FORMULA).case.number
    answer = asked("clerk", form)
    (row,) = read(answer)
    assert (row["事项编号"], row["事项"]) == (number, f"'{FORMULA}")
    assert not {NAME, PHONE} & set(row.values())
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="LX-register-')
    entry = Entry.objects.for_system("test", town).get(subject_kind="export")
    assert (entry.post_id, entry.data["format"], entry.data["rows"]) == (who(town, "clerk").post_id, form, 1)


def test_it_holds_what_its_reader_sees_of_the_days_and_the_filter_asked_for(town):
    raised(town)
    assert read(asked("worker2", "csv")) == []
    assert read(asked("clerk", "csv", urgency="emergency")) == []
    assert read(asked("clerk", "csv", **{"from": "2020-01-01", "to": "2020-01-31"})) == []
    assert len(read(asked("clerk", "csv", **{"from": "", "to": ""}))) == 1


def test_a_table_of_days_that_cannot_be_is_not_taken_out(town):
    answer = asked("clerk", "csv", **{"from": "2026-13-01"})
    assert (answer.status_code, "没有这一天：2026-13-01。" in answer.content.decode()) == (422, True)
    assert not Entry.objects.for_system("test", town).filter(act="export").exists()


def test_what_is_cut_is_said_and_paper_has_an_address_of_its_own(town, monkeypatch):
    monkeypatch.setattr(registering, "TABLE_MOST", 1)
    raised(town), raised(town)
    assert [row["事项"] for row in read(asked("clerk", "csv"))][1] == "只列出前 1 件，请缩小筛选范围。"
    paper = asked("clerk", "pdf")
    assert paper.status_code == 303
    assert paper.headers["Location"].startswith("/desk/print/register.pdf?scope=all&from=")
    assert "csrf" not in paper.headers["Location"]
    assert asked("clerk", "exe").status_code == 404
