"""A grid worker on the phone: my cases, the nearest first, and a case raised and taken on where one stands."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case, Photo
from lianxin.cases.values import Draft, Holder
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def given_to(town, name, title, lon, *, days=0):
    """A request dispatched to a person."""
    at, actor = timezone.now() - timedelta(days=days), who(town, name)
    done = open_case(Draft("request", title, lon=lon, lat=34.605), actor=who(town, "clerk"), now=at)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=at)
    given = {"holder": Holder(actor.unit_id, actor.post_id)}
    return transition(done.standing, "assign", actor=who(town, "clerk"), now=at, given=given).case


def photo():
    kept = BytesIO()
    Image.new("RGB", (800, 600), "teal").save(kept, "JPEG")
    return {"name": "here.jpg", "mimeType": "image/jpeg", "buffer": kept.getvalue()}


@pytest.mark.row("B4")
def test_my_cases_on_the_phone_one_press_and_the_nearest_first(phone, town, sign_in, go, axe_clean, shot):
    far = given_to(town, "worker", "桥头垃圾成堆", 117.012, days=20)
    near = given_to(town, "worker", "村口路灯不亮", 117.0051)
    sign_in(phone, "worker")
    assert phone.url.endswith("/field/")
    titles = phone.locator(".town-job h3")
    assert titles.all_inner_texts() == [far.title, near.title]
    axe_clean(phone)
    shot(phone, "field")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.click("[data-near]")
    phone.wait_for_selector("[data-near-say]:not(:empty)")
    assert titles.all_inner_texts() == [near.title, far.title]
    assert "米" in phone.locator("[data-far]").first.inner_text()
    phone.locator(".town-job").first.locator("button:has-text('接单')").click()
    phone.wait_for_load_state("networkidle")
    assert Case.objects.for_system("walk", town).get(pk=near.pk).step == "handle"
    assert phone.url.endswith("/field/")


@pytest.mark.row("B1")
@pytest.mark.row("B4")
def test_a_case_is_raised_and_taken_on_where_one_stands(phone, town, sign_in, go, axe_clean, shot):
    sign_in(phone, "worker")
    go(phone, "/field/raise/")
    axe_clean(phone)
    phone.set_input_files("input[name=photos]", photo())
    phone.fill("#f-text", "井盖缺了一角，旁边是学校")
    phone.click("[data-map-here]")
    expect(phone.locator("[data-map-lon]")).not_to_have_value("")
    phone.check("#f-take")
    shot(phone, "field-raise")
    phone.click(".thumb button")
    phone.wait_for_url(lambda url: "/cases/" in url)
    case = Case.objects.for_system("walk", town).get()
    assert (case.step, case.post_id) == ("handle", who(town, "worker").post_id)
    assert case.grid_id == grid_named(town, "1-1").pk
    assert Photo.objects.for_system("walk", town).filter(case_id=case.pk).count() == 1
    axe_clean(phone)


@pytest.mark.row("B1")
def test_without_a_script_it_is_raised_all_the_same(plain_phone, town, sign_in, go):
    sign_in(plain_phone, "worker")
    go(plain_phone, "/field/raise/")
    plain_phone.fill("#f-text", "楼道里堆满了纸箱")
    plain_phone.fill("#f-address", "1村1格3号楼")
    plain_phone.click(".thumb button")
    plain_phone.wait_for_url(lambda url: url.endswith("/field/"))
    assert Case.objects.for_system("walk", town).get().step == "collect"
