"""A handler in the field, on a phone: takes a case on, calls the resident, notes the work, finishes with a photo."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from cases.case.staging import ANSWER, PHONE, at, move, raised, soon
from lianxin.cases.actions.handing import Leaving, leave_post
from lianxin.cases.models import Case, Photo
from lianxin.cases.values import Holder
from lianxin.keys.cache import forget
from lianxin.ledger.models import Entry
from lianxin.ledger.verify import verify
from lianxin.people.models import Post
from lianxin.people.queries import today
from towns import who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def picture():
    out = io.BytesIO()
    Image.new("RGB", (1600, 1200), "darkgreen").save(out, "JPEG")
    return {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def no_sideways(page):
    """Nothing on the page makes a phone scroll sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def carry_out(page, done, go):
    """The way of a case through a handler's hands."""
    go(page, f"/cases/{done.case.number}/")
    page.locator(".case-thumb button").tap()
    page.get_by_text("已接单").wait_for()
    page.get_by_text("查看电话").tap()
    page.get_by_role("button", name="办理需要").tap()
    page.locator(f'a[href="tel:{PHONE}"]').wait_for()
    box = page.locator("#act-contact")
    box.locator("summary").first.tap()
    box.get_by_text("已联系上").tap()
    box.locator("button[type=submit]").tap()
    page.get_by_text("“联系群众”已提交。").wait_for()
    box = page.locator("#act-record")
    box.locator("summary").first.tap()
    box.locator("textarea").fill("灯头烧坏，已领料")
    box.locator("button[type=submit]").tap()
    page.get_by_text("灯头烧坏，已领料").wait_for()


@pytest.mark.row("B4")
def test_a_handler_takes_a_case_on_calls_notes_and_finishes_with_a_photo(town, phone, go, sign_in, axe_clean):
    done = at(town, "dispatch")
    sign_in(phone, "handler")
    go(phone, f"/cases/{done.case.number}/")
    no_sideways(phone)
    axe_clean(phone)
    carry_out(phone, done, go)
    phone.locator(".case-thumb button").tap()
    card = phone.locator("#act-finish")
    assert card.locator("textarea").first.evaluate("each => each === document.activeElement")  # it led to what lacks
    card.locator("textarea").first.fill(ANSWER)
    card.locator("input[type=file]").set_input_files(picture())
    card.locator("[data-chosen] img").wait_for()
    axe_clean(phone)
    phone.locator(".case-thumb button").tap()
    phone.get_by_text("已办结。").wait_for()
    no_sideways(phone)
    axe_clean(phone)
    assert Case.objects.for_system("test", town).get(pk=done.case.pk).step == "feedback"
    assert Photo.objects.for_system("test", town).get(case_id=done.case.pk).moment == "after"
    looks = Entry.objects.for_system("test", town).filter(subject_kind="person", act="look")
    assert looks.count() == 1
    assert list(verify(town)) == []


@pytest.mark.row("B4")
def test_the_same_without_any_script(town, plain_phone, go, sign_in):
    done = at(town, "dispatch")
    sign_in(plain_phone, "handler")
    carry_out(plain_phone, done, go)
    card = plain_phone.locator("#act-finish")
    card.locator("textarea").first.fill(ANSWER)
    card.locator("input[type=file]").set_input_files(picture())
    card.locator("button[type=submit]").last.tap()
    plain_phone.get_by_text("已办结。").wait_for()
    assert Photo.objects.for_system("test", town).get(case_id=done.case.pk).moment == "after"


@pytest.mark.row("B5")
def test_a_stale_page_keeps_what_was_typed_and_a_fault_keeps_the_photo(town, phone, go, sign_in, axe_clean):
    done = at(town, "handle")
    sign_in(phone, "handler")
    go(phone, f"/cases/{done.case.number}/")
    card = phone.locator("#act-finish")
    card.locator("textarea").first.fill(ANSWER)
    card.locator("input[type=file]").set_input_files(picture())
    card.locator("[data-chosen] img").wait_for()
    move(town, done, ("leader", "supervise", {"demand": "今天必须修好", "until": soon(2)}))
    card.locator("button[type=submit]").last.tap()
    phone.get_by_text("您打开页面之后的变化").wait_for()
    assert phone.locator("#act-finish textarea").first.input_value() == ANSWER
    assert "已保留之前的 1 张照片" in phone.content()
    axe_clean(phone)
    phone.locator("#act-finish button[type=submit]").last.tap()
    phone.get_by_text("已办结。").wait_for()
    assert Photo.objects.for_system("test", town).filter(case_id=done.case.pk).count() == 1


@pytest.mark.row("B4")
def test_the_desk_sees_the_same_page_wide(town, desk_page, go, sign_in, axe_clean):
    done = raised(town)
    sign_in(desk_page, "clerk")
    go(desk_page, f"/cases/{done.case.number}/")
    axe_clean(desk_page)
    desk_page.locator("aside summary", has_text="地图").click()
    desk_page.locator("aside .leaflet-container").wait_for()
    desk_page.locator("#act-accept button[type=submit]").last.click()
    desk_page.get_by_text("已受理").wait_for()


@pytest.mark.row("A5", "J")
def test_who_left_while_writing_has_the_words_back_and_no_way_into_the_work(town, phone, go, sign_in, axe_clean):
    done = at(town, "handle")
    sign_in(phone, "handler")
    go(phone, f"/field/cases/{done.case.number}/")
    box = phone.locator("#act-record")
    box.locator("summary").first.tap()
    box.locator("textarea").fill("灯头烧坏，已领料")
    post, now = Post.objects.for_system("walk", town).get(account__username="handler.lx"), timezone.now()
    leave_post(post, Leaving(today(now), Holder(post.unit_id), "调离"), actor=who(town, "admin"), now=now)
    forget()
    box.locator("button[type=submit]").tap()
    phone.wait_for_selector("main [data-lost] >> text=灯头烧坏，已领料")
    assert "您的岗位已结束" in phone.inner_text("main h1")
    assert phone.locator(".rail").count() == 0
    axe_clean(phone)
