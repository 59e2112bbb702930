"""The digest a phone compares before it deletes what it sent."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory

from lianxin.ui.middleware import SentByScriptMiddleware
from lianxin.ui.receipts import RECEIPT, digest_of_form, receipted

TEXT = "路灯\n不亮"  # the browser's side of the digest is held to ours by the walk: tests/walks/test_offline.py


def posted(data, **headers):
    return RequestFactory().post("/report/", data, headers=headers)


def form(**more):
    photos = [SimpleUploadedFile("a.jpg", b"\xff\xd8one"), SimpleUploadedFile("b.jpg", b"two")]
    return {"text": TEXT, "asked": ["place", "grid"], "photos": photos, **more}


def sha(value):
    return hashlib.sha256(value).hexdigest()


def test_a_line_for_each_value_sorted():
    lines = [
        f"asked {sha(b'grid')}", f"asked {sha(b'place')}", f"photos {sha(b'two')}",
        f"photos {sha(bytes([255, 216]) + b'one')}", f"text {sha(TEXT.encode())}",
    ]  # fmt: skip
    assert digest_of_form(posted(form())) == sha("\n".join(sorted(lines)).encode())


@pytest.mark.parametrize("more", [{"text": "路灯\r\n不亮"}, {"csrfmiddlewaretoken": "another"}])
def test_line_ends_and_the_token_do_not_count(more):
    assert digest_of_form(posted(form(**more))) == digest_of_form(posted(form()))


@pytest.mark.parametrize("more", [{"text": "路灯不亮"}, {"photos": []}, {"name": "王"}, {"asked": "place"}])
def test_everything_else_does(more):
    assert digest_of_form(posted(form(**more))) != digest_of_form(posted(form()))


def test_files_that_were_read_before_count_all_the_same():
    request = posted(form())
    for file in request.FILES.getlist("photos"):
        file.read()
    assert digest_of_form(request) == digest_of_form(posted(form()))


def test_a_script_gets_the_receipt_with_the_next_address_and_nobody_else_any():
    def taken(request):
        return receipted(request, HttpResponseRedirect("/next/", status=303))

    request = posted(form(), X_Lianxin_Send="1")
    told = SentByScriptMiddleware(taken)(request)
    assert (told.status_code, told.headers["X-Location"]) == (204, "/next/")
    assert told.headers[RECEIPT] == digest_of_form(posted(form()))
    elsewhere = SentByScriptMiddleware(lambda _request: HttpResponseRedirect("/sign-in/"))(request)
    assert RECEIPT not in elsewhere.headers
    assert RECEIPT not in SentByScriptMiddleware(lambda _request: HttpResponse("no", status=422))(request).headers
