"""What a ruler says of an open page: type too small, lines too tight, targets too small for a thumb, more than the window.

Sizes are CSS pixels, which on a phone are the points (pt, dp) of the rules for elders' pages.
"""

from typing import Any

LINES = 1.3  # a line of text to its type

_MEASURE = """([type, lines, thumb]) => {
  const faults = new Map();
  const fault = (element, words) => {
    const name = element.tagName.toLowerCase() + (typeof element.className === 'string' && element.className ? '.' + element.className.trim().split(/\\s+/).join('.') : '');
    const on = element.parentElement;
    const where = `${on ? on.tagName.toLowerCase() + (typeof on.className === 'string' && on.className ? '.' + on.className.trim().split(/\\s+/).join('.') : '') : ''} > ${name}`;
    faults.has(`${where}: ${words}`) || faults.set(`${where}: ${words}`, (element.innerText || element.textContent || '').trim().slice(0, 24));
  };
  const seen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return null;
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && box.right > 0 && box.bottom + scrollY > 0 ? box : null;
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), written = new Set();
  while (texts.nextNode()) if (texts.currentNode.data.trim()) written.add(texts.currentNode.parentElement);
  for (const element of written) {
    if (element.closest('script, style, noscript, option, [aria-hidden=true] .icon') || !seen(element)) continue;
    const style = getComputedStyle(element), drawn = element.closest('svg');
    if (drawn && drawn.matches('[role=img]')) continue;  // a picture: what it tells stands beside it in words
    const size = parseFloat(style.fontSize) * (drawn ? element.getScreenCTM().a : 1);
    if (size < type - 0.05) fault(element, `type of ${size.toFixed(1)} px`);
    const words = document.createRange(), line = parseFloat(style.lineHeight);
    words.selectNodeContents(element);
    const tops = new Set([...words.getClientRects()].map((each) => Math.round(each.top)));
    if (!drawn && tops.size > 1 && line / size < lines - 0.01) fault(element, `lines of ${(line / size).toFixed(2)}`);
  }

  const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab]';
  const alone = (element) => !(element.matches('a') && getComputedStyle(element).display.startsWith('inline')
    && [...element.parentElement.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  const reaches = (element, box) => {  // how far it can be pressed, up and down: a link may cover its card
    element.scrollIntoView({ block: 'center' });
    const now = element.getBoundingClientRect(), x = now.left + now.width / 2, y = now.top + now.height / 2;
    const hit = (at) => { const found = document.elementFromPoint(x, at); return found !== null && (element.contains(found) || found.contains(element) && found.matches('label')); };
    let up = y, down = y;
    while (y - up < thumb && hit(up - 2)) up -= 2;
    while (down - y < thumb && hit(down + 2)) down += 2;
    return Math.max(box.height, down - up);
  };
  const at = [scrollX, scrollY];
  for (let element of document.querySelectorAll(pressed)) {
    if (element.disabled || element.closest('.leaflet-interactive, .cover-cells')) continue;  // a place on a map or a photo is as large as it is
    if (element.matches('[type=checkbox], [type=radio]')) element = element.closest('label') || (element.id && document.querySelector(`label[for="${element.id}"]`)) || element;
    const box = seen(element);
    if (!box || !alone(element) || Math.min(box.height, box.width) >= thumb - 0.5) continue;
    const height = box.height >= thumb - 0.5 ? box.height : reaches(element, box);
    if (height < thumb - 2.5 || box.width < thumb - 0.5) fault(element, `a target of ${box.width.toFixed(0)} × ${height.toFixed(0)} px`);
  }
  scrollTo(...at);
  return [...faults].map(([words, text]) => `${words} (${text})`);
}"""


def too_small(page: Any, *, type: float, thumb: float) -> list[str]:
    """Each text smaller than `type` or set tighter than LINES, and each target lower than `thumb`: a sentence each."""
    return page.evaluate(_MEASURE, [type, LINES, thumb])
