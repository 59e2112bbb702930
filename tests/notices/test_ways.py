"""The ways to somebody's telephone: printed until a provider is there, and never with more than is needed."""

import pytest

from lianxin.notices.ways import WAYS, Letter

LETTER = Letter("题目", "正文", "您的事项有进展", "http://x/stop", "progress", {"number": "LX 1", "what": "办结"})


@pytest.mark.parametrize(
    ("key", "setting", "address", "printed", "hidden"),
    [
        ("sms", "LIANXIN_SMS", "199 0000 0042", ("您的事项有进展", "199****0042"), "19900000042"),
        ("wechat", "LIANXIN_WECHAT", "oABCDEFGHIJKLMNOPQRST12345678", ("progress", "what=办结"), "oABCDEFGHIJ"),
    ],
)
def test_a_message_is_printed_and_its_reader_masked(settings, capsys, key, setting, address, printed, hidden):
    assert not WAYS[key].offered()
    setattr(settings, setting, "console")
    way = WAYS[key]
    assert way.offered()
    way.send(way.tidy(address), LETTER)
    told = capsys.readouterr().out
    assert all(words in told for words in printed)
    assert hidden not in told


@pytest.mark.parametrize(("way", "address"), [("sms", "12"), ("wechat", "x y"), ("email", "a@b"), ("email", "")])
def test_what_is_no_address_of_a_way_is_none(way, address):
    assert WAYS[way].tidy(address) == ""


def test_without_a_setting_neither_is_offered(settings):
    settings.LIANXIN_SMS = settings.LIANXIN_WECHAT = ""
    assert not WAYS["sms"].offered()
    assert not WAYS["wechat"].offered()
