"""Measure the faces of a running demo town and write the table of docs/faces.md: `make faces`, beside `make run`.

First three jobs are walked as their people do them, and the browser counts what is pressed: a resident reports, a grid
worker finishes a case with a photo, a clerk dispatches one. They write to the town: let it be one that may be.
Then each page is opened cold in headless Chromium on a slow line (400 kbit/s, 400 ms, a processor four times slower),
the pages those walks led to among them. Usable: its words are painted and its document is parsed, so that a form can be
filled in. Scripts come after. A page that does not answer 200 ends it.
"""

import io
import os
import sys
import time
from pathlib import Path

import chromium
from axe_playwright_python.sync_playwright import Axe
from pictures import DESK, PHONE, sign_in, window
from PIL import Image
from playwright.sync_api import sync_playwright

TABLE = Path(__file__).parent / "faces.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HALL = (1920, 1080)
PAGES = (  # face, page, whose, address (in braces: where a walk led), window, the job whose end is counted from here
    ("居民 resident", "首页 home", "", "/", PHONE, "report"),
    ("居民 resident", "首页，英文 home, English", "en", "/", PHONE, ""),
    ("居民 resident", "我要反映 report", "", "/report/", PHONE, ""),
    ("居民 resident", "已收到 sent", "", "{sent}", PHONE, ""),
    ("居民 resident", "看进度 follow", "", "{follow}", PHONE, ""),
    ("居民 resident", "查进度 find", "", "/find/", PHONE, ""),
    ("居民 resident", "公开栏 board", "", "/board/", PHONE, ""),
    ("居民 resident", "公开栏，英文 board, English", "en", "/board/", PHONE, ""),
    ("居民 resident", "公开地图 map", "", "/map/", PHONE, ""),
    ("居民 resident", "办理时限 limits", "", "/limits/", PHONE, ""),
    ("居民 resident", "服务阵地 service points", "", "/points/", PHONE, ""),
    ("网格员 grid worker", "今天 today", "worker", "/field/", PHONE, "finish"),
    ("网格员 grid worker", "现场事项 case in the field", "worker", "{field}", PHONE, ""),
    ("网格员 grid worker", "上报 raise", "worker", "/field/raise/", PHONE, ""),
    ("受理员 clerk", "待办 inbox", "clerk", "/desk/?scope=all", DESK, "dispatch"),
    ("受理员 clerk", "研判 triage", "clerk", "{triage}", DESK, ""),
    ("受理员 clerk", "事项 case", "clerk", "{case}", DESK, ""),
    ("受理员 clerk", "登记 register", "clerk", "/desk/register/", DESK, ""),
    ("受理员 clerk", "公开 publish", "clerk", "/desk/publish/", DESK, ""),
    ("督查员 supervisor", "督查 supervise", "supervisor", "/supervise/", DESK, ""),
    ("领导 leader", "全镇 town", "leader", "/town/", DESK, ""),
    ("领导 leader", "事项地图 map of cases", "leader", "/casemap/", DESK, ""),
    ("领导 leader", "大屏 wall", "leader", "/wall/", HALL, ""),
    ("大厅 hall", "显示屏 display", "", "{display}", HALL, ""),
    ("管理员 administrator", "设置 set-up", "admin", "/setup/", DESK, ""),
    ("管理员 administrator", "类别和时限 categories", "admin", "/setup/categories/", DESK, ""),
    ("管理员 administrator", "场所 sites", "admin", "/sites/", DESK, ""),
)
COUNT = """(() => {
  const more = (what) => { sessionStorage[what] = Number(sessionStorage[what] || 0) + 1; };
  addEventListener('click', (event) => { if (event.isTrusted && event.detail) more('taps'); }, true);
  addEventListener('keydown', (event) => { if (event.isTrusted) more('keys'); }, true);
})()"""
ASKED = "what => { const n = Number(sessionStorage[what] || 0); sessionStorage[what] = 0; return n; }"
USABLE = """() => new Promise(done => {
  const seen = () => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const made = performance.getEntriesByType('navigation')[0].domInteractive;
    paint && made ? done(Math.max(paint.startTime, made)) : setTimeout(seen, 50);
  };
  seen();
})"""


def slow(page):
    """A line of 400 kbit/s with 400 ms, and a processor four times slower; counts what comes over it."""
    session, told = page.context.new_cdp_session(page), {"bytes": 0, "requests": 0}
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})

    def came(event):
        told["bytes"] += event["encodedDataLength"]
        told["requests"] += 1

    session.on("Network.loadingFinished", came)
    return session, told


def photo():
    """A photo as a phone takes it."""
    out = io.BytesIO()
    Image.effect_noise((1600, 1200), 60).convert("RGB").save(out, "JPEG")
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def counted(page, what):
    """How often it was pressed since it was last asked."""
    return page.evaluate(ASKED, what)


def report(page, base, found):
    """From the first page to the number, and to the page one follows it on."""
    page.goto(base + "/")
    counted(page, "taps")
    page.locator(".doors .choice").first.tap()
    page.wait_for_selector("textarea[name=text]")
    words = "东头第二根路灯连着三晚不亮，老人夜里看不清路。"
    fields = {"textarea[name=text]": words, "input[name=address]": "柳荫路东头"}
    for field, words in fields.items():
        page.locator(field).tap()
        page.fill(field, words)
    page.locator(".thumb button").tap()
    page.wait_for_url("**/sent/")
    told = f"{counted(page, 'taps')} 下 taps，{len(fields)} 格 fields"
    found["sent"] = page.url.removeprefix(base)
    found["follow"] = found["sent"].removesuffix("sent/")
    return told


