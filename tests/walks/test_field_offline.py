"""A grid worker in a lift: the day opens without a net, what is done there comes to the town once, in order, never lost."""

import io
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from lianxin.cases.actions import open_case, transition
from lianxin.cases.actions.asking import publish_questions
from lianxin.cases.models import Case, Category, CheckIn, Photo
from lianxin.cases.values import Contact, Draft, Holder
from lianxin.forms.photos import store
from lianxin.ledger.models import Entry, Text
from lianxin.people.actions import reset_password
from lianxin.people.models import Account
from lianxin.ui import assets
from patience import SLOW, until
from towns import who

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.row("B4")]

HELD = """async () => {
  const db = await new Promise((done) => { const asked = indexedDB.open("lianxin-outbox", 1); asked.onsuccess = () => done(asked.result); });
  const all = (name) => new Promise((done) => { const asked = db.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
  const letters = (await all("letters")).filter((each) => each.state !== "sent").length, drafts = (await all("drafts")).length;
  db.close();
  const day = await caches.has("lx-day") ? (await (await caches.open("lx-day")).keys()).map((each) => new URL(each.url).pathname).sort() : null;
  return { letters, drafts, day };
}"""


DRAFTED = """async (written) => {
  const db = await new Promise((done) => { const asked = indexedDB.open("lianxin-outbox", 1); asked.onsuccess = () => done(asked.result); });
  const drafts = await new Promise((done) => { const asked = db.transaction("drafts").objectStore("drafts").getAll(); asked.onsuccess = () => done(asked.result); });
  db.close();
  return drafts.some((each) => each.fields.some(([_name, value]) => value === written));
}"""
KEPT = """async () => {
  const about = await caches.match("/field/day-kept", { cacheName: "lx-day" });
  return about ? about.json() : { at: 0 };
}"""


@pytest.fixture
def lift(browser, live_server, town):
    """Make a phone of the field: `lift()` without, `lift(worker=True)` with a service worker."""
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    made = []

    def make(worker=False):
        context = browser.new_context(
            base_url=live_server.url, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True, is_mobile=True,
            viewport={"width": 360, "height": 740}, service_workers="allow" if worker else "block",
        )  # fmt: skip
        context.set_default_timeout(SLOW)
        context.thrown = []
        context.on("weberror", lambda fault: context.thrown.append(str(fault.error)))
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
        assert not context.thrown, context.thrown


def sign_in(page, name):
    page.goto("/sign-in/")
    page.fill("input[name=username]", f"{name}.lx")
    page.fill("input[name=password]", "secret-secret")
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)


def jpeg():
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def given(town, *, taken=True, title="三号楼电梯口漏水", photo=False):
    """A request in the hands of the grid worker."""
    now, actor = timezone.now(), who(town, "worker")
    photos = [store(jpeg(), town=town)] if photo else []
    draft = Draft("request", title, text="从昨晚漏到现在", lon=117.005, lat=34.605, contact=Contact("王小明", "19900000001"), photos=photos)
    done = open_case(draft, actor=who(town, "clerk"), now=now)
    done = transition(done.standing, "accept", actor=who(town, "clerk"), now=now)
    done = transition(done.standing, "assign", actor=who(town, "clerk"), now=now, given={"holder": Holder(actor.unit_id, actor.post_id)})
    return transition(done.standing, "take", actor=actor, now=now).case if taken else done.case


def acts(case):
    rows = Entry.objects.for_system("walk", case.town_id).filter(subject_kind="case", subject_id=case.pk).order_by("seq")
    return list(rows.values_list("act", flat=True))[3:]


def fresh(case):
    return Case.objects.for_system("walk", case.town_id).get(pk=case.pk)


def texts(case):
    return list(Text.objects.for_system("walk", case.town_id).filter(subject_id=case.pk, field="note").values_list("body", flat=True))


