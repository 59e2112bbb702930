"""The habits of a desk by keyboard: several rows chosen, acted on together and taken back; a reply text put in."""

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.actions.followups import follow_up
from lianxin.cases.actions.replies import ReplyFacts, add_reply
from lianxin.cases.models import Case
from lianxin.cases.values import Draft
from lianxin.people.queries import today
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B5")]


def raised(town, count):
    grid, actor = grid_named(town, "1-1").pk, who(town, "clerk")
    drafts = [Draft("request", f"村口路灯不亮{n}", grid_id=grid) for n in range(count)]
    return [open_case(draft, actor=actor, now=timezone.now()).case for draft in drafts]


def steps(town):
    rows = Case.objects.for_system("walk", town).order_by("number")
    return list(rows.values_list("step", flat=True))


def test_rows_are_chosen_by_keys_and_a_stretch_by_shift_accepted_and_taken_back(desk_page, town, sign_in, go, axe_clean):
    raised(town, 5)
    sign_in(desk_page, "clerk")
    go(desk_page, "/desk/")
    button = desk_page.locator("#bulk button")
    assert button.is_disabled()
    for key in ("j", "x", "j", "x", "x"):
        desk_page.keyboard.press(key)
    boxes = desk_page.locator(".pick input")
    assert [boxes.nth(n).is_checked() for n in range(5)] == [True, False, False, False, False]
    boxes.nth(3).click(modifiers=["Shift"])
    assert boxes.evaluate_all("all => all.filter(each => each.checked).length") >= 3
    desk_page.keyboard.press("*")
    assert desk_page.locator("[data-pick-count]").inner_text() == "已选 5 件"
    axe_clean(desk_page)
    desk_page.evaluate("document.activeElement.blur()")
    desk_page.keyboard.press("u")
    desk_page.wait_for_url("**/desk/bulk/?**")
    axe_clean(desk_page)
    desk_page.locator("#act-accept > summary").click()
    desk_page.locator("#act-accept button.main").click()
    desk_page.wait_for_url("**/desk/bulk/*/")
    assert steps(town) == ["triage"] * 5
    axe_clean(desk_page)
    desk_page.evaluate("document.activeElement.blur()")
    desk_page.evaluate("haveRead()")
    desk_page.keyboard.press("z")
    desk_page.get_by_text("已撤销 5 件").wait_for()
    assert steps(town) == ["collect"] * 5


def test_a_reply_text_goes_in_where_the_cursor_is_by_keyboard_and_what_was_typed_stays(desk_page, town, sign_in, go):
    case, now = raised(town, 1)[0], timezone.now()
    unit = who(town, "clerk").unit_id
    add_reply(ReplyFacts("不归镇里", "{number} 不归镇里管。", "reason", unit_id=unit), actor=who(town, "clerk"), now=now)
    sign_in(desk_page, "clerk")
    go(desk_page, f"/cases/{case.number}/")
    desk_page.locator("#act-reject > summary").click()
    field = desk_page.locator("#reject-reason")
    field.fill("前后")
    field.press("ArrowLeft")
    field.press("Control+.")
    desk_page.locator("#reject-reason-reply").select_option(label="不归镇里")
    desk_page.keyboard.press("Enter")
    desk_page.wait_for_function("() => document.querySelector('#reject-reason').value.includes('不归镇里管')")
    assert field.input_value().startswith("前\nLX")
    assert field.input_value().endswith("不归镇里管。后")
    assert steps(town) == ["collect"]


def test_the_pages_of_these_habits_are_open_to_everyone_and_fit_a_phone(phone, town, sign_in, go, axe_clean):
    case, now = raised(town, 1)[0], timezone.now()
    clerk = who(town, "clerk")
    text = add_reply(ReplyFacts("不归镇里", "{number} 不归镇里管。", "reason", unit_id=clerk.unit_id), actor=clerk, now=now)
    follow_up(case, today(now), "问一问", actor=clerk, now=now)
    sign_in(phone, "clerk")
    places = ("/desk/replies/", f"/desk/replies/{text.pk}/", "/desk/follow-ups/", f"/desk/bulk/?pick={case.number}")
    for path in (*places, f"/cases/{case.number}/"):
        go(phone, path)
        axe_clean(phone)
        assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
