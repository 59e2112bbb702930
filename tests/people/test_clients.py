"""Whose address a limit counts: the resident's behind our own proxies, never one that a caller makes up."""

import pytest
from django.test import RequestFactory

from lianxin.people.clients import address_of
from lianxin.town.config import BadSettings, read

PROXY, HOME, FAKE = "10.0.0.1", "203.0.113.7", "198.51.100.9"


def asked(forwarded=None):
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=PROXY)


def test_without_a_proxy_the_header_is_not_read(settings):
    settings.LIANXIN_PROXIES = 0
    assert address_of(asked(HOME)) == PROXY


@pytest.mark.parametrize(("proxies", "forwarded", "found"), [
    (1, HOME, HOME),
    (1, f"{FAKE}, {HOME}", HOME),  # what the caller wrote stands further left
    (2, f"{FAKE},{HOME}, 10.0.0.2", HOME),
    (1, f"{HOME}:50123", HOME),
    (1, "[2001:db8::7]:443", "2001:db8::7"),
    (1, "2001:DB8:0::7", "2001:db8::7"),
    (1, None, PROXY),
    (2, HOME, PROXY),  # one hop is missing: nobody knows who wrote this
    (1, "unknown", PROXY),
    (1, "", PROXY),
])  # fmt: skip
def test_the_entry_of_the_outermost_trusted_proxy_is_the_client(settings, proxies, forwarded, found):
    settings.LIANXIN_PROXIES = proxies
    assert address_of(asked(forwarded)) == found


def test_the_number_of_proxies_is_checked_at_the_start(tmp_path):
    base = {"LIANXIN_DATA": str(tmp_path)}
    assert read(base)["LIANXIN_PROXIES"] == 0
    assert read({**base, "LIANXIN_PROXIES": "2"})["LIANXIN_PROXIES"] == 2
    with pytest.raises(BadSettings, match="LIANXIN_PROXIES must be a whole number from 0 to 9, not 'yes'"):
        read({**base, "LIANXIN_PROXIES": "yes"})
