"""The components in a real browser: seen, reached by keyboard, sent once, and open to everyone."""

import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.contrib.staticfiles.views import serve
from django.core.handlers.wsgi import WSGIHandler

from accessible import told, violations
from lianxin.ui import assets
from rulers import too_small
from ui import urls

pytestmark = pytest.mark.browser


class Quiet(WSGIRequestHandler):
    def log_message(self, *_words):
        """Keep the test's output to itself."""


class Ready(ThreadingMixIn, WSGIServer):
    """A browser opens connections before it has a question: one that says nothing keeps no other waiting."""

    daemon_threads = True


class WithFiles(StaticFilesHandler):
    """The pages and what the build made; without DEBUG, at whose change every template is compiled anew."""

    def serve(self, request):
        return serve(request, self.file_path(request.path), insecure=True)


@pytest.fixture
def site(plain):
    if not assets.MANIFEST.is_file():
        pytest.skip("the front end has not been built: python -m lianxin.ui.build")
    server = make_server("127.0.0.1", 0, WithFiles(WSGIHandler()), server_class=Ready, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tab(browser, site):
    """Opens pages and remembers what the browser complained of."""
    context = browser.new_context(base_url=site, viewport={"width": 360, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.on("console", lambda line: page.faults.append(line.text) if line.type == "error" else None)
    yield page
    context.close()


# Sizes change what fits at each width; colours are the same at every width, and each layout is seen in each of them.
SHAPES = [(width, layout, view) for width in (360, 1440) for layout in ("public", "app") for view in ("", "size=elder", "size=largest")]
COLOURS = [(360 if layout == "public" else 1440, layout, f"theme={theme}") for layout in ("public", "app") for theme in ("light", "dark", "contrast")]


@pytest.mark.parametrize(("width", "layout", "view"), SHAPES + COLOURS)
def test_every_component_is_open_to_everyone_and_fits(tab, width, layout, view):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.goto(f"/ui/look/?{view}&next=/ui/%3Flayout={layout}")
    tab.wait_for_selector("html.js")
    assert (found := violations(tab)) == [], told(found)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.faults == []


def test_a_page_that_is_not_open_to_everyone_is_told_of(tab):
    tab.goto("/form/")
    tab.evaluate("document.querySelectorAll('label').forEach(each => each.remove())")
    found = violations(tab)
    assert "label" in {rule["id"] for rule in found}
    assert "<input" in told(found)


@pytest.mark.parametrize(("view", "type_", "thumb"), [("", 12, 44), ("size=elder", 18, 60), ("size=largest", 18, 60)])
def test_a_form_is_large_enough_to_read_and_to_press(tab, view, type_, thumb):
    tab.goto(f"/ui/look/?{view}&next=/form/")
    tab.wait_for_selector("html.js")
    assert too_small(tab, type=type_, thumb=thumb) == []


SPOILT = """() => {
  document.querySelector('main').insertAdjacentHTML('beforeend', `<p id="spoilt"></p><p>Words with a <a href="/">link</a> in them.</p>
    <div class="card" id="covered"><a href="/"></a></div>`);
  const style = (element, words) => Object.assign(element.style, words);
  const spoilt = document.querySelector('#spoilt'), covered = document.querySelector('#covered');
  spoilt.innerHTML = '<span>tight lines<br>of small type</span> <a href="/">low</a>';
  style(spoilt.firstChild, { fontSize: '11px', lineHeight: '1.1', display: 'block' });
  spoilt.firstChild.nextSibling.remove();
  style(covered, { position: 'relative', height: '80px' });
  style(covered.firstChild, { position: 'absolute', inset: '0' });
}"""


def test_what_is_too_small_is_told_of_and_a_link_in_a_sentence_is_not(tab):
    tab.goto("/form/")
    tab.wait_for_selector("html.js")
    tab.evaluate(SPOILT)
    found = [line.rpartition(" (")[0] for line in too_small(tab, type=12, thumb=44)]
    assert [line for line in found if "target" not in line] == ["p > span: type of 11.0 px", "p > span: lines of 1.10"]
    assert [line.partition(" of ")[0] for line in found if "target" in line] == ["p > a: a target"]


def noise(path, side=2400):
    from PIL import Image

    Image.effect_noise((side, side // 2), 60).convert("RGB").save(path, quality=95)
    return path


def test_a_photo_is_shrunk_before_it_is_sent_and_kept_when_the_form_is_refused(tab, tmp_path):
    urls.received.clear()
    broken = tmp_path / "broken.jpg"
    broken.write_text("no photo")
    big = noise(tmp_path / "big.jpg")
    tab.goto("/form/")
    tab.set_input_files("#f-photos", [str(big), str(broken)])
    tab.wait_for_selector("[data-chosen] li")
    tab.wait_for_selector("[data-errors]:not([hidden])")
    assert "broken.jpg" in tab.inner_text("[data-errors]")
    tab.fill("#f-title", "bad")
    tab.click("button.main")
    tab.wait_for_selector("[data-summary]")
    assert tab.locator("[data-chosen] li").count() == 1
    assert tab.evaluate("document.activeElement.hasAttribute('data-summary')")
    tab.fill("#f-title", "lamp")
    tab.click("button.main")
    tab.wait_for_url(lambda address: "after=form" in address)
    (key, _, files), (again, title, photos) = urls.received
    assert key == again
    assert title == "lamp"
    assert photos == files
    assert 0 < photos[0][1] < big.stat().st_size / 2


def test_nothing_is_lost_without_a_connection_and_nothing_is_sent_twice(tab):
    urls.received.clear()
    tab.goto("/form/")
    tab.fill("#f-title", "lamp")
    tab.context.set_offline(True)
    tab.click("button.main")
    tab.wait_for_function("() => document.querySelector('.sending').textContent.includes('网络不通')")
    assert tab.input_value("#f-title") == "lamp"
    tab.context.set_offline(False)
    tab.evaluate("const b = document.querySelector('button.main'); b.click(); b.click(); b.click()")
    tab.wait_for_url(lambda address: "after=form" in address)
    assert [title for _, title, _ in urls.received] == ["lamp"]


def test_the_desk_is_worked_by_keyboard(tab):
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto("/ui/?layout=app")
    tab.wait_for_selector("html.js")
    tab.keyboard.press("j")
    first = tab.evaluate("document.activeElement.textContent")
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.textContent") != first
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement.textContent") == first
    tab.keyboard.press("?")
    assert "接单" in tab.inner_text("[role=dialog]")
    tab.keyboard.press("Escape")
    assert tab.locator("[role=dialog]").count() == 0
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "find"
    tab.keyboard.type("j?")
    assert tab.input_value("#find") == "j?"


def test_the_form_works_without_a_script(browser, site):
    urls.received.clear()
    context = browser.new_context(base_url=site, java_script_enabled=False)
    tab = context.new_page()
    tab.goto("/form/")
    tab.fill("#f-title", "lamp")
    tab.click("button.main")
    assert "after=form" in tab.url
    assert [title for _, title, _ in urls.received] == ["lamp"]
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_what_cannot_be_undone_asks_on_the_page_and_sends_nothing_before(browser, site, script):
    urls.received.clear()
    context = browser.new_context(base_url=site, java_script_enabled=script, locale="zh-CN")
    tab = context.new_page()
    tab.goto("/sure/")
    tab.fill("#f-title", "lamp")
    tab.press("#f-title", "Enter")  # not the way past the question
    assert not tab.is_visible("text=For good?")
    tab.click("summary")
    assert tab.is_visible("text=For good?")
    assert tab.is_visible("[data-sure-not]") is script
    if script:
        assert violations(tab) == []
        tab.click("[data-sure-not]")
        assert not tab.is_visible("text=For good?")
        assert tab.evaluate("document.activeElement.tagName") == "SUMMARY"
        tab.keyboard.press("Enter")
        tab.keyboard.press("Escape")
        assert not tab.is_visible("text=For good?")
        tab.keyboard.press("Enter")
    assert urls.received == []
    tab.click("button:has-text('确定Withdraw')")
    tab.wait_for_url(lambda address: "after=form" in address)
    assert [title for _, title, _ in urls.received] == ["lamp"]
    context.close()


@pytest.fixture
def long_list(tab):
    """The desk's living page, at its select of 33 choices in four groups; `heard` holds the events its page was told."""
    tab.goto("/ui/?layout=app")
    tab.wait_for_selector("html.js")
    tab.evaluate("""() => {
      window.heard = [];
      for (const name of ['input', 'change']) document.addEventListener(name, event => heard.push(`${name} ${event.target.id}`));
      document.querySelector('#f-grid').focus();
    }""")
    return tab


def listed(tab):
    return tab.locator(".seek-choice").all_inner_texts()


def test_a_long_select_is_found_in_by_a_few_letters_and_stays_what_it_was(long_list):
    tab = long_list
    tab.keyboard.press("Space")
    assert listed(tab)[:2] == ["不限", "连心社区第一网格"]
    assert len(listed(tab)) == 33
    assert (found := violations(tab)) == [], told(found)
    assert tab.locator(".seek-choice").first.bounding_box()["height"] >= 44
    tab.keyboard.press("Escape")
    tab.keyboard.type("lwcds")  # 柳湾村第三 and 第四, by the first letters of their pinyin; the first of them opens the list
    assert tab.input_value(".seek input") == "lwcds"
    assert listed(tab) == ["柳湾村第三网格", "柳湾村第四网格"]
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert tab.input_value("#f-grid") == "2-4"
    assert tab.evaluate("document.activeElement.id") == "f-grid"
    assert tab.evaluate("heard") == ["input f-grid", "change f-grid"]  # and nothing of what was typed to find it
    tab.keyboard.press("Space")
    assert tab.locator("[role=option][aria-selected=true]").inner_text() == "柳湾村第四网格"
    tab.keyboard.press("Home")
    for _to_none in range(20):
        tab.keyboard.press("ArrowUp")
    tab.keyboard.press("Tab")  # takes it, and goes on
    assert tab.input_value("#f-grid") == ""
    assert tab.evaluate("document.activeElement.id") == "f-own"
    assert tab.faults == []


def test_a_group_brings_its_own_and_what_is_called_nothing_is_said(long_list):
    tab = long_list
    tab.keyboard.type("tsc")
    tab.fill(".seek input", "他山")
    assert tab.locator(".seek [role=group]").count() == 1
    assert tab.locator(".seek-name").inner_text() == "他山村"
    for typed in ("tsc", "rsc"):  # letters that begin with characters the order of pinyin once hid
        tab.fill(".seek input", typed)
        assert len(listed(tab)) == 8, typed
    tab.fill(".seek input", "没有这个网格")
    assert tab.locator(".seek [role=status]").inner_text() == "没有叫这个的。"
    assert (found := violations(tab)) == [], told(found)
    tab.keyboard.press("Enter")
    assert tab.input_value("#f-grid") == ""
    assert tab.evaluate("heard") == []
    tab.keyboard.press("Space")
    tab.locator("#f-phone").click()  # elsewhere: away
    assert tab.locator(".seek").count() == 0
    tab.locator("#f-category").focus()  # of three choices: as the browser has it
    tab.keyboard.press("d")
    assert tab.locator(".seek").count() == 0


def test_a_long_select_in_the_elder_view_has_larger_choices_and_stays_in_the_window(tab):
    tab.goto("/ui/look/?size=elder&next=/ui/%3Flayout=app")
    tab.wait_for_selector("html.js")
    tab.click("#f-own")
    assert tab.locator(".seek-choice").first.bounding_box()["height"] >= 60
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.locator(".seek-choice").nth(3).click()
    assert tab.input_value("#f-own") == "1-3"
    tab.locator("#f-ended").dispatch_event("mousedown")
    assert tab.locator(".seek").count() == 0
