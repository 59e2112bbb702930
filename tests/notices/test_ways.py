"""The ways to somebody's telephone: printed until a provider is there, and never with more than is needed."""

import pytest

from lianxin.notices.ways import WAYS, Letter

LETTER = Letter("题目", "正文", "您的事项有进展", "http://x/stop", "progress", {"number": "LX 1", "what": "办结"})


def test_a_text_message_is_printed_with_its_number_masked(settings, capsys):
    settings.LIANXIN_SMS = "console"
    way = WAYS["sms"]
    assert way.offered()
    way.send(way.tidy("199 0000 0042"), LETTER)
    printed = capsys.readouterr().out
    assert "您的事项有进展" in printed
    assert "199****0042" in printed
    assert "19900000042" not in printed


def test_a_wechat_message_fills_in_a_template(settings, capsys):
    settings.LIANXIN_WECHAT = "console"
    way = WAYS["wechat"]
    assert way.offered()
    way.send(way.tidy("oABCDEFGHIJKLMNOPQRST12345678"), LETTER)
    printed = capsys.readouterr().out
    assert "progress" in printed
    assert "what=办结" in printed
    assert "oABCDEFGHIJ" not in printed


@pytest.mark.parametrize(("way", "address"), [("sms", "12"), ("wechat", "x y"), ("email", "a@b"), ("email", "")])
def test_what_is_no_address_of_a_way_is_none(way, address):
    assert WAYS[way].tidy(address) == ""


def test_without_a_setting_neither_is_offered(settings):
    settings.LIANXIN_SMS = settings.LIANXIN_WECHAT = ""
    assert not WAYS["sms"].offered()
    assert not WAYS["wechat"].offered()
