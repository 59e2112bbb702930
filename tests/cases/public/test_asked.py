"""Questions of a category: asked of residents round by round without a script, of callers, of programs; kept as asked."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from lianxin.cases.actions.asking import NotPublished, publish_questions
from lianxin.cases.actions.erasing import erase_case
from lianxin.cases.models import Case, Category, QuestionSheet
from lianxin.cases.queries.asking import asking_of
from lianxin.forms.questions import BadSheet
from lianxin.ledger.models import Text
from lianxin.ledger.verify import verify
from lianxin.people.models import Account
from sheets import DOGS
from towns import who

pytestmark = pytest.mark.django_db

TEXT = {"text": "几条狗追着小孩跑，大家都怕", "idempotency_key": "k" * 20}


@pytest.fixture
def dogs(town):
    row = Category.objects.for_system("tests", town).get(key="dogs")
    publish_questions(row, DOGS, base=0, why="常问", actor=who(town, "admin"), now=timezone.now())
    return row


@pytest.fixture
def signed_in(town):
    """A browser of its own with somebody of the town."""

    def sign(name):
        browser = Client()
        account = Account.objects.get(username=f"{name}.{town.letters.lower()}")
        browser.force_login(account, backend="lianxin.people.backends.AccountBackend")
        return browser

    return sign


def text(response):
    return response.content.decode()


def shown(response):
    return re.findall(r'name="shown_q" value="([^"]+)"', text(response))


def send(client, dogs, response=None, **data):
    return client.post("/report/", {**TEXT, "category": dogs.pk, "shown_q": shown(response) if response else [], **data})


def only(town):
    return Case.objects.for_system("tests", town).get()


# --- residents ----------------------------------------------------------------------------------------------------------


@pytest.mark.row("B1")
def test_a_resident_is_asked_on_a_second_page_and_the_case_keeps_what_was_said(town, client, signed_in, dogs):
    first = send(client, dogs)
    assert first.status_code == 200
    assert "有人被咬伤吗" in text(first)
    assert "大约几条" not in text(first)
    assert TEXT["text"] in text(first)
    second = send(client, dogs, first, q_bitten="no", q_sort="stray")
    assert second.status_code == 200  # a question that came up by an answer
    assert "大约几条" in text(second)
    assert re.search(r'name="q_sort" value="stray" checked', text(second))
    done = send(client, dogs, second, q_bitten="no", q_sort="stray", q_many="3")
    assert done.status_code == 303
    case = only(town)
    assert [(row["key"], row["value"]) for row in case.answers["asked"]["rows"]] == [("bitten", "no"), ("sort", "stray"), ("many", "3")]
    page = text(signed_in("clerk").get(f"/cases/{case.number}/"))
    assert re.search(r"是什么犬</dt>\s*<dd>流浪犬", page)
    assert list(verify(town)) == []


def test_what_must_be_answered_is_asked_for_beside_the_question_and_nothing_is_lost(town, client, dogs):
    first = send(client, dogs)
    again = send(client, dogs, first, q_sort="kept", name="王小明")
    assert again.status_code == 422
    assert "请回答：有人被咬伤吗" in text(again)
    assert 'href="#f-q_bitten"' in text(again)
    assert re.search(r'name="q_sort" value="kept" checked', text(again))
    assert 'value="王小明"' in text(again)
    wrong = send(client, dogs, send(client, dogs, first, q_bitten="no", q_sort="stray"), q_bitten="no", q_sort="stray", q_many="0")
    assert wrong.status_code == 422
    assert "不能小于 1" in text(wrong)


@pytest.mark.row("B9")
def test_an_answer_stops_the_form_with_advice_but_it_can_be_sent_all_the_same(town, client, dogs):
    first = send(client, dogs)
    stopped = send(client, dogs, first, q_bitten="yes", q_sort="kept")
    assert stopped.status_code == 200
    assert "请先就医并拨打 110" in text(stopped)
    assert "仍然提交给镇里" in text(stopped)
    assert not Case.objects.for_system("tests", town).exists()
    assert send(client, dogs, stopped, q_bitten="yes", q_sort="kept").status_code == 200
    assert send(client, dogs, stopped, q_bitten="yes", q_sort="kept", anyway="1").status_code == 303
    assert only(town).answers["asked"]["rows"][0]["value"] == "yes"


def test_whoever_chooses_no_category_or_another_is_asked_nothing(town, client, dogs):
    assert client.post("/report/", TEXT).status_code == 303
    other = Category.objects.for_system("tests", town).get(key="streetlight")
    sent = {**TEXT, "category": other.pk, "q_bitten": "yes", "idempotency_key": "o" * 20}
    assert client.post("/report/", sent).status_code == 303
    assert all("asked" not in case.answers for case in Case.objects.for_system("tests", town))


def test_answers_of_a_case_are_shown_neither_to_the_public_nor_found_by_their_words(town, client, dogs, signed_in):
    first = send(client, dogs)
    done = send(client, dogs, first, q_bitten="no", q_sort="kept")
    assert done.status_code == 303
    case = only(town)
    for address in ("/board/", f"/board/{case.number}/", "/map/marks.geojson", "/board/feed.atom", "/"):
        assert "家养犬" not in text(client.get(address))
    assert case.number not in text(signed_in("clerk").get("/desk/search/", {"q": "家养犬"}))


def test_a_case_keeps_the_words_it_was_asked_in_whatever_is_asked_later(town, client, dogs, signed_in):
    first = send(client, dogs)
    send(client, dogs, first, q_bitten="no", q_sort="kept")
    publish_questions(dogs, DOGS.replace("是什么犬", "哪一种狗"), base=1, why="改词", actor=who(town, "admin"), now=timezone.now())
    page = text(signed_in("clerk").get(f"/cases/{only(town).number}/"))
    assert "是什么犬" in page
    assert "哪一种狗" not in page


def test_answers_are_erased_with_the_case(town, client, dogs):
    first = send(client, dogs)
    send(client, dogs, first, q_bitten="no", q_sort="kept")
    erase_case(only(town), "本人要求", actor=who(town, "security"), now=timezone.now())
    assert only(town).answers == {}
    assert not Text.objects.for_system("tests", town).filter(body__contains="kept").exists()
    assert list(verify(town)) == []


def test_the_same_key_with_other_answers_is_refused(town, client, dogs):
    first = send(client, dogs)
    assert send(client, dogs, first, q_bitten="no", q_sort="kept").status_code == 303
    assert send(client, dogs, first, q_bitten="no", q_sort="kept").status_code == 303
    assert only(town)
    later = send(client, dogs, first, q_bitten="no", q_sort="stray")
    changed = send(client, dogs, later, q_bitten="no", q_sort="stray", q_many="2")
    assert changed.status_code == 409


# --- who takes a call ---------------------------------------------------------------------------------------------------


def test_a_clerk_is_told_what_to_ask_and_may_leave_open_what_the_caller_does_not_know(town, signed_in, dogs):
    clerk = signed_in("clerk")
    look = clerk.post("/desk/register/", {"do": "look", "category": dogs.pk, "text": "狗", "q_bitten": "yes"})
    assert "有人被咬伤吗" in text(look)
    assert "请告诉来电人" in text(look)
    sent = {"text": "狗追小孩", "category": dogs.pk, "q_sort": "kept", "channel": "phone", "do": "save", "idempotency_key": "c" * 20}
    assert clerk.post("/desk/register/", sent).status_code == 303
    assert [row["key"] for row in only(town).answers["asked"]["rows"]] == ["sort"]
    wrong = clerk.post("/desk/register/", {**sent, "q_sort": "stray", "q_many": "many", "idempotency_key": "d" * 20})
    assert wrong.status_code == 422
    assert "请写数字" in text(wrong)


def test_a_caller_is_asked_by_the_category_that_their_words_make_of_it(town, signed_in, dogs):
    clerk = signed_in("clerk")
    look = clerk.post("/desk/register/", {"do": "look", "text": "流浪狗追着小孩跑"})
    assert "有人被咬伤吗" in text(look)
    sent = {"text": "流浪狗追着小孩跑", "q_sort": "stray", "channel": "phone", "do": "save", "idempotency_key": "g" * 20}
    assert clerk.post("/desk/register/", sent).status_code == 303
    case = only(town)
    assert (case.category_id, case.answers["asked"]["rows"][0]["value"]) == (dogs.pk, "stray")


# --- programs -----------------------------------------------------------------------------------------------------------


def post(client, **body):
    sent = json.dumps({"text": "几条狗追着小孩跑", "category": "dogs", **body})
    return client.post("/api/v1/reports", sent, content_type="application/json", headers={"Idempotency-Key": f"key-{len(sent):06}-test"})


def test_programs_read_the_questions_and_every_fault_by_its_field(town, client, dogs):
    leaf = next(
        leaf for group in client.get("/api/v1/categories").json()["rows"] for leaf in group["children"] if leaf["key"] == "dogs"
    )
    assert [(each["key"], each["type"], each["required"]) for each in leaf["questions"]] == [
        ("bitten", "yes_no", True), ("sort", "choice", True), ("many", "number", False),
    ]  # fmt: skip
    assert leaf["questions"][0]["options"][0]["advice"] == "请先就医并拨打 110。"
    assert leaf["questions"][2]["when"] == {"sort": ["stray"]}
    refused = post(client, answers={"sort": "cat", "colour": "red"})
    assert refused.status_code == 422
    assert set(refused.json()["faults"]) >= {"answers.bitten", "answers.sort", "answers.colour"}
    done = post(client, answers={"bitten": False, "sort": "stray", "many": 2})
    assert done.status_code == 201, text(done)
    assert [row["value"] for row in only(town).answers["asked"]["rows"]] == ["no", "stray", "2"]


def test_programs_of_the_staff_read_what_was_asked_and_answered(town, client, dogs, signed_in):
    assert post(client, answers={"bitten": False, "sort": "kept"}).status_code == 201
    told = signed_in("clerk").get(f"/api/v1/cases/{only(town).number}").json()
    assert told["asked"] == [
        {"key": "bitten", "ask": "有人被咬伤吗", "value": "no", "answer": "否"},
        {"key": "sort", "ask": "是什么犬", "value": "kept", "answer": "家养犬"},
    ]


def test_answers_without_questions_are_a_fault(town, client):
    assert post(client, answers={"bitten": True}).status_code == 422


# --- publishing ---------------------------------------------------------------------------------------------------------


def test_a_group_asks_for_its_categories_and_an_empty_sheet_of_their_own_ends_it(town, dogs):
    actor, now = who(town, "admin"), timezone.now()
    group = dogs.parent
    litter = Category.objects.for_system("tests", town).get(key="litter")
    assert litter.parent_id == group.pk
    publish_questions(group, DOGS.replace("bitten", "seen"), base=0, why="", actor=actor, now=now)
    assert [each.key for each in asking_of(town, litter.pk).sheet.questions] == ["seen", "sort", "many"]
    assert [each.key for each in asking_of(town, dogs.pk).sheet.questions] == ["bitten", "sort", "many"]
    publish_questions(litter, "questions: []", base=0, why="", actor=actor, now=now)
    assert asking_of(town, litter.pk) is None


def test_questions_are_published_once_each_and_not_over_anothers(town, dogs):
    actor, now = who(town, "admin"), timezone.now()
    with pytest.raises(NotPublished):
        publish_questions(dogs, DOGS, base=1, why="", actor=actor, now=now)
    with pytest.raises(NotPublished):
        publish_questions(dogs, "questions: []", base=0, why="", actor=actor, now=now)
    with pytest.raises(BadSheet):
        publish_questions(dogs, "questions: 1", base=1, why="", actor=actor, now=now)
    QuestionSheet.objects.for_system("tests", town).update(source="questions: []")
    assert [each.what for each in verify(town)] == ["published questions were changed or taken away"]