def finish(page, base, found):
    """From today's page to a case that is finished with a photo."""
    page.goto(base + "/field/")
    job = page.locator(".town-job", has=page.get_by_role("link", name="办结"))
    found["field"] = job.last.locator("h3 a").get_attribute("href")
    counted(page, "taps")
    job.first.get_by_role("link", name="办结").tap()
    page.wait_for_url("**/field/cases/**")
    page.locator("#act-finish textarea").first.fill("灯头已换，夜里亮了。")
    with page.expect_file_chooser() as chosen:
        page.locator("#act-finish .drop").tap()
    chosen.value.set_files(photo())
    page.wait_for_selector("#act-finish .chosen img")
    page.locator(".thumb button").tap()
    page.wait_for_selector("text=已办结")
    return f"{counted(page, 'taps')} 下 taps"


def dispatch(page, base, found):
    """From the inbox to a case that is on its way and the next one on screen, by keyboard."""
    page.goto(base + "/desk/?scope=all&step=collect")
    page.wait_for_selector("html.js")
    numbers = page.locator("[data-rows] > [data-of]").evaluate_all("rows => rows.map(row => row.dataset.of)")
    found["triage"], found["case"] = f"/desk/triage/{numbers[-1]}/", f"/cases/{numbers[0]}/"
    counted(page, "keys")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-pane] #f-holder")
    number = page.get_attribute("[data-case]", "data-case")
    page.wait_for_timeout(600)  # nobody decides sooner, and the desk hears no key before
    page.keyboard.press("a")
    page.wait_for_function("number => document.querySelector('[data-case]')?.dataset.case !== number", arg=number)
    return f"{counted(page, 'keys')} 键 keys"


def display(page, base, found):
    """A screen of the hall's own link."""
    page.goto(base + "/wall/displays/")
    page.locator("main form input[name=name]").first.fill("大厅")
    page.locator("main form button.main").first.click()
    found["display"] = page.inner_text("code.secret").strip().removeprefix(base)


JOBS = {
    "report": ("", PHONE, report), "finish": ("worker", PHONE, finish), "dispatch": ("clerk", DESK, dispatch),
    "display": ("admin", DESK, display),
}  # fmt: skip


def measured(context, base, address):
    """(kilobytes, requests, seconds until usable, what axe found) of one page, which must be there."""
    page = context.new_page()
    page.set_default_timeout(120_000)
    session, told = slow(page)
    status = page.goto(base + address, wait_until="load").status
    if status != 200:
        raise SystemExit(f"{address}: {status}")
    usable = page.evaluate(USABLE) / 1000
    page.wait_for_timeout(1500)  # what comes after the page is there
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    found = len(Axe().run(page).response["violations"])
    page.close()
    return told["bytes"] / 1000, told["requests"], usable, found


class Faces:
    """The town's pages, opened as each of its people would."""

    def __init__(self, browser, base, passwords):
        self.browser, self.base, self.passwords = browser, base, passwords
        self.found, self.taps = {}, {}

    def opened(self, whose, size):
        """A window of somebody's."""
        context = window(self.browser, size)
        if whose == "en":
            context.add_cookies([{"name": "django_language", "value": "en", "url": self.base}])
        elif whose:
            first = context.new_page()
            sign_in(first, self.base, whose, self.passwords[whose])
            first.close()
        return context

    def walk(self):
        """The jobs, counted, and where they led."""
        for job, (whose, size, does) in JOBS.items():
            with self.opened(whose, size) as context:
                page = context.new_page()
                page.set_default_timeout(60_000)
                page.add_init_script(COUNT)
                self.taps[job] = does(page, self.base, self.found)

    def rows(self):
        """A line of the table for each page."""
        for face, name, whose, address, size, job in PAGES:
            with self.opened(whose, size) as context:
                kilobytes, requests, usable, found = measured(context, self.base, address.format(**self.found))
            told = (face, name, f"{kilobytes:.0f}", str(requests), f"{usable:.1f}", str(found), self.taps.get(job, ""))
            yield f"| {' | '.join(told)} |"


def main(base, data):
    """The table of the town at an address whose data folder is at hand."""
    lines = (Path(data) / "demo-sign-ins.txt").read_text("utf-8").splitlines()
    passwords = dict(line.split("\t")[:2] for line in lines)
    heads = ("", "页面 page", "KB", "请求 requests", "可用 usable, s", "axe", "做完一件 a job done")
    rows = [f"| {' | '.join(heads)} |", "|---|---|---:|---:|---:|---:|---|"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=["--no-sandbox"])
        faces = Faces(browser, base, passwords)
        faces.walk()
        rows += faces.rows()
        browser.close()
    when = f"{time.strftime('%Y-%m-%d')}，{os.cpu_count()} 核，平均负载 load average {os.getloadavg()[2]:.1f}"
    before, _, rest = TABLE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    TABLE.write_text(f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n\n{when}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
