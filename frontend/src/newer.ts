// What is written while a part of the page is on its way is newer than the part: it stays, and what follows from it is
// asked for anew.
import { all } from "./dom";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Came = CustomEvent<{ xhr: XMLHttpRequest; target: Element; shouldSwap: boolean }>;

const begun = new WeakMap<XMLHttpRequest, number>();
const touched = new WeakMap<Element, number>();
const came = new WeakMap<Element, number>(); // of a part: when it was asked for
let turn = 0; // what comes first has the lower one: no clock tells events of one millisecond apart
let since = 0; // when the answer that is being put in was asked for
const held = new Map<string, Control[]>();

const controls = (part: Element): Control[] =>
  all<HTMLElement>(part as HTMLElement, "input, textarea, select").filter((el) => (el as Control).name && !/^(hidden|file)$/.test((el as Control).type)) as Control[];
const ticked = (el: Control): el is HTMLInputElement => /^(radio|checkbox)$/.test(el.type);

/** Before a part takes the place of another: what was asked for earlier than what stands there comes too late. */
function hold(event: Came): void {
  const part = event.detail.target;
  if ((came.get(part) || 0) > since) { event.detail.shouldSwap = false; return; }
  controls(part).filter((el) => (touched.get(el) || 0) > since).forEach((el) => held.set(el.name, controls(part).filter((each) => each.name === el.name)));
}

/** As it was left, in the part that has come; true where the part says otherwise. */
function put(el: Control): boolean {
  const old = held.get(el.name) || [];
  const same = ticked(el) ? old.find((each) => each.value === el.value) as HTMLInputElement | undefined : old[0];
  if (!same || (ticked(el) ? el.checked === (same as HTMLInputElement).checked : el.value === same.value)) return false;
  if (ticked(el)) el.checked = (same as HTMLInputElement).checked;
  else el.value = same.value;
  return true;
}

/** Put back what was written meanwhile; called for each part that htmx brings. */
export function newer(part: HTMLElement): void {
  came.set(part, since);
  controls(part).filter(put).forEach((el) => {
    if (!ticked(el) || el.checked) ["input", "change"].forEach((name) => el.dispatchEvent(new Event(name, { bubbles: true })));
  });
}

export function keepNewer(): void {
  const mark = (event: Event): void => { if (event.target instanceof Element) touched.set(event.target, ++turn); };
  ["input", "change"].forEach((name) => document.addEventListener(name, mark, true));
  document.addEventListener("htmx:beforeRequest", (event) => { begun.set((event as Came).detail.xhr, ++turn); });
  document.addEventListener("htmx:beforeSwap", (event) => {
    since = begun.get((event as Came).detail.xhr) || 0;
    held.clear();
    hold(event as Came);
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => hold(event as Came));
}
