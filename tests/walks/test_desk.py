"""The desk on a wide screen: the case beside the list, the next one at once, nothing that jumps."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from calling import jpeg
from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.models import Case, Category
from lianxin.cases.queries.standing import stand
from lianxin.cases.values import Draft, Holder
from lianxin.people.queries import unit_by_key
from patience import until
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHANGED = "number => document.querySelector('[data-case]')?.dataset.case !== number"

def raise_some(town, count, text="村口路灯不亮"):
    grid, actor = grid_named(town, "1-1").pk, who(town, "clerk")
    words, point = "晚上太黑了，老人孩子不敢走", {"lon": 117.005, "lat": 34.605}  # each has its map to be drawn
    drafts = [Draft("request", f"{text}{n}", words, grid_id=grid, **point) for n in range(count)]
    return [open_case(draft, actor=actor, now=timezone.now()).case.number for draft in drafts]


def open_first(page, go, path="/desk/"):
    go(page, path)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-pane] #f-holder")


def in_view(page):
    return page.get_attribute("[data-case]", "data-case")


def send(page):
    """Have read the case, and press its key; until the next one is on screen."""
    number = in_view(page)
    page.evaluate("haveRead()")
    page.keyboard.press("a")
    page.wait_for_function(CHANGED, arg=number, polling=4)


@pytest.mark.slow
@pytest.mark.row("B3")
def test_two_hundred_cases_are_triaged_by_keyboard_on_one_page(desk_page, town, sign_in, go):
    """Nothing is loaded anew and no next case is waited for: it stands ready before the key is pressed.

    How long that takes is measured by `python -m bench.desk`.
    """
    raise_some(town, 201)
    sign_in(desk_page, "clerk")
    loaded, parts = [], []
    open_first(desk_page, go)
    desk_page.on("request", lambda asked: asked.is_navigation_request() and loaded.append(asked.url))
    desk_page.on("request", lambda asked: parts.append(asked.headers.get("x-lianxin-part")))
    for _ in range(200):
        desk_page.wait_for_selector("[data-pane][data-ahead]")
        send(desk_page)
    assert loaded == []
    assert parts.count("sent") == 200
    assert parts.count("shown") == 0
    assert Case.objects.for_system("walk", town).filter(step="dispatch", version=3).count() == 200


@pytest.mark.row("B3")
def test_the_row_goes_the_list_stays_and_a_second_press_sends_nothing(desk_page, town, sign_in, go, axe_clean, shot):
    numbers = raise_some(town, 12)
    sign_in(desk_page, "clerk")
    open_first(desk_page, go)
    assert desk_page.url.endswith(f"?open={numbers[0]}")
    axe_clean(desk_page)
    shot(desk_page, "desk-panes")
    desk_page.wait_for_selector("[data-pane][data-ahead]")
    desk_page.evaluate("haveRead()")
    desk_page.keyboard.press("a")
    desk_page.wait_for_function(CHANGED, arg=numbers[0])
    desk_page.keyboard.press("a")  # no time has passed: nobody has read the second yet
    desk_page.wait_for_timeout(300)
    assert in_view(desk_page) == numbers[1]
    assert desk_page.locator(f"[data-of='{numbers[0]}']").count() == 0
    assert "派" in desk_page.inner_text("[data-told]")
    assert Case.objects.for_system("walk", town).filter(step="dispatch").count() == 1
    desk_page.evaluate("() => { window.asks = window.fetch; window.fetch = () => Promise.reject(new TypeError('cut')); }")
    desk_page.evaluate("haveRead()")
    desk_page.keyboard.press("a")
    desk_page.wait_for_selector("[data-told].late >> text=没有提交成功")
    desk_page.evaluate("() => { window.fetch = window.asks; }")
    desk_page.keyboard.press("n")
    desk_page.wait_for_function("number => document.querySelector('[data-case]').dataset.case === number", arg=numbers[2])
    assert desk_page.locator("[data-told].late").count() == 0  # it was said of the case before
    desk_page.reload()
    desk_page.wait_for_selector("[data-pane] #f-holder")
    assert in_view(desk_page) == numbers[2]
    desk_page.keyboard.press("q")
    desk_page.wait_for_selector("[data-pane] .empty")
    assert "open=" not in desk_page.url
    assert desk_page.evaluate("document.activeElement.closest('[data-of]').dataset.of") == numbers[2]
    the_filter_by_keyboard(desk_page)


def the_filter_by_keyboard(page):
    """A key opens it and is told; arrow keys choose and Enter sends, and the focus stays where it was."""
    page.keyboard.press("?")
    assert "筛选" in page.inner_text("[role=dialog]")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.name") == "category"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.input_value("[data-auto] [name=category]")
    assert "category=" not in page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "category=" in url)
    page.wait_for_function("() => document.activeElement.name === 'category'")
    page.keyboard.press("Escape")
    page.keyboard.press("f")  # it stands open: the focus goes into it
    assert page.evaluate("document.activeElement.name") == "category"


@pytest.mark.row("B3")
def test_what_is_wrong_is_said_beside_the_field_and_a_category_moves_the_proposal(desk_page, town, sign_in, go):
    numbers = raise_some(town, 2)
    sign_in(desk_page, "clerk")
    open_first(desk_page, go)
    before = desk_page.input_value("#f-holder")
    desk_page.select_option("#f-category", label=desk_page.inner_text("#f-category option:has-text('车辆停放')").strip())
    desk_page.wait_for_function("before => document.querySelector('#f-holder').value !== before", arg=before)
    desk_page.evaluate("for (const one of document.querySelectorAll('#f-holder option')) one.value = one.value && '999'")
    desk_page.evaluate("haveRead()")
    desk_page.focus("h1")
    desk_page.keyboard.press("a")
    desk_page.wait_for_selector("[data-pane] #f-holder[aria-invalid=true]")
    assert in_view(desk_page) == numbers[0]
    assert desk_page.evaluate("document.activeElement.closest('[data-pane]') !== null")
    assert "车辆停放" in desk_page.inner_text("#f-category option:checked")


def first_in(held):
    """Hold the first that a page asks for until the test lets it go on."""

    def hold(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    return hold


@pytest.mark.row("B3")
def test_nothing_is_decided_while_what_follows_from_a_category_is_on_its_way(desk_page, town, sign_in, go):
    page, numbers, held, sent = desk_page, raise_some(town, 2), [], []
    sign_in(page, "clerk")
    open_first(page, go)
    page.wait_for_selector("[data-pane][data-ahead]")
    page.on("request", lambda asked: asked.method == "POST" and sent.append(asked.url))
    before = page.input_value("#f-holder")
    page.route("**/desk/triage/**category=**", first_in(held))
    page.select_option("#f-category", label=page.inner_text("#f-category option:has-text('车辆停放')").strip())
    until(page, lambda: held)
    page.evaluate("haveRead()")
    page.click(".desk-go button.main")
    page.focus("h1")
    page.keyboard.press("a")
    held[0].continue_()
    page.wait_for_function(MOVED, arg=before)
    page.keyboard.press("a")  # nobody has read it yet
    assert (sent, in_view(page)) == ([], numbers[0])
    moved = page.input_value("#f-holder")
    send(page)
    case = Case.objects.for_system("walk", town).get(number=numbers[0])
    assert (case.category.key, f"unit:{case.unit_id}") == ("parking", moved)
    page.unroute_all()


@pytest.mark.row("B3")
def test_a_category_found_by_a_few_letters_moves_the_proposal_and_a_filter_so_found_is_applied(desk_page, town, sign_in, go):
    page, number = desk_page, raise_some(town, 1)[0]
    sign_in(page, "clerk")
    open_first(page, go)
    before = page.input_value("#f-holder")
    page.focus("#f-category")
    page.keyboard.type("cltf")  # 车辆停放
    assert page.locator(".seek [aria-selected=true]").inner_text().endswith("车辆停放")
    page.keyboard.press("Enter")
    page.wait_for_function(MOVED, arg=before)
    assert "车辆停放" in page.inner_text("#f-category option:checked")
    assert in_view(page) == number  # a letter that seeks is no key of the desk
    go(page, "/desk/?scope=all")
    page.click("details:has([name=grid]) > summary")
    page.evaluate("""() => {
      const grid = document.querySelector("form[data-auto] [name=grid]");
      for (let n = 0; n < 20; n += 1) grid.add(new Option(`远村${n}`, "0"));
    }""")
    named = page.inner_text("form[data-auto] [name=grid] option:nth-child(2)")
    page.focus("form[data-auto] [name=grid]")
    page.keyboard.press("Alt+ArrowDown")
    page.fill(".seek input", named)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.inner_text("form[data-auto] [name=grid] option:checked") == named


@pytest.mark.row("B3")
def test_on_a_phone_a_long_list_is_found_in_by_touch(phone, town, sign_in, go, axe_clean):
    sign_in(phone, "clerk")
    go(phone, "/desk/register/")
    phone.tap("#f-category")
    phone.fill(".seek input", "车辆")
    axe_clean(phone)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.tap(".seek-choice:has-text('车辆停放')")
    assert "车辆停放" in phone.inner_text("#f-category option:checked")
    assert phone.locator(".seek").count() == 0


@pytest.mark.row("B3")
def test_a_case_that_waits_for_no_triage_opens_beside_the_list_and_is_acted_on_there(desk_page, town, sign_in, go, axe_clean):
    number = raise_some(town, 1)[0]
    sign_in(desk_page, "leader")
    go(desk_page, "/desk/?scope=all")
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("Enter")
    desk_page.wait_for_selector("[data-pane] #history")
    axe_clean(desk_page)
    desk_page.click("[data-pane] #act-note summary")
    desk_page.fill("#do-note textarea", "请尽快办理，周五前要结果")
    desk_page.click("#do-note button.main")
    desk_page.wait_for_selector("[data-pane] #history >> text=周五前要结果")
    assert re.search(rf"/desk/\?scope=all&open={number}$", desk_page.url)


MOVED = "before => document.querySelector('#f-holder').value !== before"
STORED = """() => [localStorage, sessionStorage].map(place => Object.keys(place).filter(key => key.startsWith('lx-draft:'))
    .map(key => place.getItem(key)).join())"""


@pytest.mark.row("B3")
def test_what_was_typed_comes_back_until_it_is_sent_or_thrown_away(desk_page, town, sign_in, go, axe_clean):
    numbers = raise_some(town, 3)
    sign_in(desk_page, "clerk")
    open_first(desk_page, go)
    desk_page.click(".desk-decide details.more summary")
    desk_page.locator("#f-note").press_sequentially("先问过村里")
    before = desk_page.input_value("#f-holder")
    desk_page.select_option("#f-category", label=desk_page.inner_text("#f-category option:has-text('车辆停放')").strip())
    desk_page.wait_for_function(MOVED, arg=before)
    desk_page.wait_for_function("() => document.querySelector('#f-note').value === '先问过村里'")  # drawn anew under it
    assert desk_page.locator(".desk-draft").count() == 0
    desk_page.focus("h1")
    desk_page.keyboard.press("n")
    desk_page.wait_for_function(CHANGED, arg=numbers[0])
    desk_page.reload()
    desk_page.wait_for_selector("[data-pane] #f-holder")  # before its script the list is a list of links
    desk_page.click(f"[data-of='{numbers[0]}'] a.title")
    desk_page.wait_for_selector("[data-pane] .desk-draft")
    desk_page.wait_for_function(MOVED, arg=before)
    desk_page.wait_for_function("() => document.querySelector('#f-note').value === '先问过村里'")
    assert desk_page.locator(".desk-draft").count() == 1  # drawn anew it still says so
    axe_clean(desk_page)
    desk_page.focus("h1")
    send(desk_page)
    assert Case.objects.for_system("walk", town).get(number=numbers[0]).category.key == "parking"
    assert desk_page.evaluate(STORED) == ["", ""]
    desk_page.click(".desk-decide details.more summary")
    desk_page.locator("#f-note").press_sequentially("回电 19900000001")
    kept, brief = desk_page.evaluate(STORED)
    assert "19900000001" in brief
    assert "19900000001" not in kept  # a telephone number lasts no longer than the tab
    desk_page.click(f"[data-of='{numbers[2]}'] a.title")
    desk_page.wait_for_function(CHANGED, arg=numbers[1])
    desk_page.click(f"[data-of='{numbers[1]}'] a.title")
    desk_page.click(".desk-draft button")
    desk_page.wait_for_function("() => !document.querySelector('.desk-draft') && document.querySelector('#f-note')?.value === ''")
    assert desk_page.evaluate(STORED) == ["", ""]


@pytest.mark.row("B3", "J")
def test_an_answer_to_a_case_that_a_colleague_moved_on_stays_to_be_copied(desk_page, town, sign_in, go, axe_clean, shot):
    number = raise_some(town, 2)[0]
    sign_in(desk_page, "clerk")
    open_first(desk_page, go)
    case, now = Case.objects.for_system("walk", town).get(number=number), timezone.now()
    colleague, unit = who(town, "clerk2"), Holder(unit_by_key(town, "utilities").pk)
    box = desk_page.locator("[data-pane] .box", has=desk_page.locator("#f-answer-answer"))
    box.locator("summary").first.click()
    desk_page.locator("#f-answer-answer").press_sequentially("周五去修，请放心")
    transition(case.pk, "accept", actor=colleague, now=now)
    transition(case.pk, "assign", actor=colleague, now=now, given={"holder": unit})
    box.locator("button[name=act]").click()
    desk_page.wait_for_selector("[data-pane] [data-lost] >> text=周五去修，请放心")
    shot(desk_page, "desk-lost")
    go(desk_page, f"/cases/{number}/")
    kept = desk_page.locator(".desk-over")
    assert "周五去修，请放心" in kept.inner_text()
    axe_clean(desk_page)
    kept.locator("button").click()
    desk_page.wait_for_selector(".desk-over", state="detached")
    assert desk_page.evaluate(STORED) == ["", ""]


@pytest.mark.row("B1")
def test_a_call_half_written_survives_a_wrong_key_and_not_a_sign_out(desk_page, town, sign_in, go):
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/register/")
    desk_page.locator("#f-phone").press_sequentially("19900000001")
    desk_page.locator("#f-text").press_sequentially("路灯不亮")
    asked = []
    desk_page.on("dialog", lambda question: (asked.append(question.type), question.accept()))
    desk_page.reload()
    desk_page.wait_for_selector(".desk-draft")
    assert asked == []  # it comes back by itself: nobody need be asked
    assert desk_page.input_value("#f-phone") == "19900000001"
    assert desk_page.input_value("#f-text") == "路灯不亮"
    kept, brief = desk_page.evaluate(STORED)
    assert kept == ""
    assert "19900000001" in brief
    desk_page.locator("#f-text").press_sequentially("，")
    desk_page.evaluate("Object.keys(sessionStorage).forEach(key => sessionStorage.removeItem(key))")
    desk_page.reload()
    assert asked == ["beforeunload"]  # nothing of it was kept
    desk_page.locator("#f-text").press_sequentially("又来电")
    desk_page.click("summary:has-text('照片')")
    desk_page.set_input_files("input[type=file]", {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": jpeg().getvalue()})
    desk_page.wait_for_selector("[data-chosen] img")
    desk_page.reload()
    assert asked == ["beforeunload"] * 2  # a photo would be lost
    desk_page.click(".bar .menu summary")
    desk_page.click("form[action$='/sign-out/'] button")
    desk_page.wait_for_url("**/sign-in/**")
    assert desk_page.evaluate(STORED) == ["", ""]


SHEET = """questions:
  - {key: sort, ask: {zh: 是什么犬, en: Which dogs}, type: choice, options: {stray: {zh: 流浪犬, en: Strays}, kept: {zh: 家养犬, en: Kept dogs}}}
  - {key: many, ask: {zh: 大约几条, en: About how many}, type: number, when: {sort: stray}}
