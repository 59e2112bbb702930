"""A clerk's day at the desk, by keyboard, in a browser."""

import re

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.models import Case, Reporter
from lianxin.cases.values import Contact, Draft
from patience import until
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REQUESTS = (
    ("村口路灯不亮", "晚上太黑了，老人孩子不敢走"),
    ("下水道堵了污水外溢", "楼前积水，气味很大"),
    ("路口有个大坑", "电动车差点摔倒，路面塌陷"),
    ("三楼以上没水", "停水两天了，水压不够"),
    ("楼顶搭彩钢房", "私搭乱建，挡了采光"),
    ("广场舞音响太大", "半夜还在吵，噪音扰民"),
    ("电梯停运一周", "老人上下楼不方便"),
    ("车停在巷口出不去", "乱停车，消防车进不来"),
    ("学校门口没有斑马线", "上学放学车多，不安全"),
    ("断了的光缆垂在路中间", "大车过去会挂到"),
)

CUT = """() => {  // the net is gone, for what the page itself sends
  const send = XMLHttpRequest.prototype.send, ask = window.fetch;
  window.mend = () => { XMLHttpRequest.prototype.send = send; window.fetch = ask; };
  XMLHttpRequest.prototype.send = function () { setTimeout(() => this.dispatchEvent(new ProgressEvent("error")), 20); };
  window.fetch = () => Promise.reject(new TypeError("cut"));
}"""


def act(page, key="a"):
    """Press an act's key, as somebody who has seen the page: keys that come with it are not meant for it."""
    page.evaluate("haveRead()")
    page.keyboard.press(key)


def raise_all(town):
    grid = grid_named(town, "1-1").pk
    drafts = [Draft("request", title, text, grid_id=grid) for title, text in REQUESTS]
    return [open_case(draft, actor=who(town, "clerk"), now=timezone.now()).case.number for draft in drafts]


@pytest.mark.row("B3")
@pytest.mark.row("B4")
def test_ten_requests_are_dispatched_with_three_keys_each(desk_page, town, sign_in, go, axe_clean, shot):
    raise_all(town)
    sign_in(desk_page, "clerk")
    for done in range(10):
        go(desk_page, "/desk/")
        desk_page.keyboard.press("j")
        desk_page.keyboard.press("Enter")
        desk_page.wait_for_selector("#f-holder")
        if done == 0:
            axe_clean(desk_page)
            shot(desk_page, "desk-triage")
        desk_page.wait_for_url("**open=*")
        before = desk_page.url
        act(desk_page)
        desk_page.wait_for_url(lambda url, before=before: url != before)
    cases = Case.objects.for_system("walk", town)
    assert cases.filter(step="dispatch", version=3).exclude(category=None).count() == 10
    assert desk_page.url.split("?")[0].endswith("/desk/")
    assert "open=" not in desk_page.url


def step(town, number):
    return Case.objects.for_system("walk", town).get(number=number).step


@pytest.mark.row("B3")
def test_a_slow_answer_holds_up_no_other_case(desk_page, town, sign_in, go):
    first, second, third, *_more = raise_all(town)
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/")
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("Enter")
    desk_page.wait_for_url(re.compile(first))
    desk_page.wait_for_selector(f"[data-ahead='{second}']")
    held = []

    def slow(route):
        return route.fallback() if held or route.request.method != "POST" else held.append(route)

    desk_page.route("**/*", slow)
    act(desk_page)
    until(desk_page, lambda: held)
    desk_page.keyboard.press("n")
    desk_page.wait_for_url(re.compile(second))
    act(desk_page)
    desk_page.wait_for_url(re.compile(third))
    assert (step(town, first), step(town, second)) == ("collect", "dispatch")
    held[0].fallback()
    desk_page.wait_for_selector(f"[data-of='{first}']", state="detached")
    assert step(town, first) == "dispatch"
    assert third in desk_page.url


@pytest.mark.row("B3")
def test_what_has_been_sent_is_not_sent_again_while_the_next_case_is_on_its_way(desk_page, town, sign_in, go):
    first, second, *_more = raise_all(town)
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/")
    posts, held = [], []

    def slow(route):
        if route.request.method == "POST":
            posts.append(route.request.url)
        return held.append(route) if second in route.request.url else route.fallback()

    desk_page.route("**/*", slow)
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("Enter")
    desk_page.wait_for_url(re.compile(first))
    until(desk_page, lambda: held)  # the next one, fetched while this one is read
    act(desk_page)
    desk_page.wait_for_selector(f"[data-of='{first}']", state="detached")
    assert step(town, first) == "dispatch"
    desk_page.keyboard.press("a")
    held[0].fallback()
    desk_page.wait_for_url(re.compile(second))
    assert len(posts) == 1


@pytest.mark.row("B3")
def test_after_an_act_the_next_case_opens_and_one_key_is_enough(desk_page, town, sign_in, go):
    numbers = raise_all(town)
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/")
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("Enter")
    for number in numbers[:3]:
        desk_page.wait_for_url(re.compile(number))
        act(desk_page)
        desk_page.keyboard.press("a")  # pressed twice: the next case is not sent off unread
    desk_page.wait_for_url(re.compile(numbers[3]))
    desk_page.keyboard.press("n")
    desk_page.wait_for_url(re.compile(numbers[4]))
    assert Case.objects.for_system("walk", town).filter(step="dispatch").count() == 3


