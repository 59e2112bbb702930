"""The habits of a desk, each from beginning to end by those who have it, in a browser with the page's script on.

Each walk is one journey. Cases are brought where it begins by the town's own doors; whoever goes on is somebody else
at the same screen.
"""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import expect

from cases.case.staging import ACCEPT, ANSWER, PHONE, TAKE, assign, at, move, raised
from lianxin.cases import daily
from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.afterwards import ask_later
from lianxin.cases.links import link_code
from lianxin.cases.models import Case, Reporter
from lianxin.cases.queries.daily import works_on
from lianxin.cases.values import Draft, Holder
from lianxin.jobs.queue import run_due
from lianxin.people.models import Account
from towns import grid_named, who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sits_down(live_server):
    """Another of the staff sits down at a screen (that one signs in by the page is walked elsewhere)."""

    def change(page, username):
        client = Client()
        account = Account.objects.get(username=f"{username}.lx")
        client.force_login(account, backend="lianxin.people.backends.AccountBackend")
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return change


def steps(town):
    return list(Case.objects.for_system("walk", town).order_by("number").values_list("step", flat=True))


def fresh(done):
    return Case.objects.for_system("walk", done.case.town_id).get(pk=done.case.pk)


def private(done):
    """The reporter's own page."""
    first = Reporter.objects.for_system("walk", done.case.town_id).get(case_id=done.case.pk, first=True)
    return f"/r/{done.case.number}/{link_code(first.pk)}/"


