"""What a category asks is asked where a grid worker raises a case: by the page's script or round by round without it."""

import io
import re
import unicodedata

import pytest
from django.utils import timezone
from pypdf import PdfReader

from cases.case.staging import signed_in
from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.models import Case, Category
from lianxin.cases.queries.asking import asking_of
from lianxin.ledger.verify import verify
from sheets import DOGS
from towns import who

pytestmark = pytest.mark.django_db

TEXT = {"text": "几条狗追着小孩跑", "address": "1村1格门口", "idempotency_key": "k" * 20}


@pytest.fixture
def dogs(town):
    row = Category.objects.for_system("tests", town).get(key="dogs")
    publish_questions(row, DOGS, base=0, why="常问", actor=who(town, "admin"), now=timezone.now())
    return row


def send(dogs, **data):
    return signed_in("worker").post("/field/raise/", {**TEXT, "category": dogs.pk, **data})


def marks(town, dogs, *keys):
    return ",".join(f"{asking_of(town, dogs.pk).pk}:{key}" for key in keys)


def asked(town):
    return [(row["key"], row["value"]) for row in Case.objects.for_system("tests", town).get().answers["asked"]["rows"]]


@pytest.mark.row("B1")
def test_the_page_knows_every_sheet_so_that_it_asks_without_a_net(town, dogs):
    page = signed_in("worker").get("/field/raise/").content.decode()
    sheet = re.search(rf'<template data-sheet="{dogs.pk}">(.*?)\n</section>', page, re.DOTALL)
    assert all(text in sheet[1] for text in ("有人被咬伤吗", "流浪犬", "大约几条", "请先就医并拨打 110"))
    assert 'data-when="{&#34;q_sort&#34;: [&#34;stray&#34;]}"' in sheet[1]


@pytest.mark.row("B1")
def test_answers_of_a_page_that_asks_itself_come_with_the_case_at_once(town, dogs):
    said = {"q_bitten": "yes", "q_sort": "stray", "q_many": "3", "asked_live": "1", "anyway": "1"}
    shown = marks(town, dogs, "bitten", "sort", "many")
    assert send(dogs, **said, shown_q=shown).status_code == 303
    assert send(dogs, **said, shown_q=shown).status_code == 303  # the phone sends it again
    assert asked(town) == [("bitten", "yes"), ("sort", "stray"), ("many", "3")]
    assert [str(each) for each in verify(town)] == []


@pytest.mark.row("B1")
def test_without_a_script_it_is_asked_on_a_second_page_and_advice_leaves_the_way_open(town, dogs):
    first = send(dogs)
    assert (first.status_code, Case.objects.for_system("tests", town).count()) == (200, 0)
    shown = re.findall(r'name="shown_q" value="([^"]+)"', first.content.decode())
    missing = send(dogs, shown_q=shown, q_sort="kept")
    assert missing.status_code == 422
    assert "请回答：有人被咬伤吗" in missing.content.decode()
    stopped = send(dogs, shown_q=shown, q_bitten="yes", q_sort="kept")
    assert stopped.status_code == 200
    assert "请先就医并拨打 110" in stopped.content.decode()
    assert 'name="anyway"' in stopped.content.decode()
    assert send(dogs, shown_q=shown, q_bitten="yes", q_sort="kept", anyway="1").status_code == 303
    assert asked(town) == [("bitten", "yes"), ("sort", "kept")]


def test_what_a_kept_page_asked_is_taken_though_the_sheet_has_changed_since(town, dogs):
    shown = marks(town, dogs, "bitten", "sort")
    newer = DOGS.replace("是什么犬", "哪一种狗").replace("stray:", "wild:").replace("sort: stray", "sort: wild")
    publish_questions(dogs, newer, base=1, why="改词", actor=who(town, "admin"), now=timezone.now())
    assert send(dogs, shown_q=shown, q_bitten="no", q_sort="stray", asked_live="1").status_code == 303
    case = Case.objects.for_system("tests", town).get()
    assert [(row["ask"]["zh"], row["value"]) for row in case.answers["asked"]["rows"]] == [("有人被咬伤吗", "no"), ("是什么犬", "stray")]


def test_marks_of_another_categorys_sheet_are_none(town, dogs):
    other = Category.objects.for_system("tests", town).get(key="streetlight")
    publish_questions(other, DOGS, base=0, why="试", actor=who(town, "admin"), now=timezone.now())
    assert send(dogs, shown_q=marks(town, other, "bitten"), q_bitten="no", q_sort="kept", asked_live="1").status_code == 303
    kept = Case.objects.for_system("tests", town).get().answers["asked"]
    assert kept["sheet"] == str(asking_of(town, dogs.pk).pk)


@pytest.mark.row("B4")
def test_answers_stand_on_the_case_and_on_the_work_slip(town, dogs):
    send(dogs, shown_q=marks(town, dogs, "bitten", "sort"), q_bitten="no", q_sort="kept", asked_live="1")
    number = Case.objects.for_system("tests", town).get().number
    assert re.search(r"是什么犬</dt>\s*<dd>家养犬", signed_in("clerk").get(f"/cases/{number}/").content.decode())
    paper = signed_in("clerk").get(f"/cases/{number}/slip.pdf")
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    assert all(text in re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)) for text in ("有人被咬伤吗", "家养犬"))


@pytest.mark.row("B1")
def test_a_grid_worker_chooses_among_the_kinds_they_may_open(town):
    client = signed_in("worker")
    page = client.get("/field/raise/").content.decode()
    kinds = re.findall(r'<option value="(\w+)"', page.partition('name="kind"')[2].partition("</select>")[0])
    assert kinds[0] == "request"
    assert "hazard" in kinds
    assert "dispute" not in kinds  # confidential, and not theirs to see
    sent = {"text": "配电箱门没锁", "address": "1村1格门口", "kind": "hazard", "idempotency_key": "h" * 20}
    for _each in range(2):
        assert client.post("/field/raise/", sent).status_code == 303
    assert Case.objects.for_system("tests", town).get().kind == "hazard"
    client.post("/field/raise/", {**sent, "kind": "dispute", "idempotency_key": "d" * 20})
    assert Case.objects.for_system("tests", town).order_by("-id").first().kind == "request"
