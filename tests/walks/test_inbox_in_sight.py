"""The clerk's inbox: what is pressed and asked for stays in sight, and what fails says so."""

import pytest
from django.utils import timezone

from lianxin.cases.actions import open_case
from lianxin.cases.values import Draft
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B3")]
WHOLE = """selector => { const box = document.querySelector(selector).getBoundingClientRect();
  const seen = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return box.left >= 0 && box.right <= innerWidth && seen !== null && seen.closest(selector) !== null; }"""


def raise_some(town, count):
    grid, actor = grid_named(town, "1-1").pk, who(town, "clerk")
    drafts = [Draft("request", f"村口路灯不亮{n}", "晚上太黑了", grid_id=grid) for n in range(count)]
    return [open_case(draft, actor=actor, now=timezone.now()).case.number for draft in drafts]


def test_on_a_phone_a_pressed_chip_and_what_the_list_is_narrowed_to_are_in_sight(phone, town, sign_in, go, axe_clean):
    raise_some(town, 12)
    sign_in(phone, "clerk")
    go(phone, "/desk/?scope=all&light=ok&shared=1")
    assert phone.evaluate(WHOLE, ".desk-sieve .chip.on:last-child")
    go(phone, "/desk/?scope=all&light=ok")
    axe_clean(phone)
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert phone.evaluate(WHOLE, ".desk-only strong")
    phone.click(".desk-only a")
    phone.wait_for_url("**/desk/?scope=all")
    assert phone.locator(".desk-only").count() == 0
