"""What is done on a page before its picture for the handbooks is taken: as the handbook says it, by hand.

A scene gets a page that is signed in and opened. What it sends, it takes back: the demo town stays as it was.
"""

import json
import re
from datetime import UTC, datetime, timedelta

FAULTY = "网格-有问题.geojson"


def first_case(page):
    """The first case of the list, opened beside it."""
    page.locator("[data-rows] a").first.click()
    page.wait_for_load_state("networkidle")


def holidays(page):
    """The notice of a year as it is published, and the days read from it."""
    page.fill("[name=year]", "2027")
    page.fill("[name=text]", (
        "一、元旦：1月1日（周五）至3日（周日）放假，共3天。\n"
        "二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。"
    ))  # fmt: skip
    page.click("button[value=look]")


def import_faults(page):
    """A file of grids with four things wrong in it, looked at: nothing is written, and the file is forgotten."""
    page.check("[name=what][value=grids]")
    code = page.locator("body").evaluate(  # a village of this very town, so that the rest of the file is sound
        "async () => (await (await fetch('/grids/boundaries.geojson')).json()).features"
        ".map(each => String(each.properties.code)).find(code => code.length === 12)"
    )
    page.set_input_files("[name=file]", {
        "name": FAULTY, "mimeType": "application/geo+json", "buffer": faulty(code or "999001101201").encode(),
    })  # fmt: skip
    page.click("main button.main")
    page.wait_for_selector("main table")


def faulty(village):
    """Four grids: one twice, one that crosses itself, one of an unknown village, one with its points swapped."""

    def grid(code, name, west, south, *, crossed=False, swapped=False):
        ring = [[west, south], [west + 0.01, south], [west + 0.01, south + 0.01], [west, south + 0.01], [west, south]]
        if crossed:
            ring[1], ring[2] = ring[2], ring[1]
        if swapped:
            ring = [[lat, lon] for lon, lat in ring]
        properties = {"code": code, "name": name}
        return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    features = [
        grid(f"{village}901", "新村第一网格", 117.30, 34.70), grid(f"{village}901", "新村第二网格", 117.32, 34.70),
        grid(f"{village}903", "新村第三网格", 117.34, 34.70, crossed=True),
        grid(f"{village[:9]}999001", "外村网格", 117.36, 34.70),
        grid(f"{village}905", "新村第五网格", 117.38, 34.70, swapped=True),
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def forget_file(page):
    """Take the looked-at file away again."""
    page.locator("form[action$='/drop/'] button").click()


def dry_run(page):
    """A limit changed in the text of a workflow, and what it would have done."""
    text = page.input_value("textarea[name=source]")
    page.fill("textarea[name=source]", re.sub(r"default: \d+ working_days", "default: 3 working_days", text, count=1))
    page.click("button[value=look]")
    page.wait_for_load_state("networkidle")
    page.get_by_role("heading", name="改动", exact=True).evaluate("node => node.scrollIntoView({block: 'start'})")
    page.evaluate("scrollBy(0, -70)")


def faulty_workflow(page):
    """A unit of time and a role that do not exist: the lines are marked."""
    text = page.input_value("textarea[name=source]")
    text = text.replace("who: supervisor, within", "who: superviser, within")
    page.fill("textarea[name=source]", re.sub(r"default: \d+ working_days", "default: 5 workdays", text, count=1))
    page.click("button[value=look]")


def why(page):
    """Where exposed rubbish in a grid would go."""
    for name, words in (("category", "暴露垃圾"), ("grid", "第一网格")):
        option = page.locator(f"[name={name}] option").filter(has_text=words).first
        page.select_option(f"[name={name}]", option.get_attribute("value"))
    page.locator("main form button[type=submit]").click()


def reply_text(page):
    """A reply text being written; not kept."""
    page.fill("[name=name]", "垃圾清运已办结")
    page.fill("[name=body]", "您好，您反映的{标题}（{编号}）已由{承办单位}处理完毕，感谢您的监督。")


def question(page):
    """The sample's questions as residents will see them; not published."""
    page.click("main a[href^='/setup/questions/']")
    page.wait_for_load_state("networkidle")
    page.click("button[value=look]")


def person(page):
    """Somebody's page with the box of a leave open."""
    page.locator("[data-rows] a.strong").nth(3).click()
    page.wait_for_load_state("networkidle")
    page.locator("main summary").filter(has_text="登记请假").click()


def follow_up(page):
    """A case with the day of the next look being set; not kept."""
    page.goto(page.url.split("/desk/")[0] + page.locator("[data-rows] a[href^='/cases/']").first.get_attribute("href"))
    page.wait_for_load_state("networkidle")
    page.locator("#follow-ups summary").first.click()
    page.fill("#follow-note", "看看路灯换了没有")
    page.fill("#follow-on", (datetime.now(UTC) + timedelta(days=7)).date().isoformat())
    page.locator("#follow-ups").evaluate("node => scrollBy(0, node.getBoundingClientRect().top - 250)")


def bulk(page):
    """Three requests ticked from the keyboard, and what may be done with all of them."""
    page.wait_for_timeout(400)
    for key in "jxjxjxu":
        page.keyboard.press(key)
    page.wait_for_url(re.compile("/desk/bulk/"))


def bulk_done(page):
    """The same three with a note each, and the one press that takes all of it back."""
    bulk(page)
    page.locator("summary").filter(has_text="内部备注").click()
    note = page.locator("details[open] textarea[name=note]:visible").first
    note.fill("已电话核实，均属实。")
    note.locator("xpath=ancestor::form").locator("button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/desk/bulk/\d+/"))


def undo(page):
    """Take the bulk act back."""
    page.locator("form[action$='/undo/'] button").first.click()


def palette(page):
    """Ctrl+K and the first letters of the pinyin."""
    page.keyboard.press("Control+k")
    page.wait_for_timeout(300)
    page.keyboard.type("sjx")
    page.wait_for_timeout(500)


BEFORE = {
    "triage": first_case, "admin-holidays": holidays, "admin-import": import_faults, "admin-dry-run": dry_run,
    "admin-workflow-faults": faulty_workflow, "admin-why": why, "admin-question": question, "admin-person": person,
    "clerk-replies": reply_text, "clerk-follow-up": follow_up, "clerk-bulk": bulk, "clerk-bulk-done": bulk_done,
    "clerk-palette": palette,
}  # fmt: skip
AFTER = {"admin-import": forget_file, "clerk-bulk-done": undo}
