"""Measure the faces of a running demo town and write the table of docs/faces.md: `make faces`, beside `make run`.

Each page is opened cold in headless Chromium on a slow line (400 kbit/s, 400 ms, a processor four times slower).
Usable: its words are painted and its document is parsed, so that a form can be filled in. Scripts come after.
"""

import sys
from pathlib import Path

import chromium
from axe_playwright_python.sync_playwright import Axe
from pictures import DESK, PHONE, sign_in, window
from playwright.sync_api import sync_playwright

TABLE = Path(__file__).parent / "faces.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PAGES = (  # face, page, whose, address, window, taps to the job's end (walked in tests/walks)
    ("居民 resident", "首页 home", "", "/", PHONE, ""),
    ("居民 resident", "我要反映 report", "", "/report/", PHONE, "report"),
    ("居民 resident", "查进度 find", "", "/find/", PHONE, ""),
    ("居民 resident", "公开栏 board", "", "/board/", PHONE, ""),
    ("居民 resident", "公开地图 map", "", "/map/", PHONE, ""),
    ("居民 resident", "本人登录 sign in", "", "/mine/sign-in/", PHONE, ""),
    ("居民 resident", "办理时限 limits", "", "/limits/", PHONE, ""),
    ("居民 resident", "服务阵地 service points", "", "/points/", PHONE, ""),
    ("网格员 grid worker", "今天 today", "worker", "/field/", PHONE, "finish"),
    ("网格员 grid worker", "上报 raise", "worker", "/field/raise/", PHONE, ""),
    ("受理员 clerk", "待办 inbox", "clerk", "/desk/?scope=all", DESK, "dispatch"),
    ("受理员 clerk", "登记 register", "clerk", "/desk/register/", DESK, ""),
    ("受理员 clerk", "公开 publish", "clerk", "/desk/publish/", DESK, ""),
    ("督查员 supervisor", "督查 supervise", "supervisor", "/supervise/", DESK, ""),
    ("领导 leader", "全镇 town", "leader", "/town/", DESK, ""),
    ("管理员 administrator", "设置 set-up", "admin", "/setup/", DESK, ""),
    ("管理员 administrator", "类别和时限 categories", "admin", "/setup/categories/", DESK, ""),
    ("管理员 administrator", "场所 sites", "admin", "/sites/", DESK, ""),
    ("领导 leader", "大屏 wall", "leader", "/wall/", DESK, ""),
)
TAPS = {"report": "≤ 6", "finish": "≤ 3", "dispatch": "3 键 keys"}
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


def measured(context, base, address):
    """(kilobytes, requests, seconds until usable, what axe found) of one page."""
    page = context.new_page()
    session, told = slow(page)
    page.goto(base + address, wait_until="load")
    usable = page.evaluate(USABLE) / 1000
    page.wait_for_timeout(1500)  # what comes after the page is there
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    found = len(Axe().run(page).response["violations"])
    page.close()
    return told["bytes"] / 1000, told["requests"], usable, found


def main(base, data):
    """The table of the town at an address whose data folder is at hand."""
    lines = (Path(data) / "demo-sign-ins.txt").read_text("utf-8").splitlines()
    passwords = dict(line.split("\t")[:2] for line in lines)
    heads = ("", "页面 page", "KB", "请求 requests", "可用 usable, s", "axe", "点几下 taps")
    rows = [f"| {' | '.join(heads)} |", "|---|---|---:|---:|---:|---:|---|"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=["--no-sandbox"])
        for face, name, whose, address, size, taps in PAGES:
            with window(browser, size) as context:
                if whose:
                    first = context.new_page()
                    sign_in(first, base, whose, passwords[whose])
                    first.close()
                kilobytes, requests, usable, found = measured(context, base, address)
            told = (face, name, f"{kilobytes:.0f}", str(requests), f"{usable:.1f}", str(found), TAPS.get(taps, ""))
            rows.append(f"| {' | '.join(told)} |")
        browser.close()
    before, _, rest = TABLE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    TABLE.write_text(f"{before}{BEGIN}\n" + "\n".join(rows) + f"\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