"""


@pytest.mark.row("B1")
def test_a_caller_is_asked_what_their_words_bring_up_while_they_speak(desk_page, town, sign_in, go):
    dogs = Category.objects.for_system("walk", town).get(key="dogs")
    publish_questions(dogs, SHEET, base=0, why="常问", actor=who(town, "admin"), now=timezone.now())
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/register/")
    desk_page.locator("#f-text").press_sequentially("流浪狗追着小孩跑")
    asked = desk_page.locator("#asked")
    asked.get_by_text("流浪犬").click()
    asked.get_by_label("大约几条").fill("3")
    assert asked.get_by_label("流浪犬").is_checked()
    desk_page.click("button[name=do][value=save]")
    desk_page.wait_for_selector("text=请把编号读给对方")
    case = Case.objects.for_system("walk", town).get()
    assert [(row["key"], row["value"]) for row in case.answers["asked"]["rows"]] == [("sort", "stray"), ("many", "3")]


@pytest.mark.row("B1")
def test_what_is_answered_while_the_words_are_looked_up_stays(desk_page, town, sign_in, go):
    dogs = Category.objects.for_system("walk", town).get(key="dogs")
    publish_questions(dogs, SHEET, base=0, why="常问", actor=who(town, "admin"), now=timezone.now())
    page, held = desk_page, []
    sign_in(page, "clerk")
    go(page, "/desk/register/")
    page.fill("#f-text", "流浪狗")
    asked = page.locator("#asked")
    asked.get_by_text("流浪犬").wait_for()
    page.route("**/desk/register/", first_in(held))
    page.fill("#f-text", "流浪狗追着小孩跑")
    until(page, lambda: held)
    asked.get_by_text("流浪犬").click()
    held[0].continue_()
    asked.get_by_label("大约几条").wait_for()  # what follows from the answer is asked for too
    assert asked.get_by_label("流浪犬").is_checked()
    page.unroute_all()


def beat(page):
    """Look away and back: an open desk asks again when it is looked at."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.row("B3")