def record(page, note, photo=False):
    if not page.locator("#act-record textarea").first.is_visible():
        page.locator("#act-record > summary").tap()
    page.locator("#act-record textarea").first.fill(note)
    if photo:
        page.set_input_files("#act-record input[type=file]", {"name": "b.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
        page.wait_for_selector("#act-record .chosen img")
        page.get_by_label("照片拍的是处理前").check()
    page.locator("#act-record button[type=submit]").tap()


def finish(page, answer):
    page.locator("#act-finish textarea").first.fill(answer)
    page.set_input_files("#act-finish input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.wait_for_selector("#act-finish .chosen img")
    page.locator("#act-finish button[type=submit]").tap()


def says(page, words):
    page.wait_for_function("words => document.querySelector('[data-outbox-bar]')?.textContent.includes(words)", arg=words)


def test_what_is_done_without_a_net_comes_once_and_in_order_when_it_is_back(lift, town, axe_clean, shot):
    case = given(town)
    phone = lift()
    page = phone.new_page()
    sign_in(page, "worker")
    page.goto(f"/field/cases/{case.number}/")
    phone.set_offline(True)
    record(page, "水从管井来，已关阀", photo=True)
    says(page, "1 件还没发出：没有网络")
    axe_clean(page)
    shot(page, "field-waits-360")
    finish(page, "管井接头已换，不漏了。")
    says(page, "2 件还没发出")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert acts(case) == ["take"]
    page.close()  # put into the pocket; opened again where there is a net, one answer is lost on the way
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    phone.route("**/act", lose, times=1)
    phone.set_offline(False)
    page = phone.new_page()
    page.goto("/field/")
    until(page, lambda: lost == [204])
    says(page, "2 件还没发出")
    assert acts(case) == ["take", "record"]
    page.locator("[data-outbox-bar] button", has_text="现在发送").first.tap()
    until(page, lambda: acts(case) == ["take", "record", "finish"])
    says(page, "2 件已发出")  # in its place, so that nothing moves, with nothing left to press
    assert not page.locator("[data-outbox-bar] button").first.is_visible()
    kept = Photo.objects.for_system("walk", town).filter(case_id=case.pk)
    assert sorted(kept.values_list("moment", flat=True)) == ["after", "before"]
    assert fresh(case).step == "feedback"
    assert page.evaluate(HELD) == {"letters": 0, "drafts": 0, "day": None}


def test_a_case_that_could_not_be_kept_is_told_and_fetched_the_next_time(lift, town):
    kept, missed = given(town, taken=False), given(town, taken=False, title="路灯不亮")
    phone = lift(worker=True)
    page = phone.new_page()
    sign_in(page, "worker")
    phone.route(f"**/field/cases/{missed.number}/", lambda route: route.fulfill(status=500, body=""))
    page.get_by_role("button", name="本机保存今天的事项").tap()
    page.wait_for_selector("text=另有 1 件没有存下")
    assert f"/field/cases/{kept.number}/" in page.evaluate(HELD)["day"]
    phone.unroute(f"**/field/cases/{missed.number}/")
    page.goto("/field/")
    page.wait_for_selector("text=已存本机（2 件）")


def test_somebody_was_faster_and_nothing_is_lost(lift, town, axe_clean, shot):
    case, other = given(town), given(town, title="井盖响")
    phone = lift()
    page = phone.new_page()
    sign_in(page, "worker")
    for waiting, each in ((1, case), (2, other)):
        page.goto(f"/field/cases/{each.number}/")
        phone.set_offline(True)
        finish(page, f"{each.title}：已办好。")
        says(page, f"{waiting} 件还没发出：没有网络")
        transition(each.pk, "remind", actor=who(town, "supervisor"), now=timezone.now())
        phone.unroute_all()
        phone.route("**/act", lambda route: route.abort())
        phone.set_offline(False)
    page.goto("/field/")
    says(page, "2 件还没发出")
    phone.unroute_all()  # not sooner: on its own page what is refused would be shown in its form
    page.evaluate("window.dispatchEvent(new Event('online'))")
    says(page, "2 件被退了回来")
    says(page, "没有生效，也没有丢")
    axe_clean(page)
    shot(page, "field-conflict-360")
    assert [acts(each) for each in (case, other)] == [["take", "remind"]] * 2
    row = page.locator("[data-outbox-bar] li", has_text=case.title)
    row.get_by_role("button", name="改为备注发出").tap()
    until(page, lambda: acts(case) == ["take", "remind", "record"])
    assert "已办好" in texts(case)[-1]
    assert "断网时写的“办结”" in texts(case)[-1]
    assert Photo.objects.for_system("walk", town).filter(case_id=case.pk).count() == 1
    says(page, "1 件被退了回来")
    page.locator("[data-outbox-bar] li", has_text=other.title).get_by_role("button", name="看一看").tap()
    page.wait_for_url(f"**/field/cases/{other.number}/")
    page.wait_for_function("() => document.querySelector('#act-finish textarea').value.includes('已办好')")
    assert page.locator("#act-finish .chosen img").count() == 1
    assert acts(other) == ["take", "remind"]  # looked at, not sent by itself
    page.locator("#act-finish button[type=submit]").tap()
    until(page, lambda: acts(other) == ["take", "remind", "finish"])


def test_a_refusal_that_comes_while_one_moves_on_is_told_on_the_next_page(lift, town):
    case = given(town)
    phone = lift()
    page = phone.new_page()
    coming, told = [], []
    page.on("console", lambda line: told.append(line.text))
    sign_in(page, "worker")
    page.goto(f"/field/cases/{case.number}/")
    phone.route("**/act", lambda route: route.fallback() if coming else route.abort())
    finish(page, "已办好。")
    says(page, "1 件还没发出")
    transition(case.pk, "remind", actor=who(town, "supervisor"), now=timezone.now())

    def hold(route):
        coming.append(route)

    phone.route("**/field/", hold)  # the next page is long in coming, the net is back sooner
    page.evaluate("""() => {  // a page that is being left answers no questions: it says by itself what it shows
      const bar = document.querySelector("[data-outbox-say]");
      new MutationObserver(() => console.log(bar.textContent)).observe(bar, { childList: true });
      setTimeout(() => location.assign("/field/"));
      setTimeout(() => window.dispatchEvent(new Event("online")), 1000);
    }""")
    until(page, lambda: any("1 件被退了回来" in each for each in told))
    coming[0].fallback()
    page.wait_for_url("**/field/")
    says(page, "1 件被退了回来")
    assert case.title in page.locator("[data-outbox-bar] li").inner_text()


def one_letter_waits(lift, town):
    """A case whose record a worker has written, on a phone that keeps the day and cannot send."""
    case = given(town)
    phone = lift(worker=True)
    page = phone.new_page()
    sign_in(page, "worker")
    keep_day(page, case)
    page.goto(f"/field/cases/{case.number}/")
    phone.route("**/act", lambda route: route.abort())
    record(page, "已到现场")
    says(page, "1 件还没发出")
    return case, phone, page


def drafted(page, written):
    """Wait until what was written lies on the phone in a draft."""
    until(page, lambda: page.evaluate(DRAFTED, written))


def keep_day(page, case):
    """Ask for the day to be kept, and wait until all of it is: a busy server may owe a page for a moment."""
    page.goto("/field/")
    page.get_by_role("button", name="本机保存今天的事项").tap()
    page.wait_for_selector("text=没有信号也能打开")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.reload()
    page.wait_for_selector("text=没有信号也能打开")
    assert f"/field/cases/{case.number}/" in page.evaluate(HELD)["day"]


def test_the_day_opens_in_a_lift_and_a_case_is_taken_on_and_finished_there(lift, town, axe_clean, shot):
    case = given(town, taken=False, photo=True)
    others = open_case(
        Draft("request", "广场的喷泉不出水", text="已有三天", lon=117.005, lat=34.605), actor=who(town, "clerk"), now=timezone.now()
    ).case
    phone = lift(worker=True)
    page = phone.new_page()
    sign_in(page, "worker")
    axe_clean(page)
    assert page.evaluate(HELD)["day"] is None  # nothing before it is asked for
    keep_day(page, case)
    phone.set_offline(True)
    page.goto("/field/near/")
    assert "现在没有网络" in page.locator(".notice").first.inner_text()
    page.locator(".town-job", has_text=case.title).wait_for()
    page.goto("/field/")
    assert "现在没有网络" in page.locator(".notice").first.inner_text()
    page.get_by_role("link", name=case.title).tap()
    page.wait_for_url("**/field/cases/**")
    assert "从昨晚漏到现在" in page.inner_text("main")
    assert page.locator(".photos img").first.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
    axe_clean(page)
    shot(page, "field-lift-360")
    assert page.locator("#act-finish").is_hidden()
    page.get_by_role("button", name="到场签到").tap()
    says(page, "1 件还没发出")
    page.locator("#act-take button").last.tap()
    page.wait_for_selector("#act-finish")
    page.locator("#act-finish > summary").tap()
    finish(page, "接头已换，不漏了。")
    page.wait_for_selector("text=已在本机办好")
    page.close()
    page = phone.new_page()
    page.goto(f"/field/cases/{case.number}/")
    says(page, "3 件还没发出")
    assert page.locator("#act-take").is_hidden()
    page.goto("/field/near/")
    page.get_by_role("link", name=others.title).tap()
    page.wait_for_url("**/field/cases/**")
    assert "没有网络" in page.inner_text("h1")  # that it is there, and where; never kept: what others' cases say
    page.goto("/field/")
    assert acts(case) == []
    phone.set_offline(False)
    until(page, lambda: acts(case) == ["take", "finish"])
    until(page, lambda: not [path for path in page.evaluate(HELD)["day"] if "/cases/" in path])
    assert fresh(case).step == "feedback"
    assert CheckIn.objects.for_system("walk", town).get(case_id=case.pk).place == ""  # in a lift there is none


def test_the_day_follows_what_was_sent_behind_the_page_s_back_as_the_net_came(lift, town):
    case, phone = given(town), lift(worker=True)
    page = phone.new_page()
    sign_in(page, "worker")
    keep_day(page, case)

    def just_before(route):
        told = route.fetch()
        transition(case.pk, "finish", actor=who(town, "worker"), now=timezone.now(), given={"answer": "已关阀"})
        route.fulfill(response=told)

    page.route("**/field/day.json", just_before, times=1)
    page.evaluate("dispatchEvent(new Event('online'))")
    until(page, lambda: acts(case) == ["take", "finish"])
    until(page, lambda: not [path for path in page.evaluate(HELD)["day"] if "/cases/" in path])


def test_what_was_raised_without_a_net_is_told_with_its_number_whoever_sends_it(lift, town, axe_clean, shot):
    phone = lift(worker=True)
    page, other = phone.new_page(), phone.new_page()
    sign_in(page, "worker")
    keep_day(page, given(town))
    other.goto("/field/")
    phone.set_offline(True)
    page.goto("/field/raise/")
    assert "现在没有网络" in page.locator(".notice").first.inner_text()
    page.locator("#f-text").fill("井盖缺了一角")
    # The first window's own sending never comes through: another one, or the service worker, is faster.
    page.route("**/field/raise/", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    page.locator("main form .thumb button").tap()
    says(page, "1 件还没发出：没有网络")
    phone.set_offline(False)
    page.wait_for_selector("text=已发出，编号")
    case = Case.objects.for_system("walk", town).get(channel="field")
    told = page.locator(".kept-note").inner_text()
    assert f"{case.number[:2]} {case.number[2:6]} {case.number[6:]}" in told
    assert "井盖缺了一角" in told
    page.wait_for_selector("[data-outbox-bar]", state="hidden")
    assert "没有网络" not in page.inner_text("main")
    axe_clean(page)
    shot(page, "field-raised-late-360")
    page.get_by_role("link", name="再报一件").tap()
    page.wait_for_function("() => document.querySelector('#f-text')?.value === '' && !document.querySelector('.kept-note')")


def test_signing_out_takes_the_day_along_and_asks_about_what_was_not_sent(lift, town, axe_clean):
    case, phone, page = one_letter_waits(lift, town)
    for answer in ("先不退出", "删除并退出"):
        page.locator(".bar .menu > summary").tap()
        page.get_by_role("button", name="退出登录").tap()
        page.wait_for_selector(".menu .asked >> text=还有 1 件没发出")
        axe_clean(page)
        page.get_by_role("button", name=answer).tap()
        if answer == "先不退出":
            assert page.evaluate(HELD)["letters"] == 1
            page.reload()
    page.wait_for_url("**/sign-in/")
    assert page.evaluate(HELD) == {"letters": 0, "drafts": 0, "day": None}
    assert acts(case) == ["take"]
    phone.set_offline(True)
    page.goto("/field/")
    assert "没有网络" in page.inner_text("h1")


def test_a_first_password_takes_neither_the_day_nor_what_waits(lift, town, axe_clean):
    case, phone, page = one_letter_waits(lift, town)
    given = reset_password(Account.objects.get(username="worker.lx"), actor=who(town, "admin"), now=timezone.now())
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', phone.request.get("/sign-in/").text())[1]
    entered = {"username": "worker.lx", "password": given, "csrfmiddlewaretoken": token}
    phone.request.post("/sign-in/", form=entered)  # as in another window: this one stays open
    phone.unroute("**/act")
    page.locator("[data-outbox-bar] button", has_text="现在发送").first.tap()
    says(page, "重新登录")
    held = page.evaluate(HELD)
    assert held["letters"] == 1
    assert f"/field/cases/{case.number}/" in held["day"]
    assert acts(case) == ["take"]
    page.goto(f"/field/cases/{case.number}/")
    page.wait_for_url("**/password/?next=**")
    axe_clean(page)
    page.get_by_label("新密码", exact=True).fill("three-old-trees")
    page.get_by_label("再输一遍新密码").fill("three-old-trees")
    page.get_by_role("button", name="用这个密码继续").tap()
    page.wait_for_url(f"**/field/cases/{case.number}/")
    until(page, lambda: acts(case) == ["take", "record"])


def test_what_one_wrote_is_neither_shown_to_nor_sent_by_another_and_the_day_ends(lift, town):
    case, phone, page = one_letter_waits(lift, town)
    phone.clear_cookies()  # the session is over; somebody else takes the phone
    phone.unroute_all()
    sign_in(page, "worker2")
    page.goto("/field/")
    page.wait_for_selector("[data-day] button")
    assert page.locator("[data-outbox-bar]").is_hidden()
    assert page.evaluate(HELD) == {"letters": 1, "drafts": 0, "day": None}
    assert acts(case) == ["take"]
    phone.clear_cookies()
    sign_in(page, "worker")
    until(page, lambda: acts(case) == ["take", "record"])
    began = page.evaluate("Date.now()")
    page.goto("/field/")
    page.wait_for_selector("text=已存本机")  # asked for once on this phone
    until(page, lambda: page.evaluate(KEPT)["at"] > began)  # and brought up to date by this page: nothing is under way
    later = int((timezone.now() + timedelta(hours=12, minutes=1)).timestamp() * 1000)
    page.evaluate("""async (later) => {
      const cache = await caches.open("lx-day");
      const told = await (await cache.match("/field/day-kept")).json();
      if (told.until > later) throw new Error("kept too long");
      await cache.put("/field/day-kept", new Response(JSON.stringify({ ...told, until: Date.now() - 1 })));
    }""", later)  # fmt: skip
    phone.set_offline(True)
    page.goto("/field/")
    assert "没有网络" in page.inner_text("h1")
    until(page, lambda: page.evaluate("caches.has('lx-day')") is False)


@pytest.mark.parametrize("under_way", ["**/field/day.json", "**/field/cases/*/"])
def test_a_day_that_is_to_be_kept_no_longer_does_not_come_back_by_a_renewal_under_way(lift, town, under_way):
    given(town)
    phone = lift()
    page = phone.new_page()
    sign_in(page, "worker")
    page.goto("/field/")
    page.get_by_role("button", name="本机保存今天的事项").tap()
    page.wait_for_selector("text=没有信号也能打开")
    given(town, title="楼道灯不亮")
    held = []
    page.route(under_way, lambda route: held.append(route))  # noqa: PLW0108 - a built-in cannot be asked how many it takes
    page.reload()
    until(page, lambda: held)
    page.get_by_role("button", name="不再保存").tap()
    page.get_by_role("button", name="本机保存今天的事项").wait_for()
    with page.expect_event("requestfinished", lambda asked: asked.url == held[0].request.url):
        held[0].continue_()
    page.wait_for_timeout(300)  # for what would be kept then
    assert page.evaluate("caches.has('lx-day')") is False


BUSY = """Cache.prototype.put = ((put) => function (asked, given) {
  if (asked !== "/field/day-kept") return put.call(this, asked, given);
  window.telling = true;
  return new Promise(() => undefined);
})(Cache.prototype.put)"""


def test_the_day_can_be_opened_in_every_moment_of_its_renewal(lift, town):
    case, phone = given(town), lift(worker=True)
    page = phone.new_page()
    sign_in(page, "worker")
    keep_day(page, case)
    page.add_init_script(BUSY)  # the page goes before it has told of the renewed day
    page.reload()
    page.wait_for_function("() => window.telling")
    assert page.evaluate(KEPT)["at"] > 0
    phone.set_offline(True)
    page.goto(f"/field/cases/{case.number}/")
    assert "现在没有网络" in page.locator(".notice").first.inner_text()


SOONER = "window.setTimeout = ((later) => (run, ms, ...more) => later(run, ms === 20000 ? 300 : ms, ...more))(window.setTimeout)"


def test_an_answer_that_never_comes_holds_up_no_later_renewal(lift, town):
    given(town)
    phone, held = lift(), []
    page = phone.new_page()
    page.add_init_script(SOONER)
    sign_in(page, "worker")
    page.goto("/field/")
    page.route("**/field/day.json", lambda route: held.append(route), times=1)  # noqa: PLW0108 - a built-in cannot be asked how many it takes
    page.get_by_role("button", name="本机保存今天的事项").tap()
    until(page, lambda: held)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("text=没有信号也能打开")


SHEET = """questions:
  - {key: bitten, ask: {zh: 有人被咬伤吗, en: Has anybody been bitten}, type: yes_no, required: true,
     stop: {when: yes, say: {zh: 请先就医并拨打 110。, en: See a doctor and call 110.}}}
  - {key: sort, ask: {zh: 是什么犬, en: Which dogs}, type: choice, required: true,
     options: {stray: {zh: 流浪犬, en: Strays}, kept: {zh: 家养犬, en: Kept dogs}}}
  - {key: many, ask: {zh: 大约几条, en: About how many}, type: number, least: 1, when: {sort: stray}}
"""


def test_what_a_category_asks_is_asked_and_answered_without_a_net_and_comes_once(lift, town, axe_clean, shot):
    dogs = Category.objects.for_system("walk", town).get(key="dogs")
    publish_questions(dogs, SHEET, base=0, why="常问", actor=who(town, "admin"), now=timezone.now())
    phone = lift(worker=True)
    page = phone.new_page()
    sign_in(page, "worker")
    keep_day(page, given(town))
    phone.set_offline(True)
    page.goto("/field/raise/")
    page.locator("#f-text").fill("几条狗追着小孩跑")
    page.select_option("#f-category", str(dogs.pk))
    asked = page.locator("[data-asked]")
    assert asked.get_by_text("大约几条").is_hidden()
    asked.get_by_text("流浪犬").tap()
    asked.get_by_label("大约几条").fill("3")
    asked.get_by_text("是", exact=True).tap()
    assert "请先就医并拨打 110" in asked.get_by_role("alert").filter(has_text="110").inner_text()
    assert page.locator("main form .thumb button").is_enabled()  # advice hides no way
    axe_clean(page)
    shot(page, "field-asked-360")
    page.select_option("#f-category", "")
    assert asked.inner_text() == ""
    page.select_option("#f-category", str(dogs.pk))
    assert asked.get_by_label("大约几条").input_value() == "3"  # nothing said is lost by a slip
    drafted(page, "3")
    page.goto("/field/raise/")
    page.wait_for_selector("text=大约几条")
    assert page.locator("[data-asked]").get_by_label("大约几条").input_value() == "3"
    page.locator("main form .thumb button").tap()
    says(page, "1 件还没发出：没有网络")
    phone.set_offline(False)
    page.wait_for_selector("text=已发出，编号")
    case = Case.objects.for_system("walk", town).get(channel="field")
    assert [(row["key"], row["value"]) for row in case.answers["asked"]["rows"]] == [("bitten", "yes"), ("sort", "stray"), ("many", "3")]
