"""A supervisor's morning: press what is late, draw a sample, close; and a leader opens a figure to its cases."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from lianxin.cases.actions import open_case, transition
from lianxin.cases.models import Case
from lianxin.cases.values import Draft, Holder
from lianxin.people.queries import unit_by_key
from towns import grid_named, reporter_of, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACTS = (
    ("clerk", "accept", {}),
    ("clerk", "assign", {"holder": True}),
    ("handler", "take", {}),
    ("handler", "finish", {"answer": "已修好，晚上亮了。"}),
    ("reporter", "satisfied", {"rating": "5"}),
)


def case(town, title, acts, days):
    """A request of some days ago, as far as the first so many acts have brought it."""
    at = timezone.now() - timedelta(days=days)
    done = open_case(Draft("request", title, grid_id=grid_named(town, "1-1").pk), actor=who(town, "clerk"), now=at)
    reporter = reporter_of(town, done)
    for name, act, given in ACTS[:acts]:
        at += timedelta(minutes=10)
        if "holder" in given:
            given = {"holder": Holder(unit_by_key(town, "utilities").pk, who(town, "handler").post_id)}
        actor = reporter if name == "reporter" else who(town, name)
        done = transition(done.standing, act, actor=actor, now=at, given=given)
    return done.case


def now_of(town, one):
    return Case.objects.for_system("walk", town).get(pk=one.pk)


def act(page, key):
    """Press an act's key, as somebody who has seen the page; until the page it leads to is there."""
    page.evaluate("haveRead()")
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.row("B5")
@pytest.mark.row("B9")
def test_late_cases_are_pressed_from_the_list_by_keyboard(desk_page, town, sign_in, axe_clean, shot):
    late = case(town, "井盖碎了", 3, 30)
    sign_in(desk_page, "supervisor")
    assert desk_page.url.endswith("/supervise/")
    axe_clean(desk_page)
    shot(desk_page, "supervise")
    desk_page.keyboard.press("j")
    act(desk_page, "c")  # 催办
    assert now_of(town, late).state["counts"]["reminded"] == 1
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("d")  # 督办: what, until when
    until = timezone.localtime(timezone.now() + timedelta(days=3))
    desk_page.fill(f"#demand-supervise-{late.pk}", "三天内修好并回电")
    desk_page.fill(f"#until-supervise-{late.pk}", f"{until:%Y-%m-%dT%H:%M}")
    axe_clean(desk_page)
    with desk_page.expect_navigation():
        desk_page.locator(".town-do-in button").click()
    assert now_of(town, late).state["counts"]["supervised"] == 1
    desk_page.click("text=未回音")
    expect(desk_page.locator(".town-rows > li")).to_have_count(1)
    axe_clean(desk_page)


# The left edges of the due date and of what stands before it in its own line, and the words of the rail beyond their place.
EDGES = """() => {
  const due = document.querySelector(".town-when .since").getBoundingClientRect(), box = document.querySelector(".town-when").getBoundingClientRect();
  const words = [...document.querySelectorAll(".rail li a")].filter((a) => a.offsetParent).filter((a) => {
    const range = document.createRange();
    range.selectNodeContents(a);
    return range.getBoundingClientRect().left < 0 || a.scrollWidth > a.clientWidth;
  });
  return [due.top >= document.querySelector(".town-when .light").getBoundingClientRect().bottom, due.left - box.left, words.map((a) => a.textContent)];
}"""


@pytest.mark.row("B5")
def test_on_a_phone_the_due_date_stands_under_the_cells_and_the_rail_s_words_are_whole(phone, town, live_server, sign_in, go):
    case(town, "井盖碎了", 3, 30)
    sign_in(phone, "supervisor")
    phone.evaluate("document.querySelector('.town-when .light').lastChild.textContent = '已超 21 天 3 小时 20 分钟'")  # as at most hours
    below, indent, cut = phone.evaluate(EDGES)
    assert (below, indent, cut) == (True, 0, [])
    phone.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
    go(phone, "/supervise/")
    assert phone.evaluate(EDGES)[2] == []


