"""A resident whose net comes and goes: what was written is kept on the phone, and comes to the town exactly once."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image

from lianxin.cases.models import Case, Photo
from lianxin.cases.views.public import report
from lianxin.keys.numbers import spoken
from lianxin.ui import assets
from patience import SLOW, until

pytestmark = [pytest.mark.browser, pytest.mark.row("B1")]

WORDS = "东头第二根路灯连着三晚不亮"
HELD = """() => new Promise((done, fail) => {
  const asked = indexedDB.open("lianxin-outbox", 1);
  asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => {
    const all = asked.result.transaction(["letters", "drafts"]);
    const [letters, drafts] = ["letters", "drafts"].map((name) => all.objectStore(name).getAll());
    all.oncomplete = () => { asked.result.close(); done({ letters: letters.result.length, drafts: drafts.result.length }); };
  };
})"""


@pytest.fixture
def phone(browser, live_server, town):
    """A small phone that may lose its net; what it sends is counted, what its scripts throw fails the test."""
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    context = browser.new_context(
        base_url=live_server.url, locale="zh-CN", viewport={"width": 360, "height": 740}, has_touch=True,
        is_mobile=True, service_workers="block",
    )  # fmt: skip
    context.set_default_timeout(SLOW)
    context.posts, thrown = [], []
    context.on(
        "request",
        lambda asked: (
            context.posts.append(asked) if asked.method == "POST" and asked.url.endswith("/report/") else None
        ),
    )
    context.on("weberror", lambda fault: thrown.append(str(fault.error)))
    yield context
    context.close()
    assert not thrown, thrown


def picture():
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def write(page, words=WORDS, photo=False):
    page.goto("/report/")
    page.fill("textarea[name=text]", words)
    if photo:
        page.set_input_files("input[type=file]", [picture()])
        page.wait_for_selector(".chosen img")


def send(page):
    page.locator(".thumb button").click()


def cases(town):
    return list(Case.objects.for_system("walk", town).values_list("title", flat=True))


def waits(page, words):
    page.wait_for_function(
        "words => document.querySelector('[data-outbox-say]').textContent.includes(words)", arg=words
    )


def holds(page, **wanted):
    """Wait until this lies on the phone."""
    until(page, lambda: page.evaluate(HELD) == wanted)


def received(page):
    page.wait_for_url("**/sent/")
    page.wait_for_load_state()
    holds(page, letters=0, drafts=0)


def test_cut_before_sending_it_goes_when_the_net_is_back_and_leaves_nothing_on_the_phone(phone, town, axe_clean, shot):
    page = phone.new_page()
    write(page, photo=True)
    phone.set_offline(True)
    send(page)
    waits(page, "1 件还没发出：没有网络。连上网会自动发送。")
    assert page.locator("form.report").is_hidden()
    assert "已存在这部手机上" in page.locator(".kept-note").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "offline-waits-360")
    axe_clean(page)
    assert cases(town) == []
    phone.set_offline(False)
    received(page)
    assert len(cases(town)) == Photo.objects.for_system("walk", town).count() == 1


def test_an_answer_that_is_lost_is_asked_for_again_and_makes_no_second_request(phone, town):
    page = phone.new_page()
    write(page, photo=True)

    def lose(route):
        assert route.fetch().status == 204  # the town has it
        route.abort()

    page.route("**/report/", lose, times=1)
    send(page)
    waits(page, "暂时连不上")
    assert len(cases(town)) == 1
    page.locator("[data-outbox-bar] button", has_text="现在发送").click()
    received(page)
    assert len(cases(town)) == Photo.objects.for_system("walk", town).count() == 1


def test_an_answer_that_names_another_digest_deletes_nothing(phone, town):
    page = phone.new_page()
    write(page)

    def forge(route):
        answer = route.fetch()
        route.fulfill(
            response=answer, headers={**answer.headers, "x-lianxin-receipt": "0" * 64, "x-location": "/board/"}
        )

    page.route("**/report/", forge, times=1)
    send(page)
    page.wait_for_url("**/board/")
    waits(page, "1 件需要您再看一眼")
    assert WORDS in page.locator("[data-outbox-bar] li").inner_text()


def test_what_waits_is_told_on_every_page_and_goes_when_one_is_opened_again_from_one_of_two_windows(
    phone, town, shot, axe_clean
):
    page = phone.new_page()
    write(page)
    phone.set_offline(True)
    send(page)
    waits(page, "没有网络")
    page.close()
    phone.set_offline(False)
    phone.route("**/report/", lambda route: route.fallback() if route.request.method == "GET" else route.abort())
    first, second = phone.new_page(), phone.new_page()
    first.goto("/board/")
    waits(first, "1 件还没发出")
    shot(first, "offline-elsewhere-360")
    axe_clean(first)
    second.goto("/")
    waits(second, "1 件还没发出")
    assert cases(town) == []
    answered = []
    phone.on("response", lambda answer: answered.append(answer.status) if answer.request.method == "POST" else None)
    phone.unroute("**/report/")
    for each in (first, second):
        each.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    waits(first, "1 件已发出，请记下编号。")
    waits(second, "1 件已发出，请记下编号。")
    assert answered == [204]
    assert len(cases(town)) == 1
    first.get_by_role("link", name="看编号").click()
    received(first)
    assert second.locator("[data-outbox-bar] li").count() <= 1


def test_what_the_outbox_sent_stands_among_my_requests_and_says_which_is_which(phone, town, shot, axe_clean):
    page = phone.new_page()
    phone.route("**/report/", lambda route: route.fallback() if route.request.method == "GET" else route.abort())
    for number, words in ((1, WORDS), (2, "广场的喷泉不出水")):
        write(page, words)
        send(page)
        waits(page, f"{number} 件还没发出：暂时连不上")
    page.goto("/")
    page.wait_for_selector(".mine li:has-text('还没发出')")
    until(page, lambda: page.locator(".mine li:visible").count() == 2)
    phone.unroute("**/report/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    waits(page, "2 件已发出，请记下编号。")
    page.wait_for_function("() => document.querySelectorAll('.mine .cells').length === 2")  # here, and in the same place
    page.goto("/")
    page.wait_for_function("() => document.querySelectorAll('.mine .cells').length === 2")
    assert page.locator("main a").first.get_attribute("href").startswith("/r/")
    rows = page.locator("[data-outbox-bar] li")
    for case in Case.objects.for_system("walk", town):
        row = rows.filter(has_text=case.title)
        assert spoken(case.number) in row.get_by_role("link").inner_text()
        assert row.locator(".what").inner_text()[0].isdigit()  # when
    shot(page, "offline-sent-360")
    axe_clean(page)
    rows.filter(has_text=WORDS).get_by_role("button", name="从本机去掉").click()  # the phone is lent
    page.wait_for_function("() => document.querySelectorAll('[data-outbox-bar] li').length === 1")
    page.goto("/")
    page.wait_for_selector(".mine .cells")
    assert WORDS not in page.locator("body").inner_text()
    page.locator(".mine a").first.click()  # looked at: what was kept to tell it from others goes
    page.wait_for_url("**/r/**")
    holds(page, letters=0, drafts=0)
    assert len(cases(town)) == 2


def test_refused_words_come_back_to_the_form_with_what_is_wrong(phone, town, shot, axe_clean):
    page = phone.new_page()
    write(page, photo=True)
    page.fill("input[name=phone]", "12")
    phone.set_offline(True)
    send(page)
    waits(page, "没有网络")
    phone.set_offline(False)
    page.wait_for_selector(".summary")
    assert "不像电话号码" in page.locator(".summary").inner_text()
    assert page.input_value("textarea[name=text]") == WORDS
    assert page.locator(".chosen img").count() == 1
    page.wait_for_selector("[data-outbox-bar]", state="hidden")
    shot(page, "offline-refused-360")
    axe_clean(page)
    page.goto("/")  # left and come back: what was typed is there again
    page.goto("/report/")
    page.wait_for_selector(".kept-note")
    assert page.input_value("input[name=phone]") == "12"
    assert page.locator(".chosen img").count() == 1
    page.fill("input[name=phone]", "")
    send(page)
    received(page)
    assert len(cases(town)) == 1


def test_refused_on_another_page_it_waits_to_be_looked_at(phone, town):
    page = phone.new_page()
    write(page)
    page.fill("input[name=phone]", "12")
    phone.set_offline(True)
    send(page)
    waits(page, "没有网络")
    page.close()
    phone.set_offline(False)
    page = phone.new_page()
    page.goto("/find/")
    waits(page, "1 件需要您再看一眼")
    page.locator("[data-outbox-bar] button", has_text="看一看").click()
    page.wait_for_url("**/report/")
    page.wait_for_selector(".summary")
    assert "不像电话号码" in page.locator(".summary").inner_text()
    assert page.input_value("textarea[name=text]") == WORDS
    assert cases(town) == []


def test_too_many_wait_as_long_as_the_town_says_and_an_old_token_is_fetched_anew(phone, town, monkeypatch):
    page = phone.new_page()
    write(page)
    monkeypatch.setattr(report, "REPORTS", 0)
    page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'a'.repeat(64)")
    send(page)
    waits(page, "这里刚才发得太多")
    assert len(phone.posts) == 2  # once with the old token, once with a new one
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    assert len(phone.posts) == 2  # not before its time
    monkeypatch.setattr(report, "REPORTS", 10**6)
    page.locator("[data-outbox-bar] button", has_text="现在发送").click()
    received(page)
    assert len(cases(town)) == 1


def test_what_waits_can_be_taken_back_or_thrown_away(phone, town, axe_clean):
    page = phone.new_page()
    write(page, photo=True)
    phone.set_offline(True)
    send(page)
    waits(page, "没有网络")
    page.locator("[data-outbox-bar] button", has_text="看一看").click()
    page.wait_for_selector("form.report:not([hidden])")
    page.fill("textarea[name=text]", WORDS + "，请来修")
    assert page.locator(".chosen img").count() == 1
    send(page)
    page.locator("[data-outbox-bar] li", has_text="请来修").wait_for()
    page.locator("[data-outbox-bar] button", has_text="删除").click()
    assert "还没有发出" in page.inner_text("[data-outbox-bar] .asked")
    page.evaluate("dispatchEvent(new Event('online'))")  # another round does not take the question away
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.closest('.asked') !== null")
    page.keyboard.press("Enter")  # the focus stands on "no"
    page.wait_for_selector("[data-outbox-bar] .asked", state="detached")
    page.locator("[data-outbox-bar] button", has_text="删除").click()
    axe_clean(page)
    page.locator("[data-outbox-bar] .asked .danger").click()
    page.wait_for_selector("[data-outbox-bar]", state="hidden")
    phone.set_offline(False)
    assert cases(town) == []


def test_the_form_shows_when_what_comes_back_stands_in_it(phone, town):
    page = phone.new_page()
    write(page, photo=True)
    phone.set_offline(True)
    send(page)
    waits(page, "1 件还没发出：没有网络")
    page.evaluate("""async () => {
      const asked = indexedDB.open("lianxin-outbox", 1);
      const key = await new Promise((done) => { asked.onsuccess = () => {
        const all = asked.result.transaction("letters").objectStore("letters").getAllKeys();
        all.onsuccess = () => { asked.result.close(); done(all.result[0]); };
      }; });
      await new Promise((held) => void navigator.locks.request(`lianxin-${key}`, () => {
        held();
        return new Promise((done) => { window.letGo = done; });
      }));
    }""")  # the phone is slow
    page.locator("[data-outbox-bar] button", has_text="看一看").click()
    page.wait_for_timeout(200)
    assert page.locator("form.report").is_hidden()  # nobody writes into what is still to be filled
    page.evaluate("window.letGo()")
    page.wait_for_selector("form.report:not([hidden])")
    page.fill("textarea[name=text]", WORDS + "，请来修")
    assert page.locator(".chosen img").count() == 1
    holds(page, letters=0, drafts=1)
    assert page.input_value("textarea[name=text]") == WORDS + "，请来修"


def test_what_is_being_written_waits_while_a_letter_is_looked_at(phone, town):
    page = phone.new_page()
    write(page, photo=True)
    phone.set_offline(True)
    send(page)
    waits(page, "1 件还没发出：没有网络")
    phone.route("**/report/", lambda route: route.fallback() if route.request.method == "GET" else route.abort())
    phone.set_offline(False)
    write(page, "广场的喷泉不出水")
    page.fill("input[name=phone]", "13800138000")
    page.locator("[data-outbox-bar] button", has_text="看一看").click()
    page.wait_for_function("words => document.querySelector('textarea[name=text]').value === words", arg=WORDS)
    assert page.locator(".chosen img").count() == 1
    assert page.input_value("input[name=phone]") == ""  # of the other one
    waits(page, "1 件需要您再看一眼")
    page.locator("[data-outbox-bar] li", has_text="喷泉").get_by_role("button", name="看一看").click()
    page.wait_for_function("words => document.querySelector('textarea[name=text]').value === words", arg="广场的喷泉不出水")
    assert page.input_value("input[name=phone]") == "13800138000"
    assert page.locator(".chosen img").count() == 0
    waits(page, "1 件需要您再看一眼")  # and now the first one
    phone.unroute("**/report/")
    send(page)  # neither went before somebody said so
    page.wait_for_url("**/sent/")
    assert cases(town) == ["广场的喷泉不出水"]


BUSY = """() => new Promise((begun) => {
  const asked = indexedDB.open("lianxin-outbox", 1);
  asked.onsuccess = () => {
    const store = asked.result.transaction("drafts", "readwrite").objectStore("drafts");
    (function on() {
      begun();
      if (window.letGo) asked.result.close();
      else store.count().onsuccess = on;
    })();
  };
})"""


def test_who_writes_before_the_draft_has_come_back_loses_neither(phone, town):
    page, other = phone.new_page(), phone.new_page()
    write(page)
    holds(page, letters=0, drafts=1)
    other.goto("/board/")
    other.evaluate(BUSY)  # the phone is slow
    page.goto("/report/")
    page.fill("textarea[name=text]", "广场的喷泉不出水")
    other.evaluate("window.letGo = true")
    waits(page, "1 件需要您再看一眼")
    holds(page, letters=1, drafts=1)
    assert page.input_value("textarea[name=text]") == "广场的喷泉不出水"
    page.locator("[data-outbox-bar] li", has_text=WORDS).get_by_role("button", name="看一看").click()
    page.wait_for_function("words => document.querySelector('textarea[name=text]').value === words", arg=WORDS)
    page.locator("[data-outbox-bar] li", has_text="喷泉").wait_for()
    assert cases(town) == []


def test_a_letter_looked_at_from_another_page_takes_no_draft_away(phone, town):
    page = phone.new_page()
    phone.route("**/report/", lambda route: route.fallback() if route.request.method == "GET" else route.abort())
    write(page)
    send(page)
    waits(page, "1 件还没发出：暂时连不上")
    write(page, "广场的喷泉不出水")
    holds(page, letters=1, drafts=1)
    page.goto("/board/")
    page.locator("[data-outbox-bar] button", has_text="看一看").click()
    page.wait_for_function("words => document.querySelector('textarea[name=text]')?.value === words", arg=WORDS)
    page.locator("[data-outbox-bar] li", has_text="喷泉").wait_for()


def test_old_drafts_go(phone, town):
    page = phone.new_page()
    write(page)
    holds(page, letters=0, drafts=1)
    later = int((timezone.now() + timedelta(days=8)).timestamp() * 1000)
    page.add_init_script(f"Date.now = () => {later}")
    page.reload()
    holds(page, letters=0, drafts=0)
    assert page.input_value("textarea[name=text]") == ""


def test_the_report_opens_without_a_net_once_it_was_opened_with_one(browser, live_server, town, shot, axe_clean):
    context = browser.new_context(base_url=live_server.url, locale="zh-CN", viewport={"width": 360, "height": 740})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    page.goto("/report/")
    page.evaluate("navigator.serviceWorker.ready.then((one) => one.active.state)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    kept = page.evaluate(
        "caches.keys().then(async (names) => (await (await caches.open(names[0])).keys()).map((one) => new URL(one.url).pathname))"
    )
    assert sorted(kept) == sorted([*assets.kept_offline(), "/report/offline/"])  # and no page of anybody's
    context.set_offline(True)
    page.goto("/report/")
    page.wait_for_selector("html.js")
    assert "现在没有网络" in page.locator(".notice").first.inner_text()
    shot(page, "offline-report-360")
    axe_clean(page)
    page.fill("textarea[name=text]", WORDS)
    send(page)
    waits(page, "没有网络")
    other = context.new_page()  # of no site: the worker alone is left
    found = []
    wire = context.new_cdp_session(page)
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(told["registrations"]))
    wire.send("ServiceWorker.enable")
    page.goto("about:blank")
    until(page, lambda: found)
    context.set_offline(False)
    sync = {"origin": live_server.url, "registrationId": found[0]["registrationId"], "tag": "lianxin-outbox"}
    wire.send("ServiceWorker.dispatchSyncEvent", {**sync, "lastChance": False})
    until(other, lambda: cases(town))
    assert len(cases(town)) == 1
    other.goto("/board/")
    waits(other, "1 件已发出，请记下编号。")
    other.get_by_role("link", name="看编号").click()
    other.wait_for_url("**/sent/")
    holds(other, letters=0, drafts=0)
    assert len(cases(town)) == 1
    context.close()
