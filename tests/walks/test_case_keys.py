"""The page of one case by keyboard: each act has a key, opens onto its first field, and folds away again."""

import pytest

from cases.case.staging import ANSWER, at
from lianxin.cases.models import Case
from patience import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEYED = """() => [...document.querySelectorAll('[data-key]')].filter(each => each.offsetParent !== null)
  .map(each => each.dataset.key)"""
FOCUS = "() => { const at = document.activeElement; return at.name || at.id || at.tagName + at.dataset.key; }"


def keys_of(page):
    """The key beside each act, by what the button says."""
    boxes = page.locator(".case-acts summary[data-key]").evaluate_all(
        "each => each.map(one => [one.closest('details').id.slice(4), one.dataset.key])"
    )
    return dict(boxes)


@pytest.mark.row("B4")
def test_a_handler_records_returns_and_finishes_without_a_mouse(desk_page, town, sign_in, go, axe_clean, shot):
    done = at(town, "handle")
    sign_in(desk_page, "handler")
    go(desk_page, f"/cases/{done.case.number}/")
    given = desk_page.evaluate(KEYED)
    assert len(given) == len(set(given))
    keys = keys_of(desk_page)
    assert {"record", "send_back", "ask_extension", "cohandle", "escalate", "note", "contact"} <= set(keys)
    desk_page.keyboard.press("?")
    told = desk_page.inner_text("[role=dialog]")
    for words in ("办理记录", "退回", "申请延期", "协办", "升级", "内部备注", "办结"):
        assert words in told
    desk_page.keyboard.press("Escape")
    desk_page.keyboard.press(keys["record"])
    assert desk_page.evaluate(FOCUS) == "note"
    desk_page.keyboard.type("灯头烧坏")
    axe_clean(desk_page)
    shot(desk_page, "case-keys")
    desk_page.keyboard.press("Escape")  # folded with what was typed, and the button has the focus
    assert not desk_page.locator("#act-record").evaluate("each => each.open")
    assert desk_page.evaluate(FOCUS) == f"SUMMARY{keys['record']}"
    desk_page.keyboard.press(keys["send_back"])
    assert desk_page.evaluate(FOCUS) == "reason"
    desk_page.keyboard.press("Escape")
    desk_page.locator("#act-record > summary").click()  # by hand too one is where to write
    desk_page.wait_for_function("() => document.activeElement.name === 'note'")
    assert desk_page.input_value("#act-record textarea") == "灯头烧坏"
    desk_page.keyboard.press("Escape")
    desk_page.keyboard.press("a")
    assert desk_page.evaluate(FOCUS) == "answer"
    desk_page.keyboard.type(ANSWER)
    desk_page.keyboard.press("Control+Enter")
    desk_page.locator(".timeline .act", has_text="办结").wait_for()
    assert Case.objects.for_system("walk", town).get(pk=done.case.pk).step == "feedback"


@pytest.mark.row("B9")
def test_an_act_asked_for_by_its_address_stands_open_on_the_desk(desk_page, town, sign_in, go):
    done = at(town, "handle")
    sign_in(desk_page, "supervisor")
    go(desk_page, f"/cases/{done.case.number}/#act-supervise")
    desk_page.wait_for_function("() => document.activeElement.name === 'demand'")
    desk_page.keyboard.press("Escape")
    assert not desk_page.locator("#act-supervise").evaluate("each => each.open")


HELD_PHOTO = """document.addEventListener("DOMContentLoaded", () => {
  document.body.appendChild(new Image()).src = "/held.png";
});"""


@pytest.mark.row("B9")
def test_who_writes_before_the_page_is_whole_is_not_led_away(desk_page, town, sign_in, live_server):
    done, held = at(town, "handle"), []
    sign_in(desk_page, "supervisor")
    desk_page.add_init_script(HELD_PHOTO)
    desk_page.route("**/held.png", lambda route: held.append(route))  # noqa: PLW0108 - a built-in cannot be asked how many it takes
    desk_page.goto(f"{live_server.url}/cases/{done.case.number}/#act-supervise", wait_until="domcontentloaded")
    until(desk_page, lambda: held)
    assert desk_page.locator("#act-supervise").evaluate("each => each.open")
    desk_page.focus("#find")
    desk_page.keyboard.type("路灯")
    held[0].fulfill(body=b"", content_type="image/png")
    desk_page.wait_for_load_state()
    desk_page.evaluate("new Promise((done) => setTimeout(done, 100))")
    assert desk_page.evaluate("document.activeElement.id") == "find"
