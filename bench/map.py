"""Open the map of cases over a full town in Chromium and tell how long it stands still: `python -m bench.map [--rows N]`.

Every case of the town is on the screen; then it is moved and looked at closer and from farther off, as somebody who
searches would. Told: how long until the marks stand, how many there are, how much of the processor the page took for the
whole visit, and the longest that it could not answer (the browser's own account of its long tasks, of 50 ms and more:
by the clock on the wall, so that what else the machine does falls on it), plain and on a processor four times slower.
"""

import argparse
import os

from bench.__main__ import machine
from bench.chromium import at_desk

WATCH = """window.long = [];
new PerformanceObserver((told) => long.push(...told.getEntries().map((each) => each.duration))).observe({ type: 'longtask', buffered: true });"""
MARKS = ".leaflet-marker-pane .crowd, .leaflet-marker-pane .spot"
MADE = "() => performance.getEntriesByType('resource').filter((each) => each.name.includes('marks.geojson')).length"


def settled(page, before):
    """Wait until marks were asked for anew and drawn; how many there are."""
    page.wait_for_function(f"before => ({MADE})() > before", arg=before, timeout=60_000)
    page.wait_for_timeout(400)
    return page.locator(MARKS).count()


def looked_at(page):
    """Marks of the whole town, and after each movement; each movement asks for them anew."""
    counts = [settled(page, 0)]
    box = page.locator(".leaflet-container").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for step in ("in", "in", "drag", "out", "in", "drag", "out", "out"):
        before = page.evaluate(MADE)
        if step == "drag":
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x - 160, y - 90, steps=12)
            page.mouse.up()
        else:
            page.locator(f".leaflet-control-zoom-{step}").click()
        counts.append(settled(page, before))
    return counts


def measured(context, address, slower):
    """(seconds until the first marks, fewest and most, seconds of CPU, long tasks, the longest in ms) of one visit."""
    page = context.new_page()
    page.add_init_script(WATCH)
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.goto(address)
    page.wait_for_selector(MARKS, timeout=60_000, state="attached")
    first = page.evaluate("performance.now()") / 1000
    counts, long = looked_at(page), page.evaluate("long")
    used = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    page.close()
    return first, min(counts), max(counts), used, len(long), max(long, default=0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000, help="cases on the map")
    rows = parser.parse_args().rows
    print(machine())
    with at_desk(rows) as (_server, context):
        heads = f"{'marks, s':>10}{'marks':>10}{'CPU, s':>8}{'long tasks':>12}{'longest, ms':>13}"
        print(f"{'map of ' + format(rows, ',') + ' cases':40}{heads}")
        for words, slower in (("", 1), (", 4 × slower", 4)):
            first, least, most, used, long, longest = measured(context, "/casemap/?state=all", slower)
            told = f"{first:10.1f}{f'{least}-{most}':>10}{used:8.1f}{long:12}{longest:13.0f}"
            print(f"{'all on screen, moved eight times' + words:40}{told}   load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
