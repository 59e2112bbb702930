"""A resident, on a small phone: signs in by a code, puts their details right, and has all of it erased."""

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case, Reporter
from lianxin.cases.values import Contact, Draft
from lianxin.notices import ways
from lianxin.people.actors import nobody

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.row("B1", "J")]
PHONE = "19900000001"


@pytest.fixture
def sent(settings, monkeypatch):
    codes = []
    settings.LIANXIN_SMS = "console"
    monkeypatch.setitem(ways.SMS, "console", lambda to, letter: codes.append(letter.values["code"]))
    return codes


def pressed(page, words, axe_clean):
    with page.expect_navigation():
        page.locator("main").locator("a, button").filter(has_text=words).first.tap()
    seen(page, axe_clean)


def seen(page, axe_clean):
    axe_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_resident_keeps_what_is_theirs_and_has_it_erased(phone, town, go, axe_clean, sent):
    for title in ("村口路灯不亮", "三队桥头护栏断了"):
        draft = Draft("request", title, text=title, contact=Contact("王建国", PHONE))
        open_case(draft, actor=nobody(town), now=timezone.now())
    go(phone, "/find/")
    pressed(phone, "用手机号看我的全部诉求", axe_clean)
    phone.fill("#f-phone", PHONE)
    pressed(phone, "获取验证码", axe_clean)
    assert phone.get_attribute("#f-code", "inputmode") == "numeric"
    phone.fill("#f-code", sent[-1])
    pressed(phone, "登录", axe_clean)
    assert phone.get_by_text("三队桥头护栏断了").is_visible()
    pressed(phone, "我的信息", axe_clean)
    phone.fill("#f-name", "")
    pressed(phone, "看看会怎样", axe_clean)
    pressed(phone, "确认修改", axe_clean)
    assert {each.name for each in Reporter.objects.for_system("t", town)} == {""}
    go(phone, "/mine/erase/")
    seen(phone, axe_clean)
    phone.check("#f-sure")
    pressed(phone, "彻底删除", axe_clean)
    assert phone.get_by_text("已经删除").is_visible()
    assert {each.title for each in Case.objects.for_system("t", town)} == {"（已删除）"}
    go(phone, "/limits/")
    phone.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    seen(phone, axe_clean)
