"""Triage two hundred cases by keyboard in Chromium and tell how long each next one took: `python -m bench.desk [--cases N]`.

From the key to the picture with the next case, beside the least that any page could do: ask the same server for the same
case and put it there, until it is painted. Both in turns, so that whatever else the machine does falls on both.
"""

import argparse
import os
import statistics

from bench.__main__ import Walk, machine
from bench.chromium import at_desk

READING = """(() => {  // a case that has just come is deaf to the keys for a moment: let that pass at once
  const now = performance.now.bind(performance);
  let read = 0;
  performance.now = () => now() + read;
  window.clock = now;
  window.haveRead = () => { read += 500; };
})()"""

WATCH = """() => {  // from the key to the picture with the next case, in milliseconds
  window.waits = [];
  let pressed = 0;
  document.addEventListener('keydown', (event) => { if (event.key === 'a') pressed = clock(); }, true);
  document.addEventListener('lianxin:case', () => requestAnimationFrame(() => waits.push(clock() - pressed)));
}"""

SWAP = """async (number) => {
  const began = clock(), place = document.createElement('div');
  const answer = await fetch(`/desk/triage/${number}/`, { headers: { 'X-Lianxin-Part': 'shown' }, cache: 'no-store' });
  place.innerHTML = await answer.text();
  document.querySelector('[data-pane]').after(place);
  await new Promise((done) => requestAnimationFrame(done));
  const took = clock() - began;
  place.remove();
  if (!place.querySelector(`[data-case="${number}"]`)) throw new Error('another page came');
  return took;
}"""
CHANGED = "number => document.querySelector('[data-case]')?.dataset.case !== number"


def triaged(page, cases):
    """(milliseconds of each next case, of each bare swap), a swap after every eighth."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-pane] #f-holder")
    page.evaluate(WATCH)
    swaps = []
    for each in range(cases):
        page.wait_for_selector("[data-pane][data-ahead]")
        number = page.get_attribute("[data-case]", "data-case")
        if each % 8 == 0:
            swaps.append(page.evaluate(SWAP, number))
        page.evaluate("haveRead()")
        page.keyboard.press("a")
        page.wait_for_function(CHANGED, arg=number, polling=4)
    return page.evaluate("waits"), swaps


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=200, help="how many are triaged one after another")
    cases = parser.parse_args().cases
    print(machine())
    with at_desk(0) as (server, context):
        walk = Walk(server)
        for _ in range(cases + 1):
            walk.open()
        page = context.new_page()
        page.add_init_script(READING)
        page.goto("/desk/")
        waits, swaps = triaged(page, cases)
        middle, slow = statistics.median(waits), sorted(waits)[int(len(waits) * 0.95)]
        print(f"{'':34}{'median, ms':>12}{'19 of 20':>10}{'a bare swap':>13}{'ratio':>7}   load {os.getloadavg()[0]:.1f}")
        words, swap = f"key to the next case, {len(waits)} cases", statistics.median(swaps)
        print(f"{words:34}{middle:12.0f}{slow:10.0f}{swap:13.0f}{middle / swap:7.2f}")


if __name__ == "__main__":
    main()
