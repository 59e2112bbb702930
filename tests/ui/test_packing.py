"""Pages for a slow line: packed for whoever has no session, and for others where no other site has a hand in it."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from lianxin.ui.packing import LEAST, PackedMiddleware

LONG = "路灯不亮" * LEAST


SESSION = {"sessionid": "x"}


def asked(body=LONG, *, cookies=None, kind="text/html; charset=utf-8", accept="gzip", sent=(), by="get", **headers):
    request = getattr(RequestFactory(), by)("/", headers={"accept-encoding": accept, **dict(sent)})
    request.COOKIES.update(cookies or {})
    return PackedMiddleware(lambda _request: HttpResponse(body, content_type=kind, headers=headers))(request)


def test_a_page_of_the_public_is_packed():
    answer = asked(ETag='"a"')
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.content).decode() == LONG
    assert int(answer["Content-Length"]) == len(answer.content) < len(LONG.encode()) / 10
    assert answer["ETag"] == 'W/"a"'


@pytest.mark.parametrize(
    "more",
    [{"cookies": SESSION}, {"kind": "image/jpeg"}, {"accept": "br"}, {"body": "短"}],
    ids=["a session, and nobody says who asked", "a photo", "an old browser", "a short page"],
)
def test_what_is_not_safe_or_not_worth_it_stays_as_it_is(more):
    answer = asked(**more)
    assert "Content-Encoding" not in answer.headers
    assert answer.content.decode() == more.get("body", LONG)


@pytest.mark.parametrize(
    "sent",
    [{"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, {"referer": "http://testserver/desk/?q=a"}],
    ids=["a link on our page", "typed or kept by the reader", "a link on our page, an older browser"],
)
def test_a_page_of_staff_is_packed_where_no_other_site_asked(sent):
    answer = asked(cookies=SESSION, sent=sent)
    assert gzip.decompress(answer.content).decode() == LONG
    assert len({len(asked(cookies=SESSION, sent=sent).content) for _ in range(20)}) > 1


@pytest.mark.parametrize(
    "more",
    [
        {"sent": {"sec-fetch-site": "cross-site"}},
        {"sent": {"sec-fetch-site": "same-site"}},
        {"sent": {"sec-fetch-site": "cross-site", "referer": "http://testserver/"}},
        {"sent": {"referer": "http://testserver.example/"}},
        {"sent": {"sec-fetch-site": "same-origin"}, "by": "post"},
    ],
    ids=["another site", "a neighbour's host", "a forged referrer", "a host like ours", "what is shown once"],
)
def test_what_another_site_could_measure_is_not_packed(more):
    answer = asked(cookies=SESSION, **more)
    assert "Content-Encoding" not in answer.headers
    assert answer.content.decode() == LONG


def test_the_same_page_is_not_always_of_the_same_length():
    assert len({len(asked().content) for _ in range(20)}) > 1


def test_what_was_packed_is_asked_for_again_by_its_tag():
    seen = []
    request = RequestFactory().get("/", headers={"if-none-match": 'W/"a", "b"'})
    PackedMiddleware(lambda asked: seen.append(asked.headers["If-None-Match"]) or HttpResponse(status=304))(request)
    assert seen == ['"a", "b"']
