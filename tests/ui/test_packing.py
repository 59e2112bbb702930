"""Pages for a slow line: packed for whoever has no session, as they are for all others."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from lianxin.ui.packing import LEAST, PackedMiddleware

LONG = "路灯不亮" * LEAST


def asked(body=LONG, *, cookies=None, kind="text/html; charset=utf-8", accept="gzip", **headers):
    request = RequestFactory().get("/", headers={"accept-encoding": accept})
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
    [{"cookies": {"sessionid": "x"}}, {"kind": "image/jpeg"}, {"accept": "br"}, {"body": "短"}],
    ids=["somebody's session", "a photo", "an old browser", "a short page"],
)
def test_what_is_not_safe_or_not_worth_it_stays_as_it_is(more):
    answer = asked(**more)
    assert "Content-Encoding" not in answer.headers
    assert answer.content.decode() == more.get("body", LONG)


def test_the_same_page_is_not_always_of_the_same_length():
    assert len({len(asked().content) for _ in range(20)}) > 1


def test_what_was_packed_is_asked_for_again_by_its_tag():
    seen = []
    request = RequestFactory().get("/", headers={"if-none-match": 'W/"a", "b"'})
    PackedMiddleware(lambda asked: seen.append(asked.headers["If-None-Match"]) or HttpResponse(status=304))(request)
    assert seen == ['"a", "b"']
