"""Where letters go out: one URL, safe by default."""

import pytest

from lianxin.town.config import BadSettings, mail, read


def test_without_a_url_letters_are_printed():
    assert mail("")["EMAIL_BACKEND"] == "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize(("hosts", "sender"), [
    ("127.0.0.1,localhost,[::1]", "lianxin@localhost"), ("*", "lianxin@localhost"), ("", "lianxin@localhost"),
    ("127.0.0.1, LH.example.cn,other.cn", "lianxin@lh.example.cn"), (".example.cn", "lianxin@example.cn"),
    ("10.0.0.5,a b.cn", "lianxin@localhost"),
])  # fmt: skip
def test_printed_letters_are_from_the_town_and_from_no_webmaster(hosts, sender):
    assert mail("", hosts)["DEFAULT_FROM_EMAIL"] == sender


@pytest.mark.parametrize(("url", "port", "tls", "ssl"), [
    ("smtp://lh%40example.cn:p%3Aw@mail.example.cn/?from=lh@example.cn", 587, True, False),
    ("smtps://lh%40example.cn:p%3Aw@mail.example.cn:4465/?from=lh@example.cn", 4465, False, True),
])  # fmt: skip
def test_mail_never_goes_in_the_open(url, port, tls, ssl):
    made = mail(url)
    assert (made["EMAIL_PORT"], made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == (port, tls, ssl)
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("lh@example.cn", "p:w")
    assert made["DEFAULT_FROM_EMAIL"] == "lh@example.cn"
    assert made["EMAIL_TIMEOUT"] <= 30


@pytest.mark.parametrize("url", ["mail.example.cn", "http://x/?from=a@b.cn", "smtp://x/", "smtp://x:y/?from=a@b.cn", "smtp:///?from=a@b.cn",
                                 "smtp://x/?from=a@b.cn&plain=1"])
def test_a_url_that_is_none_is_told_at_the_start(url, tmp_path):
    with pytest.raises(BadSettings) as told:
        read({"LIANXIN_DATA": str(tmp_path), "LIANXIN_EMAIL_URL": url})
    assert "LIANXIN_EMAIL_URL" in str(told.value)