def picture(colour="navy"):
    out = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def fits(page, axe_clean):
    axe_clean(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def unfold(page, act):
    """Open an act's box on a case's page."""
    page.locator(f"#act-{act} > summary").click()
    return page.locator(f"#do-{act}")


def sent(page, form):
    """Press the button of an act's form; until the page has come anew."""
    with page.expect_navigation():
        form.locator("button.full").click()
    page.wait_for_selector("#history")


def press(page, key):
    """A key that acts, by somebody who has seen the page."""
    page.evaluate("haveRead()")
    page.keyboard.press(key)


def loaded(page, words):
    with page.expect_download() as coming:
        page.get_by_role("button", name=words).click()
    return coming.value


@pytest.mark.row("B3", "B5", "J")
def test_a_unit_shares_a_view_hands_out_together_and_takes_its_register_home(
    desk_page, town, live_server, sits_down, go, axe_clean
):
    page = desk_page
    dones = [raised(town, title=title) for title in ("=HYPERLINK(0)", "路灯不亮", "井盖破了", "下水道堵了")]
    sits_down(page, "clerk")
    go(page, "/desk/?scope=all&light=ok")
    page.keyboard.press("b")
    page.locator("#view-name:focus").fill("全镇在办")
    page.check("#view-name-shared")
    page.keyboard.press("Enter")
    page.wait_for_selector(".desk-only >> text=全镇在办")
    sits_down(page, "clerk2")
    go(page, "/desk/?scope=mine")
    page.click(".views-strip summary >> text=视图")
    page.click(".views-strip .chip >> text=全镇在办")
    page.wait_for_url("**scope=all&light=ok")
    expect(page.locator("[data-of]")).to_have_count(4)
    go(page, "/desk/views/")
    expect(page.locator(".views-list li")).to_contain_text("clerk 建")
    axe_clean(page)
    the_last_is_made_urgent(page, dones[3], go)
    three_are_handed_out_and_taken_back(page, town, go, axe_clean)
    the_register_comes_along(page, dones[3], live_server, go, axe_clean)
    sits_down(page, "handler")
    go(page, "/desk/?scope=mine")
    expect(page.locator(".views-strip .chip")).to_have_count(0)


def the_last_is_made_urgent(page, done, go):
    go(page, f"/cases/{done.case.number}/")
    form = unfold(page, "regrade")
    form.get_by_label("特急").check()
    form.locator("textarea").fill("污水流进了地下室")
    sent(page, form)
    expect(page.locator(".case-head .badge.late")).to_have_text("特急")
    expect(page.locator("#history")).to_contain_text("污水流进了地下室")


def three_are_handed_out_and_taken_back(page, town, go, axe_clean):
    go(page, "/desk/?scope=all&urgency=normal")
    page.keyboard.press("*")
    expect(page.locator("[data-pick-count]")).to_have_text("已选 3 件")
    press(page, "u")
    page.wait_for_url("**/desk/bulk/?**")
    form = unfold(page, "assign")
    form.locator("select").first.select_option(label=page.inner_text("#do-assign option:has-text('公用事业')").strip())
    axe_clean(page)
    form.locator("button.main").click()
    page.wait_for_url("**/desk/bulk/*/")
    assert steps(town).count("dispatch") == 3
    press(page, "z")
    page.get_by_text("已撤销 3 件").wait_for()
    assert steps(town) == ["collect"] * 4


def the_register_comes_along(page, done, live_server, go, axe_clean):
    go(page, "/desk/?scope=all")
    page.click(".views-strip summary >> text=更多")
    page.locator(".views-ways").get_by_role("link", name="打印").click()
    page.wait_for_url("**/desk/print/**")
    axe_clean(page)
    sheet = load_workbook(io.BytesIO(loaded(page, "台账（Excel）").path().read_bytes())).active
    titles = [row[4] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert titles[0] == "'=HYPERLINK(0)"
    rows = list(csv.reader(io.StringIO(loaded(page, "台账（CSV）").path().read_text("utf-8-sig"))))
    assert [row[4] for row in rows[1:]] == titles
    for path in ("/desk/print/register.pdf?scope=all", f"/cases/{done.case.number}/slip.pdf"):
        answer = page.request.get(live_server.url + path)
        assert answer.body().startswith(b"%PDF"), path


SECRET, SAID = "内部：灯杆是公路站的", "杆归公路站，灯归我们"


@pytest.mark.row("B5", "B8", "B9")
def test_units_talk_inside_and_the_resident_reads_the_answer_alone(desk_page, phone, town, sits_down, go, axe_clean):
    page, done = desk_page, at(town, "handle")
    path = f"/cases/{done.case.number}/"
    sits_down(page, "handler")
    go(page, path)
    form = unfold(page, "note")
    form.locator("textarea").fill(SECRET)
    sent(page, form)
    expect(page.locator("#history .inside").first).to_contain_text(SECRET)
    form = unfold(page, "contact")
    form.get_by_label("已联系上").check()
    sent(page, form)
    expect(page.locator("#contacts")).to_contain_text("已联系上")
    page.click("#follow-ups summary")
    page.fill("#follow-note", "看灯头到货没有")
    page.click("#follow-ups button[name=in][value='7']")
    expect(page.locator("#follow-ups")).to_contain_text("看灯头到货没有")
    help_is_asked(page, axe_clean)
    sits_down(page, "sanitation")
    help_is_given(page, done, go)
    sits_down(page, "clerk")
    go(page, path)
    a_conference_is_concluded(page, axe_clean)
    go(page, path)
    a_second_reminder_waits_an_hour(page, axe_clean)
    sits_down(page, "handler")
    go(page, path)
    form = page.locator("#do-finish")
    form.locator("#finish-answer").fill(ANSWER)
    sent(page, form)
    go(phone, private(done))
    expect(phone.locator(".answer")).to_contain_text(ANSWER)
    shown = phone.inner_text("body")
    assert not [words for words in (SECRET, SAID, "环境卫生", "到货没有", "公路站") if words in shown]
    fits(phone, axe_clean)


def help_is_asked(page, axe_clean):
    for act in ("confer", "cohandle"):
        form = unfold(page, act)
        form.locator("[data-picks-find]").fill("环卫所")
        form.locator("[data-picks-find]").press("Enter")
        expect(form.locator("[data-picks-say]")).to_contain_text("环境卫生管理所")
        if act == "confer":
            form.locator("textarea").fill("灯杆归谁，请到现场")
            axe_clean(page)
        sent(page, form)
    expect(page.locator("#duties")).to_contain_text("环境卫生管理所")


def help_is_given(page, done, go):
    go(page, "/desk/?scope=mine")
    expect(page.locator(f"[data-of='{done.case.number}']").first).to_be_visible()
    go(page, f"/cases/{done.case.number}/")
    form = unfold(page, "note")
    form.locator("textarea").fill(SAID)
    sent(page, form)
    form = page.locator("#do-co_done")
    form.locator("textarea").first.fill("落叶已清")
    sent(page, form)
    expect(page.locator("#history")).to_contain_text("落叶已清")


def a_conference_is_concluded(page, axe_clean):
    form = unfold(page, "conclude")
    form.locator("#conclude-note").fill("由公用事业站更换")
    form.locator("details.more summary").click()
    form.locator("#conclude-present").fill("黄晓雯、李强")
    form.locator("#conclude-minutes").fill("派出所配合封路")
    sent(page, form)
    page.get_by_text("会议纪要，打印").click()
    page.wait_for_url("**/minutes/**")
    minutes = page.inner_text("article.minutes")
    assert all(words in minutes for words in ("黄晓雯、李强", "派出所配合封路", "由公用事业站更换", SAID, "环境卫生管理所"))
    axe_clean(page)


def a_second_reminder_waits_an_hour(page, axe_clean):
    sent(page, unfold(page, "remind"))
    unfold(page, "remind").locator("button.full").click()
    told = page.locator(".summary li").inner_text()
    assert re.search(r"今天 \d\d:\d\d 您已催办过，一小时最多一次，.+\d\d:\d\d 后可以再催办。", told), told
    axe_clean(page)


@pytest.mark.row("B5")
def test_a_contractor_without_an_account_tells_by_a_link_until_it_is_ended(desk_page, phone, town, sits_down, go, axe_clean):
    page, done = desk_page, at(town, "handle")
    sits_down(page, "handler")
    go(page, f"/cases/{done.case.number}/")
    page.get_by_role("link", name="生成外协链接").click()
    page.fill("#f-company", "亮堂电力安装队")
    page.fill("#f-task", "换灯头")
    axe_clean(page)
    page.locator("button.main", has_text="生成链接").click()
    address = page.locator(".private-link a").get_attribute("href")
    axe_clean(page)
    phone.goto(address)
    fits(phone, axe_clean)
    assert PHONE not in phone.content()
    phone.fill("#f-words", "灯头换了两只")
    phone.set_input_files("#f-photos", picture())
    phone.wait_for_selector("[data-chosen] img")
    phone.locator("button[value=record]").click()
    expect(phone.locator(".timeline")).to_contain_text("灯头换了两只")
    expect(phone.locator(".timeline img")).to_have_count(1)
    run_due(now=timezone.now())
    go(page, "/messages/")
    page.get_by_text("外协单位").first.wait_for()
    sits_down(page, "clerk")
    go(page, f"/cases/{done.case.number}/")
    expect(page.locator("#history li").first).to_contain_text("亮堂电力安装队")
    expect(page.locator("#history li").first.locator("img")).to_have_count(1)
    sits_down(page, "handler2")
    go(page, f"/cases/{done.case.number}/")
    page.locator("summary", has_text="停用").click()
    page.get_by_role("button", name="确定停用").click()
    expect(page.locator("#links")).to_contain_text("已失效")
    phone.goto(address)
    expect(phone.locator("h1")).to_have_text("链接已失效")
    assert "换灯头" not in phone.content()
    fits(phone, axe_clean)


BOX = "huang.xw@example.cn"


def next_working_day(actor):
    """A working day after this one, at five past eight."""
    on = timezone.localtime().replace(hour=8, minute=5) + timedelta(days=1)
    while not works_on(actor, on.date()):
        on += timedelta(days=1)
    return on


def link_in(letter, start):
    return re.search(rf"{start}\S*", letter.body)[0]


@pytest.mark.row("B6", "B9")
def test_the_day_at_a_glance_leads_to_its_cases_and_comes_by_letter(
    desk_page, phone, town, live_server, sits_down, go, axe_clean, settings, monkeypatch
):
    settings.LIANXIN_MAIL = True
    page, late = desk_page, handled(town, "井盖碎了", days=40)
    sits_down(page, "handler")
    go(page, "/today/")
    page.click(".stats a[href='#late']")
    page.click("#late ~ ul a >> text=井盖碎了")
    page.wait_for_url(f"**/cases/{late.case.number}/")
    expect(page.locator(".case-head .next.late")).to_contain_text("已超期")
    page.go_back()
    page.click("text=工作日发到邮箱")
    page.fill("#f-email", BOX)
    page.click("main form button.main")
    expect(page.locator("main")).to_contain_text("h***@example.cn")
    axe_clean(page)
    run_due(now=timezone.now())
    phone.goto(link_in(mail.outbox[0], live_server.url + "/today/letter/confirm/"))
    fits(phone, axe_clean)
    phone.click("button.main")
    expect(phone.locator(".notice")).to_contain_text("已确认")
    fits(phone, axe_clean)
    go(page, "/today/letter/")
    expect(page.locator(".notice")).to_contain_text("8:00")
    handler = who(town, "handler")
    day = next_working_day(handler)
    with monkeypatch.context() as wall:
        wall.setattr(daily.timezone, "now", lambda: day)
        for minutes in (0, 1, 60):
            daily.send_daily(town, now=day + timedelta(minutes=minutes))
            run_due(now=day + timedelta(minutes=minutes))
    (letter,) = mail.outbox[1:]
    assert "超期 1 件" in letter.subject
    page.goto(link_in(letter, live_server.url + "/cases/"))
    expect(page.locator("h1")).to_have_text("井盖碎了")


def handled(town, title, days):
    """A request of some days ago that the handler has."""
    began = timezone.now() - timedelta(days=days)
    done = open_case(Draft("request", title, grid_id=grid_named(town, "1-1").pk), actor=who(town, "clerk"), now=began)
    for name, act, given in (ACCEPT, assign(town), TAKE):
        done = transition(done.standing, act, actor=who(town, name), now=began, given=given)
    return done


@pytest.mark.row("B6", "B8", "B9")
def test_a_refusal_is_appealed_against_and_decided_by_another(desk_page, phone, town, sits_down, go, axe_clean):
    page, done = desk_page, raised(town)
    sits_down(page, "clerk")
    go(page, f"/cases/{done.case.number}/")
    form = unfold(page, "reject")
    form.locator("input[name=clause]").first.check()
    form.locator("textarea").fill("法院已经立案")
    sent(page, form)
    go(phone, private(done))
    expect(phone.locator("main")).to_contain_text("法院已经立案")
    phone.locator("#act-appeal > summary").tap()
    phone.fill("#f-appeal-reason", "这件事法院没有立案")
    phone.locator("#act-appeal button.main").tap()
    phone.get_by_text("您的申诉").first.tap()
    expect(phone.locator("main")).to_contain_text("这件事法院没有立案")
    fits(phone, axe_clean)
    appeal = Case.objects.for_system("walk", town).get(parent_id=done.case.pk)
    go(page, f"/cases/{appeal.number}/")  # who refused reads it, and has nothing to do in it
    expect(page.locator("#acts")).to_have_count(0)
    sits_down(page, "supervisor")
    go(page, "/desk/?scope=mine")
    page.click(f"[data-of='{appeal.number}'] a.title")
    page.wait_for_selector("[data-pane] #f-holder, [data-pane] #acts")
    axe_clean(page)
    go(page, f"/cases/{appeal.number}/")
    expect(page.locator("#act-merge")).to_have_count(0)
    form = page.locator("#do-accept")
    sent(page, form)
    form = unfold(page, "answer")
    form.locator("textarea").first.fill("应予受理，已请承办单位办理。")
    sent(page, form)
    phone.reload()
    expect(phone.locator(".answer")).to_contain_text("应予受理")


@pytest.mark.row("B4", "B6", "B9")
def test_what_is_not_settled_goes_a_level_up_and_is_asked_about_weeks_later(desk_page, phone, town, sits_down, go, axe_clean):
    page, worker = desk_page, who(town, "worker")
    again = move(town, raised(town), ACCEPT, ("clerk", "assign", {"holder": Holder(worker.unit_id, worker.post_id)}), ("worker", "take", {}))
    no = ("reporter", "dissatisfied", {"reason": "还是不亮", "rating": "1"})
    again = move(town, again, *[("worker", "finish", {"answer": ANSWER}), no] * 2, ("worker", "finish", {"answer": ANSWER}))
    go(phone, private(again))
    form = phone.locator("#act-rate")
    form.locator("input[name=rating][value='1']").check()
    form.locator("textarea").fill("第三次了，还是不亮")
    form.locator("button.main").tap()
    expect(phone.locator(".timeline")).to_contain_text("第三次了，还是不亮")
    assert fresh(again).post_id is None
    sits_down(page, "chief")
    go(page, f"/cases/{again.case.number}/")
    expect(page.locator("main")).to_contain_text("1村委会")
    expect(page.locator("#history")).to_contain_text("第三次了，还是不亮")
    axe_clean(page)
    asked_weeks_later(phone, town, go, axe_clean)


def asked_weeks_later(phone, town, go, axe_clean):
    good, bad = at(town, "closed"), at(town, "closed")
    ask_later(town, now=timezone.now() + timedelta(days=28, minutes=1))
    go(phone, private(good))
    fits(phone, axe_clean)
    phone.locator("#act-still_good button.main").tap()
    expect(phone.locator("#act-still_good")).to_have_count(0)
    go(phone, private(bad))
    phone.locator("#act-not_solved > summary").tap()
    phone.fill("#f-not_solved-reason", "又不亮了")
    phone.locator("#act-not_solved button.main").tap()
    expect(phone.locator(".timeline")).to_contain_text("又不亮了")
    assert (fresh(good).step, fresh(bad).step) == ("closed", "triage")
    fits(phone, axe_clean)