@pytest.mark.row("B6")
def test_a_sample_is_drawn_and_an_answered_case_closed(desk_page, town, sign_in, go, axe_clean):
    answered = case(town, "路灯不亮", 5, 1)
    sign_in(desk_page, "supervisor")
    go(desk_page, "/supervise/?list=calls")
    assert desk_page.locator(".town-rows > li").count() == 0
    desk_page.click("text=抽取回访样本")
    desk_page.wait_for_selector(".town-rows > li")
    assert "抽样抽中" in desk_page.inner_text(".town-rows")
    axe_clean(desk_page)
    go(desk_page, "/supervise/?list=review")
    desk_page.keyboard.press("j")
    act(desk_page, "e")  # 归档
    assert now_of(town, answered).step == "closed"


@pytest.mark.row("B5")
def test_more_time_is_granted_from_the_list(desk_page, town, sign_in, go, axe_clean):
    asked = case(town, "换水管要等配件", 3, 0)
    until = (timezone.now() + timedelta(days=20)).replace(second=0, microsecond=0)
    given = {"reason": "配件要从厂家发来", "until": until}
    transition(asked.pk, "ask_extension", actor=who(town, "handler"), now=timezone.now(), given=given)
    sign_in(desk_page, "supervisor")
    go(desk_page, "/supervise/?list=extension")
    assert "配件要从厂家发来" in desk_page.inner_text(".town-rows")
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("g")  # 批准延期: the date asked for stands there
    axe_clean(desk_page)
    with desk_page.expect_navigation():
        desk_page.locator(f"#until-grant_extension-{asked.pk}").press("Enter")
    assert now_of(town, asked).due_at == until


@pytest.mark.row("I1")
def test_a_leader_opens_a_figure_to_its_cases(desk_page, town, sign_in, go, axe_clean, shot):
    case(town, "路灯不亮", 5, 3)
    case(town, "井盖碎了", 3, 30)
    sign_in(desk_page, "leader")
    assert desk_page.url.endswith("/town/")
    axe_clean(desk_page)
    shot(desk_page, "town")
    figure = desk_page.locator("a.stat[href*='what=late']")
    count = int(figure.get_attribute("data-n"))
    figure.click()
    desk_page.wait_for_selector("[data-count-of]")
    assert desk_page.locator(".desk-rows > li").count() == count == 1
    axe_clean(desk_page)
    for path in ("/grids/", f"/grids/{grid_named(town, '1-1').pk}/", "/staff/", f"/staff/{who(town, 'handler').post_id}/"):
        go(desk_page, path)
        desk_page.wait_for_load_state("networkidle")
        axe_clean(desk_page)


@pytest.mark.row("A5")
def test_an_administrator_ends_a_post_and_hands_its_work_over(desk_page, town, sign_in, go, axe_clean):
    held = case(town, "井盖碎了", 3, 1)
    sign_in(desk_page, "admin")
    go(desk_page, "/staff/?q=handler")
    desk_page.click(f"a[href='/staff/{who(town, 'handler').post_id}/']")
    desk_page.click("summary:has-text('离岗并移交工作')")
    desk_page.select_option("#f-to", f"post:{who(town, 'handler2').post_id}")
    desk_page.fill("#f-reason", "调到县里")
    axe_clean(desk_page)
    desk_page.press("#f-reason", "Enter")  # sends nothing: it has not been asked yet
    desk_page.click("summary:has-text('结束岗位并移交')")
    axe_clean(desk_page)
    desk_page.click("button:has-text('确定结束岗位并移交')")
    desk_page.wait_for_selector("text=已离岗")
    assert now_of(town, held).post_id == who(town, "handler2").post_id
    axe_clean(desk_page)
