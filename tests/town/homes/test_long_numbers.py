"""A number with more figures than any key has is none: no page breaks on one, whatever it asks by it."""

import pytest

from lianxin.town.homes.reform.form import read_facts
from lianxin.town.homes.reform.micro import read_micro
from lianxin.town.registers.fields import Number, Wrong

pytestmark = [pytest.mark.django_db, pytest.mark.row("J")]
LONG = "9" * 5000  # Python itself reads no number of more than 4,300 figures


@pytest.fixture
def ask(client, signed, settings):
    settings.ALLOWED_HOSTS = ["*"]

    def asked(username, address, data, method="get"):
        return getattr(signed(username) if username else client, method)(address, data)

    return asked


@pytest.mark.parametrize(
    ("username", "address", "data", "status"),
    [
        ("", "/board/", {"grid": LONG, "category": LONG}, 200),
        ("clerk", "/desk/", {"grid": LONG, "after": LONG}, 200),
        ("leader", "/town/cases/", {"what": "open", "village": LONG, "after": LONG}, 200),
        ("admin", "/staff/", {"unit": LONG, "grid": LONG, "after": LONG}, 200),
        ("admin", "/staff/new/", {"person": LONG}, 404),
        ("admin", "/staff/passwords/", {"unit": LONG}, 200),
        ("admin", "/sites/", {"grid": LONG, "after": f"{LONG}~x"}, 200),
        ("admin", "/setup/calendar/year/", {"year": LONG}, 200),
        ("auditor", "/ledger/", {"subject": LONG}, 422),
    ],
)
def test_a_number_beyond_all_keys_names_nothing(ask, username, address, data, status):
    assert ask(username, address, data).status_code == status


@pytest.mark.parametrize(
    ("username", "address", "data", "status"),
    [
        ("", "/report/places/?list=1", {"village": LONG}, 200),
        ("admin", "/staff/passwords/", {"unit": LONG}, 200),
    ],
)
def test_nor_does_one_in_a_form(ask, username, address, data, status):
    assert ask(username, address, data, method="post").status_code == status


@pytest.mark.parametrize("told", ["000000000100", "0" * 12 + "9" * 20, "²"])
def test_zeros_before_it_hide_no_number_that_is_too_large(town, told):
    with pytest.raises(Wrong):
        Number(column="members", highest=99).load(town, told)
    if told != "000000000100":  # which is a number of households
        assert "households" in read_facts({"name": "一网格", "households": told}).faults
        assert "households" in read_micro({"name": "一", "households": told}).faults
