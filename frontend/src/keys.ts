// The desk by keyboard: j k Enter, a key for each act, / to search, ? to see them all.
import { enter, foldAway, foldsByHand, oneOpen, stands } from "./acts";
import { leaving } from "./arrival";
import { all, make, reachable, writing } from "./dom";

function rows(): HTMLElement[] {
  return all(document, "[data-rows] > *, [data-row]").filter((row) => row.offsetParent !== null);
}

/** The rows one walks among: where several lists stand side by side, those of the one that one is in. */
function walked(): HTMLElement[] {
  const list = rows();
  const now = list[current(list)];
  const home = document.querySelector("[data-desk] [data-rows]");
  const own = now?.parentElement || home;
  return home && own ? list.filter((row) => row.parentElement === own) : list;
}

function current(list: HTMLElement[]): number {
  const on = list.findIndex((row) => row.contains(document.activeElement) && document.activeElement !== document.body);
  return on >= 0 ? on : list.findIndex((row) => row.getAttribute("aria-selected") === "true" || row.classList.contains("on") || row.querySelector(".on") !== null);
}

function move(step: number): void {
  const list = walked();
  if (!list.length) return;
  const now = current(list);
  const next = list[now < 0 ? 0 : Math.min(list.length - 1, Math.max(0, now + step))];
  const link = next?.querySelector<HTMLElement>("a[href], button") || next;
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function wordsOf(el: HTMLElement): string {
  const bare = el.cloneNode(true) as HTMLElement;
  bare.querySelectorAll(".tally, .key").forEach((part) => part.remove());
  return el.dataset.keyName || el.getAttribute("aria-label") || (bare.textContent || "").replace(/\s+/g, " ").trim();
}

/** The list of keys is made from the page itself, so it is never out of date. */
function showKeys(): void {
  const words = document.querySelector<HTMLElement>("[data-keys]");
  const before = document.activeElement as HTMLElement | null;
  const over = make("div", "over");
  const box = make("div");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  box.setAttribute("aria-labelledby", "keys-title");
  const title = make("h2", "", words?.dataset.sayTitle || "");
  title.id = "keys-title";
  const list = make("dl");
  const line = (key: string, text: string): void => {
    const term = make("dt");
    term.appendChild(make("kbd", "key", key));
    list.appendChild(term);
    list.appendChild(make("dd", "", text));
  };
  (words?.dataset.sayFixed || "").split("|").forEach((pair) => {
    const [key, text] = pair.split("=");
    if (key && text) line(key, text);
  });
  const told = new Set<string>(); // a key that every row has is told once, one that does two things twice
  all(document, "[data-key]").filter(reachable).forEach((el) => {
    const key = el.dataset.key || "";
    const what = wordsOf(el);
    if (!told.has(`${key} ${what}`)) line(key, what);
    told.add(`${key} ${what}`);
  });
  const close = make("button", "btn main", words?.dataset.sayClose || "OK") as HTMLButtonElement;
  close.type = "button";
  const shut = (): void => { over.remove(); before?.focus(); };
  close.addEventListener("click", shut);
  over.addEventListener("click", (event) => { if (event.target === over) shut(); });
  over.addEventListener("keydown", (event) => {
    if (event.key === "Escape") shut();
    if (event.key === "Tab") { event.preventDefault(); close.focus(); }
    event.stopPropagation();
  });
  const foot = make("div", "row");
  foot.appendChild(close);
  [title, list, foot].forEach((part) => box.appendChild(part));
  over.appendChild(box);
  document.body.appendChild(over);
  close.focus({ preventScroll: true });
}

const WIDE: Record<string, string> = { "？": "?", "／": "/", "、": "/" }; // as a Chinese keyboard types them
const PAUSE = 400;
let shown = 0; // when what stands before the reader came up

/** Another case has come up in place of the one before. */
export function freshly(): void {
  shown = performance.now();
}

/** A key pressed twice, or held, must not act on the case that came up meanwhile: nobody has read it yet. What only asks may. */
function unread(el: HTMLElement): boolean {
  return el instanceof HTMLButtonElement && el.type === "submit" && el.form?.method !== "get" && performance.now() - shown < PAUSE;
}

/** A key acts in the pane one is in, else on the row one stands at, where they have it; else on the page. */
function press(key: string): boolean {
  const fits = (one: HTMLElement): boolean => one.dataset.key === key && reachable(one);
  const list = rows();
  const row = list[current(list)];
  const pane = document.activeElement?.closest("[data-pane]");
  const el = [pane, row, document].map((part) => part && all(part, "[data-key]").find(fits)).find(Boolean);
  if (!el) return false;
  before = document.activeElement;
  if (el instanceof HTMLInputElement && el.type === "checkbox") el.click();
  else if (el instanceof HTMLInputElement || el instanceof HTMLTextAreaElement || el instanceof HTMLSelectElement) el.focus();
  else if ("keyInto" in el.dataset && stands(el.parentElement)) enter(el.parentElement);
  else if (!unread(el)) {
    leaving();
    if (el.tagName === "SUMMARY") el.focus({ preventScroll: true });
    el.click();
    if (el.tagName === "SUMMARY") enter(el.parentElement);
  }
  return true;
}

let before: Element | null = null; // where one was when a key led into a field

/** Out of a field: to where one was before a key led into it, else to the heading of the case beside the list. */
function leave(el: HTMLElement): void {
  const pane = el.closest("[data-pane]"), back = before instanceof HTMLElement && before.isConnected && before.offsetParent !== null ? before : null;
  const home = back && back !== document.body && (!pane || pane.contains(back)) ? back : pane?.querySelector<HTMLElement>("[data-part] h1");
  if (home) home.focus({ preventScroll: true });
  else el.blur();
}

/** Ctrl+Enter sends the form one is writing in: by its button of that key, else by the one that does what it is for. */
function sendForm(target: EventTarget | null): boolean {
  const form = target instanceof HTMLElement ? target.closest("form") : null;
  const own = (form || document).querySelector<HTMLElement>("[data-key='Ctrl+Enter']");
  const button = own || (form?.method === "post" ? form.querySelector<HTMLElement>("button.main, button.danger") : null);
  button?.click();
  return button !== null;
}

export function keys(): void {
  let astray = -PAUSE; // when a letter was last typed that means nothing here: somebody writes, and no field has it
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && sendForm(event.target)) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && !event.defaultPrevented && foldAway(event.target)) { event.preventDefault(); return; }
    if (event.key === "Escape" && writing(event.target)) { leave(event.target as HTMLElement); return; }
    if (writing(event.target)) return;
    const key = WIDE[event.key] || event.key;
    const letter = key.length === 1;
    if (letter && event.timeStamp - astray < PAUSE) { astray = event.timeStamp; return; }
    if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (event.repeat && letter) return;
    else if (key === "/") { before = document.activeElement; document.querySelector<HTMLInputElement>("[data-find]")?.focus(); }
    else if (key === "?") showKeys();
    else if (!press(key)) { if (letter) astray = event.timeStamp; return; }
    event.preventDefault();
  });
  foldsByHand();
  document.addEventListener("click", oneOpen);
  all(document, "[data-show-keys]").forEach((el) => { el.hidden = false; el.addEventListener("click", showKeys); });
}