def test_the_list_follows_what_others_do_and_nothing_moves_under_the_reader(desk_page, browser, live_server, town, sign_in, go, axe_clean):
    numbers = raise_some(town, 5)
    sign_in(desk_page, "clerk")
    open_first(desk_page, go, "/desk/?scope=all")
    desk_page.focus("#f-urgency")
    places = "() => [...document.querySelectorAll('[data-of]')].map(row => row.dataset.of + row.getBoundingClientRect().top)"
    before = desk_page.evaluate(places)
    clerk2, now = who(town, "clerk2"), timezone.now()
    pressing = Draft("request", "井盖丢了", "有人掉进去", grid_id=grid_named(town, "1-1").pk)
    urgent = open_case(pressing, actor=clerk2, now=now - timedelta(days=7))
    transition(stand(clerk2, number=numbers[1]), "note", actor=clerk2, now=now, given={"note": "问过了"})
    transition(stand(clerk2, number=numbers[0]), "note", actor=clerk2, now=now, given={"note": "我先去问问"})
    beat(desk_page)
    desk_page.wait_for_selector("[data-news] button")
    assert desk_page.inner_text("[data-news]") == "1 件新的 · 看"
    desk_page.wait_for_selector("[data-live-since] >> text=有了变化")
    assert "clerk2" in desk_page.inner_text("[data-live-since]") or clerk2.name in desk_page.inner_text("[data-live-since]")
    assert desk_page.evaluate(places) == before
    assert desk_page.evaluate("document.activeElement.id") == "f-urgency"
    assert desk_page.locator(".changed").evaluate_all("rows => rows.map(row => row.dataset.of)") == [numbers[1]]
    assert "有变化" in desk_page.inner_text(f"[data-of='{numbers[1]}']")
    axe_clean(desk_page)
    desk_page.click("[data-again]")
    desk_page.wait_for_function("() => !document.querySelector('[data-live-since]').firstChild")
    assert desk_page.get_attribute("[data-case]", "data-version") == "2"
    desk_page.focus("h1")
    desk_page.keyboard.press("s")
    desk_page.wait_for_selector(f"[data-of='{urgent.case.number}']")
    assert desk_page.inner_text("[data-news]") == ""
    assert desk_page.locator("li.on").get_attribute("data-of") == numbers[0]


