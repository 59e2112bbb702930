"""Telephones of offices and homes: only what can be dialled is taken, told by field, by line of a file, by program."""

import pytest
import yaml
from django.http import QueryDict
from django.utils.translation import override

from lianxin.people.models import Unit
from lianxin.town.registers.files import load
from lianxin.town.registers.known import REGISTERS
from lianxin.town.registers.register import read_file
from lianxin.town.registers.town import read_town
from towns import MONDAY, who

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
SOUND = ("", "0516-85551234", "(0516) 8555 1234", "010-65551234", "199 0000 0001", "12345", "110", "95598", "400-123-4567", "85551234", "０５１６－８５５５１２３４")
WRONG = {"1990000": "少了 4 位", "199000000011": "多了 1 位", "12": "12345", "电话是12345": "12345", "0000000000": "12345", "0516-8555": "12345", "x": "12345"}
OFFICES = ("units", "points")


@pytest.mark.parametrize("key", [*OFFICES, "centres"])
def test_of_an_office_or_a_home_only_a_number_that_can_be_dialled_is_taken(town, key):
    for phone in SOUND:
        assert "phone" not in read_file(REGISTERS[key], town, {"phone": phone}).faults, phone
    for phone, said in WRONG.items():
        if key in OFFICES or phone != "电话是12345":  # of a home the figures alone are kept
            assert said in read_file(REGISTERS[key], town, {"phone": phone}).faults["phone"], phone


def test_the_number_of_an_office_stays_as_it_is_written_that_of_a_home_as_it_is_dialled(town):
    assert read_file(REGISTERS["units"], town, {"phone": "(0516) 8555 1234"}).facts == {"phone": "(0516) 8555 1234"}
    assert read_file(REGISTERS["centres"], town, {"phone": "(0516) 8555 1234"}).facts["phone"] == "051685551234"


def test_the_towns_own_number_is_looked_at_alike(town):
    form = QueryDict("name=连心镇&report_kind=request&phone=1990000")
    assert "少了 4 位" in read_town(town, form).faults["phone"]
    with override("en"):
        assert "4 too few" in read_town(town, form).faults["phone"]
        assert "service number" in read_town(town, QueryDict("phone=12")).faults["phone"]


def test_a_file_is_told_the_line_of_each_wrong_number_and_nothing_of_it_stays(town):
    rows = {"town": {"phone": "12"}, "units": [{"key": "utilities", "phone": "1990000"}, {"key": "police", "phone": 110}]}
    loaded = load(town, yaml.safe_dump(rows), actor=who(town, "system"), now=MONDAY)
    assert [each.place for each in sorted(loaded.faults, key=str)] == ["town.phone", "units[1].phone"]
    assert all(each.line for each in loaded.faults)
    assert Unit.objects.for_system("test", town).get(key="police").phone == ""
