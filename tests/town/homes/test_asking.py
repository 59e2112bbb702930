"""What categories ask, kept in the page: read, found faulty, looked at, published, put back."""

import re

import pytest
from django.utils import timezone

from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.models import Category, QuestionSheet
from lianxin.cases.queries.asking import asking_of
from lianxin.forms.questions import read_sheet
from lianxin.ledger.verify import verify
from lianxin.town.base import BASE
from lianxin.town.homes.asking.pages import SAMPLE
from towns import who

pytestmark = pytest.mark.django_db
SHEET = (BASE / SAMPLE).read_text("utf-8")


@pytest.fixture
def dogs(town):
    return Category.objects.for_system("tests", town).get(key="dogs")


def text(response):
    return response.content.decode()


def send(browser, dogs, do="look", **data):
    return browser.post(f"/setup/questions/{dogs.pk}/", {"do": do, "base": "0", "source": SHEET, **data})


def checked(response):
    return re.search(r'name="checked" value="(\w*)"', text(response))[1]


def test_the_example_is_sound_and_asks_by_each_type_but_words():
    assert {each.type for each in read_sheet(SHEET).questions} == {"yes_no", "date", "choice", "number"}


def test_the_list_tells_how_much_each_category_asks(town, signed, dogs):
    publish_questions(dogs.parent, "questions: []", base=0, why="", actor=who(town, "admin"), now=timezone.now())
    publish_questions(dogs, SHEET, base=0, why="", actor=who(town, "admin"), now=timezone.now())
    page = text(signed("admin").get("/setup/questions/"))
    assert re.search(rf'/setup/questions/{dogs.pk}/">犬只管理</a><span class="small">4 个问题', page)


@pytest.mark.row("B4")
def test_questions_are_looked_at_published_with_a_reason_and_put_back(town, signed, dogs):
    browser = signed("admin")
    assert "样例" in text(browser.get(f"/setup/questions/{dogs.pk}/"))
    look = send(browser, dogs)
    for each in ("有人受伤吗", "必答", "答“是”：请先拨打 120", "仅当“影响了谁”答“附近很多户”时问", "≥ 2"):
        assert each in text(look), each
    assert send(browser, dogs, "publish", why="x").status_code == 200  # not looked at
    assert send(browser, dogs, "publish", checked=checked(look)).status_code == 422
    assert send(browser, dogs, "publish", checked=checked(look), why="常问").status_code == 303
    assert len(asking_of(town, dogs.pk).sheet.questions) == 4
    less = {"source": "questions: []", "base": "1"}
    look = send(browser, dogs, **less)
    assert "不再问什么" in text(look)
    assert send(browser, dogs, "publish", checked=checked(look), why="太烦", **less).status_code == 303
    assert asking_of(town, dogs.pk) is None
    page = text(browser.get(f"/setup/questions/{dogs.pk}/?from=1"))
    assert "常问" in page
    assert "有人受伤吗" in re.search(r"<textarea.*?</textarea>", page, re.S)[0]
    assert list(verify(town)) == []


def test_faults_stand_beside_their_lines_in_the_readers_words(town, signed, dogs):
    bad = SHEET.replace("type: date", "type: day").replace("when: {who: many}", "when: {whom: many}").replace("least: 2", "least: two")
    response = send(signed("admin"), dogs, source=bad)
    assert response.status_code == 422
    for each in ("第 2 问", "不在可选之列", "前面没有 whom 这一问", "two 不是整数", "第 11 行"):
        assert each in text(response), each
    assert "whom: many" in re.search(r"<textarea.*?</textarea>", text(response), re.S)[0]


def test_what_somebody_published_meanwhile_is_not_overwritten(town, signed, dogs):
    browser = signed("admin")
    look = send(browser, dogs)
    publish_questions(dogs, "questions: []", base=0, why="别人", actor=who(town, "admin"), now=timezone.now())
    late = send(browser, dogs, "publish", checked=checked(look), why="我的")
    assert late.status_code == 409
    assert 'name="base" value="1"' in text(late)
    assert send(browser, dogs, "publish", checked=checked(look), why="我的", base="1").status_code == 303
    assert send(browser, dogs, "publish", checked=checked(look), why="我的", base="1").status_code == 303  # a second press
    assert QuestionSheet.objects.for_system("tests", town).filter(category=dogs).count() == 2


@pytest.mark.parametrize("name", ["clerk", "supervisor", "auditor"])
def test_only_who_sets_up_the_town_comes_in(town, signed, dogs, name):
    assert signed(name).get("/setup/questions/").status_code == 403
    assert send(signed(name), dogs).status_code == 403
