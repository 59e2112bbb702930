"""The reader's choices, the gallery, and pages for when something goes wrong."""

import pytest
from django.template.loader import get_template

ERROR_PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"]


def test_a_choice_is_kept_in_a_cookie_and_the_reader_goes_back(plain, client):
    answer = client.get("/ui/look/", {"size": "elder", "next": "/form/?a=1"})
    assert answer.status_code == 302
    assert answer["Location"] == "/form/?a=1"
    assert client.cookies["lx_size"].value == "elder"
    assert 'class="auto elder public"' in client.get("/form/").content.decode()


ELSEWHERE = ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_sent_to_another_site(plain, client, wanted):
    assert client.get("/ui/look/", {"next": wanted})["Location"] == "/"


def test_an_unknown_choice_changes_nothing(plain, client):
    client.get("/ui/look/", {"size": '"><script>', "theme": "pink", "lang": "tlh"})
    assert not client.cookies


def test_the_language_follows_the_choice(plain, client):
    assert "长辈版" in client.get("/form/").content.decode()
    client.get("/ui/look/", {"lang": "en"})
    answer = client.get("/form/").content.decode()
    assert "Larger type" in answer
    assert '<html lang="en"' in answer


@pytest.mark.parametrize("layout", ["public", "app"])
def test_every_component_is_shown(plain, client, layout):
    answer = client.get("/ui/", {"layout": layout})
    assert answer.status_code == 200
    assert "六格" in answer.content.decode()


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_a_page_for_trouble_needs_nothing_to_work(plain, name):
    drawn = get_template(name).render()
    assert "<h1>" in drawn
    assert "系统异常" not in drawn


def test_an_old_form_is_told_what_to_do(plain):
    from django.test import Client

    answer = Client(enforce_csrf_checks=True).post("/form/", {"title": "x"})
    assert answer.status_code == 403
    assert "刷新后重新提交" in answer.content.decode()


def test_a_strict_policy_is_on_every_page(plain, client):
    policy = client.get("/form/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_a_form_sent_by_script_is_told_the_next_page_in_a_header(plain, client):
    sent = {"title": "lamp", "idempotency_key": "k"}
    assert client.post("/form/", sent).status_code == 302
    told = client.post("/form/", sent, headers={"X-Lianxin-Send": "1"})
    assert told.status_code == 204
    assert told["X-Location"] == "/ui/?after=form"
    assert client.post("/form/", {**sent, "title": "bad"}, headers={"X-Lianxin-Send": "1"}).status_code == 422
