"""The report in the elder's view: one thing a screen, voice first; without a script the whole form."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from lianxin.cases.models import Case, Photo
from lianxin.places.models import AddressName
from rulers import too_small
from towns import grid_named
from walks.test_field_offline import drafted
from walks.test_resident import HEARING, lamp, picture

pytestmark = [pytest.mark.browser, pytest.mark.row("B1")]

WORDS = "东头第二根路灯连着三晚不亮"
ON = ".step.on .step-head"
NEXT, BACK, SEND = "[data-step-next]", "[data-step-back]", ".thumb button[type=submit]"


PLACES = """() => {
  const at = (selector) => document.querySelector(selector).getBoundingClientRect();
  const tel = at('.call-bar'), thumb = at('.stepped > .thumb'), head = at('.step.on .step-head');
  return { tel: tel.top >= 0 && tel.bottom <= innerHeight, thumb: Math.round(innerHeight - thumb.bottom),
           head: head.top >= tel.bottom && head.bottom <= thumb.top };
}"""


@pytest.fixture
def elder(phone, live_server, town):
    town.phone = "0990-6681200"
    town.save(update_fields=["phone"])
    phone.context.add_cookies([{"name": "lx_size", "value": "elder", "url": live_server.url}])
    return phone


@pytest.fixture
def at(axe_clean, shot):
    """The step that is seen, alone, by its number and the number of all; it is open to everyone.

    The telephone is in sight, and the buttons are where the thumb found them.
    """

    def check(page, step, of=4, focus=True, told="第 {} 步，共 {} 步"):
        expect(page.locator(ON)).to_contain_text(told.format(step, of))
        assert page.evaluate(PLACES) == {"tel": True, "thumb": 0, "head": True}
        assert page.locator(".step:visible").count() == 1
        assert page.locator(SEND).is_visible() == (step == of)
        assert page.locator(NEXT).is_visible() == (step != of)
        assert page.locator(BACK).is_visible() == (step != 1)
        if focus:
            expect(page.locator(ON)).to_be_focused()
        axe_clean(page)
        assert not list(too_small(page, type=18, thumb=60))
        shot(page, f"report-elder-{step}-of-{of}-360")

    return check


def test_an_elder_speaks_and_sends_one_thing_a_screen(town, elder, go, at):
    elder.add_init_script(HEARING)
    go(elder, "/report/")
    at(elder, 1, focus=False)
    speak, text = elder.locator(".speak"), elder.locator("textarea[name=text]")
    assert speak.bounding_box()["height"] >= 100
    assert speak.bounding_box()["y"] < text.bounding_box()["y"] < 740
    assert not elder.locator("input[name=category]").first.is_visible()
    elder.locator(NEXT).tap()  # nothing is said yet: it stays, and says so
    at(elder, 1, focus=False)
    expect(text).to_be_focused()
    speak.tap()
    elder.evaluate(f"hear('{WORDS}', true)")
    expect(text).to_have_value(WORDS)
    elder.evaluate("ear.stop()")
    elder.locator(NEXT).tap()
    at(elder, 2)
    elder.set_input_files("input[type=file]", [picture()])
    elder.wait_for_selector(".chosen img")
    elder.locator(NEXT).tap()
    at(elder, 3)
    elder.go_back()  # the browser's own button goes back by a step, and forward again
    at(elder, 2)
    elder.go_forward()
    at(elder, 3)
    elder.locator(BACK).tap()
    at(elder, 2)
    elder.locator(NEXT).tap()
    elder.get_by_role("button", name="我的位置").tap()
    expect(elder.locator("input[name=source]")).to_have_value("gps")
    elder.locator("input[name=address]").press("Enter")  # goes on; it does not send
    at(elder, 4)
    elder.locator(SEND).tap()
    elder.wait_for_url("**/sent/")
    case = Case.objects.for_system("walk", town).get()
    assert (case.title, case.grid_id) == (WORDS, grid_named(town, "1-1").pk)
    assert Photo.objects.for_system("walk", town).filter(case_id=case.pk).count() == 1
    go(elder, "/report/")  # the next one begins at its beginning
    at(elder, 1, focus=False)


@pytest.mark.parametrize("choices", [{}, {"lx_theme": "dark", "django_language": "en"}])
def test_in_the_largest_type_a_step_holds_and_the_telephone_stays_in_sight(choices, town, elder, live_server, go, at):
    chosen = {"lx_size": "largest", **choices}
    elder.context.add_cookies([{"name": n, "value": v, "url": live_server.url} for n, v in chosen.items()])
    elder.add_init_script(HEARING)
    go(elder, "/report/")
    said = "Step {} of {}" if choices else "第 {} 步，共 {} 步"
    at(elder, 1, focus=False, told=said)
    elder.fill("textarea[name=text]", WORDS)
    for step in (2, 3, 4):
        elder.locator(NEXT).tap()
        at(elder, step, told=said)
        assert elder.evaluate("document.documentElement.scrollWidth") == 360


def test_a_fault_and_a_question_lead_to_their_step(town, elder, go, at):
    for grid in ("1-1", "2-1"):
        AddressName.objects.create(
            town=town, name="柳荫路", kind="road", grid=grid_named(town, grid), point=[117.025, 34.605]
        )
    lamp(town)
    elder.route("**/report/*/**", lambda route: route.fulfill(body=""))  # nothing is offered while one writes: it is asked
    go(elder, "/report/")
    elder.fill("textarea[name=text]", "村口路灯坏了，晚上看不见路")
    elder.locator(NEXT).tap()
    elder.locator(NEXT).tap()
    elder.fill("input[name=address]", "柳荫路口")
    elder.locator(NEXT).tap()
    elder.fill("input[name=phone]", "12")
    elder.locator(SEND).tap()
    elder.wait_for_selector(".summary")
    at(elder, 4, focus=False)
    elder.locator(BACK).tap()
    at(elder, 3)
    elder.locator(".summary a").tap()  # what is wrong leads to where it is
    at(elder, 4, focus=False)
    expect(elder.locator("input[name=phone]")).to_be_focused()
    elder.fill("input[name=phone]", "")
    elder.locator(SEND).tap()
    elder.wait_for_selector(".summary.asking")
    at(elder, 5, of=5, focus=False)
    elder.locator(BACK).tap()
    at(elder, 4, of=5)
    elder.locator(BACK).tap()
    elder.locator(BACK).tap()
    elder.locator(BACK).tap()
    at(elder, 1, of=5)
    assert elder.input_value("textarea[name=text]") == "村口路灯坏了，晚上看不见路"
    for _ in range(4):
        elder.locator(NEXT).tap()
    elder.locator(SEND).tap()  # the place is still asked for: the browser says so, and the step stays
    at(elder, 5, of=5, focus=False)
    elder.locator(".ask label", has_text="1村1格").tap()
    elder.locator(SEND).tap()
    elder.wait_for_url("**/sent/")
    case = Case.objects.for_system("walk", town).order_by("-pk").first()
    assert case.grid_id == grid_named(town, "1-1").pk


def test_who_goes_on_while_it_still_listens_takes_along_what_was_heard(town, elder, go, at):
    elder.add_init_script(HEARING)
    go(elder, "/report/")
    elder.locator(".speak").tap()
    elder.evaluate(f"hear('{WORDS}', false)")  # not final yet
    elder.locator(NEXT).tap()
    at(elder, 2)
    expect(elder.locator("textarea[name=text]")).to_have_value(WORDS)
    expect(elder.locator(".speak")).to_have_attribute("aria-pressed", "false")
    elder.locator(BACK).tap()
    at(elder, 1)


def test_without_a_net_it_is_kept_and_taken_back_at_its_beginning(town, elder, live_server, go, at, axe_clean, shot):
    go(elder, "/report/")
    elder.fill("textarea[name=text]", WORDS)
    elder.locator(NEXT).tap()
    elder.context.set_offline(True)  # the lift, in the middle
    elder.set_input_files("input[type=file]", [picture()])
    elder.wait_for_selector(".chosen img")
    elder.locator(NEXT).tap()
    elder.fill("input[name=address]", "东头")
    elder.locator(NEXT).tap()
    elder.locator(SEND).tap()
    expect(elder.locator(".kept-note")).to_be_focused()
    expect(elder.locator("[data-outbox-say]")).to_contain_text("1 件还没发出")
    assert not elder.locator(".thumb").is_visible()
    assert elder.locator(".call-bar").bounding_box()["y"] >= 0
    axe_clean(elder)
    shot(elder, "report-elder-kept-360")
    elder.get_by_role("button", name="看一看").tap()
    at(elder, 1, focus=False)
    shot(elder, "report-elder-taken-back-360")
    expect(elder.locator("textarea[name=text]")).to_be_focused()
    expect(elder.locator("textarea[name=text]")).to_have_value(WORDS)
    for step in (2, 3, 4):
        elder.locator(NEXT).tap()
        at(elder, step)
    elder.context.set_offline(False)
    elder.locator(SEND).tap()
    elder.wait_for_url("**/sent/")
    case = Case.objects.for_system("walk", town).get()
    assert Photo.objects.for_system("walk", town).filter(case_id=case.pk).count() == 1


def test_a_letter_that_was_refused_opens_at_the_step_that_is_wrong(town, elder, go, at, shot):
    go(elder, "/report/")
    elder.fill("textarea[name=text]", WORDS)
    for _ in range(3):
        elder.locator(NEXT).tap()
    elder.fill("input[name=phone]", "12")
    elder.context.set_offline(True)
    elder.locator(SEND).tap()
    expect(elder.locator(".kept-note")).to_be_visible()
    elder.context.set_offline(False)  # it is sent by itself
    expect(elder.locator(".summary")).to_be_visible()
    at(elder, 4, focus=False)
    shot(elder, "report-elder-refused-360")
    assert elder.input_value("input[name=phone]") == "12"
    elder.fill("input[name=phone]", "")
    elder.locator(SEND).tap()
    elder.wait_for_url("**/sent/")
    assert Case.objects.for_system("walk", town).get().title == WORDS


def test_words_kept_on_the_phone_come_back_at_the_first_step(town, elder, go, at):
    go(elder, "/report/")
    elder.fill("textarea[name=text]", WORDS)
    elder.locator(NEXT).tap()
    elder.locator(NEXT).tap()
    elder.fill("input[name=address]", "东头")
    drafted(elder, "东头")
    go(elder, "/report/")
    expect(elder.locator("textarea[name=text]")).to_have_value(WORDS)
    at(elder, 1, focus=False)
    elder.locator(NEXT).tap()
    elder.locator(NEXT).tap()
    at(elder, 3)
    expect(elder.locator("input[name=address]")).to_have_value("东头")


def test_where_the_browser_does_not_listen_the_keyboard_s_microphone_is_named(town, elder, go, at):
    elder.add_init_script("delete window.SpeechRecognition; delete window.webkitSpeechRecognition;")
    go(elder, "/report/")
    at(elder, 1, focus=False)
    assert not elder.locator(".speak").is_visible()
    assert "输入法上的话筒" in elder.locator(".speak-room").inner_text()


def test_without_a_script_the_elder_has_the_whole_form(town, plain_phone, live_server, go):
    plain_phone.context.add_cookies([{"name": "lx_size", "value": "elder", "url": live_server.url}])
    go(plain_phone, "/report/")
    assert plain_phone.locator(".step:visible").count() == 4
    ends = plain_phone.locator(".step").evaluate_all("all => all.map(each => each.getBoundingClientRect()).map(box => [box.top, box.bottom])")
    assert all(after[0] - before[1] >= 24 for before, after in pairwise(ends))  # each question stands by itself
    for name in (NEXT, BACK, ".speak"):
        assert not plain_phone.locator(name).is_visible()
    plain_phone.fill("textarea[name=text]", WORDS)
    plain_phone.fill("input[name=phone]", "19900000042")
    plain_phone.locator(SEND).click()
    plain_phone.wait_for_url("**/sent/")
    assert Case.objects.for_system("walk", town).get().title == WORDS