@pytest.mark.row("B3")
def test_the_keys_are_listed_and_a_change_of_category_moves_the_proposal(desk_page, town, sign_in, go, axe_clean):
    number = raise_all(town)[0]
    sign_in(desk_page, "clerk")
    go(desk_page, f"/desk/triage/{number}/")
    desk_page.keyboard.press("x")  # the fold opens, and one writes in it at once
    assert desk_page.evaluate("document.activeElement.name") == "clause"
    desk_page.keyboard.press("x")
    desk_page.keyboard.press("?")
    desk_page.wait_for_selector("[role=dialog]")
    words = desk_page.inner_text("[role=dialog]")
    assert "类别" in words
    assert "派给" in words
    desk_page.keyboard.press("Escape")
    before = desk_page.input_value("#f-holder")
    desk_page.select_option("#f-category", label=desk_page.inner_text("#f-category option:has-text('车辆停放')").strip())
    desk_page.wait_for_function("before => document.querySelector('#f-holder').value !== before", arg=before)
    assert "规则" in desk_page.inner_text("#work .why")
    axe_clean(desk_page)
    desk_page.keyboard.press("Escape")
    act(desk_page, "x")
    desk_page.keyboard.press("Space")
    desk_page.focus("#f-reject-reason")
    desk_page.keyboard.type("不归镇里管")
    desk_page.keyboard.press("Control+Enter")
    desk_page.wait_for_url(lambda address: number not in address)
    assert Case.objects.for_system("walk", town).get(number=number).step == "refused"


@pytest.mark.row("B5")
def test_twins_are_compared_and_merged_by_keyboard(desk_page, town, sign_in, go, axe_clean, shot):
    draft = Draft("request", "村口路灯不亮", "晚上太黑了，老人孩子不敢走", lon=117.005, lat=34.605)
    main, twin = (open_case(draft, actor=who(town, "clerk"), now=timezone.now()).case.number for _each in range(2))
    sign_in(desk_page, "clerk")
    go(desk_page, f"/desk/merge/{twin}/?with={main}")
    axe_clean(desk_page)
    shot(desk_page, "desk-merge")
    act(desk_page)
    desk_page.wait_for_url(re.compile(f"/triage/{main}"))
    assert Case.objects.for_system("walk", town).get(number=twin).parent.number == main


@pytest.mark.row("B1")
def test_a_call_is_registered_while_it_is_spoken(desk_page, town, sign_in, go, axe_clean, shot):
    caller = Contact("王秀英", "19900000001")
    open_case(Draft("request", "垃圾没人清", "三天没清", contact=caller), actor=who(town, "clerk"), now=timezone.now())
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/")
    desk_page.keyboard.press("r")
    desk_page.wait_for_url("**/register/")
    desk_page.wait_for_selector("#f-phone:focus")
    desk_page.keyboard.type("19900000001")
    desk_page.keyboard.press("Tab")
    desk_page.wait_for_selector("#caller >> text=垃圾没人清")
    desk_page.fill("#f-text", "村口路灯不亮，晚上太黑")
    desk_page.fill("#f-address", "1村")
    desk_page.wait_for_selector("#f-category option:has-text('按内容判断：'):has-text('路灯照明')", state="attached")
    desk_page.wait_for_selector("#places >> text=1村")
    axe_clean(desk_page)
    shot(desk_page, "desk-register")
    desk_page.keyboard.press("Escape")
    desk_page.evaluate("document.activeElement.blur()")
    desk_page.keyboard.press("1")  # a wrong key: nobody is asked, for what was typed comes back
    desk_page.wait_for_url(lambda address: "/register/" not in address)
    desk_page.go_back()
    desk_page.wait_for_function("() => document.querySelector('#f-text')?.value")
    assert desk_page.input_value("#f-text") == "村口路灯不亮，晚上太黑"
    desk_page.focus("#f-text")
    desk_page.evaluate(CUT)
    for _each in range(2):  # said both times, where it is seen, and nothing of what was written has gone
        desk_page.keyboard.press("Control+Enter")
        desk_page.wait_for_selector("#register .sending.late-text >> text=没有提交成功")
        assert desk_page.input_value("#f-text") == "村口路灯不亮，晚上太黑"
    desk_page.evaluate("mend()")
    desk_page.keyboard.press("Control+Enter")
    desk_page.wait_for_url(re.compile("/desk/triage/"))
    case = Case.objects.for_system("walk", town).order_by("-id").first()
    assert (case.channel, case.category.key) == ("phone", "streetlight")
    assert Reporter.objects.for_system("walk", town).filter(case_id=case.pk).get().phone == "19900000001"


@pytest.mark.row("B1")
def test_the_desk_works_on_a_phone_and_without_a_script(plain_phone, town, sign_in, go):
    number = raise_all(town)[0]
    sign_in(plain_phone, "clerk")
    go(plain_phone, "/desk/")
    wide = plain_phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
    assert min(chip.bounding_box()["height"] for chip in plain_phone.locator(".chip").all()) >= 44
    assert plain_phone.locator(".find input").bounding_box()["height"] >= 44
    plain_phone.click(f"a[href*='{number}']")
    assert plain_phone.evaluate("document.documentElement.scrollWidth") <= 360
    plain_phone.select_option("#f-category", label=plain_phone.inner_text("#f-category option:has-text('车辆停放')").strip())
    plain_phone.click("button[value=look]")
    assert "派出所" in plain_phone.inner_text("#f-holder option[selected]") or plain_phone.input_value("#f-holder")
    plain_phone.click("button[value=assign]")
    case = Case.objects.for_system("walk", town).get(number=number)
    assert (case.step, case.category.key) == ("dispatch", "parking")