@pytest.mark.row("B3")
def test_two_people_at_one_case_see_each_other(desk_page, page, town, sign_in, go):
    raise_some(town, 1)
    sign_in(desk_page, "clerk")
    open_first(desk_page, go)
    sign_in(page, "dispatcher")
    go(page, f"/cases/{in_view(desk_page)}/")
    page.wait_for_selector(".desk-corner >> text=也打开着这件")
    beat(desk_page)
    desk_page.wait_for_selector("[data-live-others] >> text=也打开着这件")
    desk_page.keyboard.press("q")
    desk_page.wait_for_selector("[data-pane] .empty")
    assert desk_page.inner_text("[data-live-others]") == ""


@pytest.mark.row("B5")
def test_twins_are_compared_beside_the_list_and_one_key_turns_them_round(desk_page, town, sign_in, go, axe_clean, shot):
    numbers = raise_some(town, 3)
    sign_in(desk_page, "clerk")
    open_first(desk_page, go)
    desk_page.keyboard.press("m")
    desk_page.wait_for_selector("[data-pane] #f-with")
    desk_page.fill("#f-with", numbers[1])
    desk_page.keyboard.press("Enter")
    desk_page.wait_for_selector("[data-pane] .desk-compare")
    assert numbers[1][2:6] in desk_page.inner_text(".goes-on")
    axe_clean(desk_page)
    shot(desk_page, "desk-merge-pane")
    desk_page.focus("h1")
    desk_page.keyboard.press("w")
    desk_page.wait_for_function("number => document.querySelector('.goes-on')?.innerText.includes(number)", arg=numbers[0][2:6])
    desk_page.keyboard.press("w")
    desk_page.wait_for_function("number => document.querySelector('.goes-on')?.innerText.includes(number)", arg=numbers[1][2:6])
    desk_page.evaluate("haveRead()")
    desk_page.keyboard.press("a")
    desk_page.wait_for_function("number => document.querySelector('[data-case]')?.dataset.case === number", arg=numbers[1])
    assert Case.objects.for_system("walk", town).get(number=numbers[0]).parent.number == numbers[1]
    assert desk_page.locator(f"[data-of='{numbers[0]}']").count() == 0
