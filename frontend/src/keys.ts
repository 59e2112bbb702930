// The desk by keyboard: j k Enter, a key for each act, / to search, ? to see them all.
import { all, make, writing } from "./dom";

function rows(): HTMLElement[] {
  return all(document, "[data-rows] > *, [data-row]").filter((row) => row.offsetParent !== null);
}

function current(list: HTMLElement[]): number {
  const on = list.findIndex((row) => row.contains(document.activeElement) && document.activeElement !== document.body);
  return on >= 0 ? on : list.findIndex((row) => row.getAttribute("aria-selected") === "true" || row.classList.contains("on") || row.querySelector(".on") !== null);
}

function move(step: number): void {
  const list = rows();
  if (!list.length) return;
  const now = current(list);
  const next = list[now < 0 ? 0 : Math.min(list.length - 1, Math.max(0, now + step))];
  const link = next?.querySelector<HTMLElement>("a[href], button") || next;
  link?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function wordsOf(el: HTMLElement): string {
  return el.dataset.keyName || el.getAttribute("aria-label") || (el.textContent || "").replace(/\s+/g, " ").trim();
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
  const told = new Set<string>(); // a key that every row has is told once
  all(document, "[data-key]").filter((el) => el.offsetParent !== null).forEach((el) => {
    const key = el.dataset.key || "";
    if (!told.has(key)) line(key, wordsOf(el).replace(new RegExp(`\\s*${key}$`), ""));
    told.add(key);
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
  close.focus();
}

/** A key acts on the row one stands at, where that row has it; else on the page. */
function press(key: string): boolean {
  const fits = (one: HTMLElement): boolean => one.dataset.key === key && one.offsetParent !== null;
  const list = rows();
  const row = list[current(list)];
  const el = (row && all(row, "[data-key]").find(fits)) || all(document, "[data-key]").find(fits);
  if (!el) return false;
  if (el instanceof HTMLInputElement || el instanceof HTMLTextAreaElement || el instanceof HTMLSelectElement) el.focus();
  else el.click();
  return true;
}

/** Ctrl+Enter sends the form one is writing in, by its button of that key. */
function sendForm(target: EventTarget | null): boolean {
  const form = target instanceof HTMLElement ? target.closest("form") : null;
  const button = (form || document).querySelector<HTMLElement>("[data-key='Ctrl+Enter']");
  button?.click();
  return button !== null;
}

export function keys(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && sendForm(event.target)) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && writing(event.target)) { (event.target as HTMLElement).blur(); return; }
    if (writing(event.target)) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "/") document.querySelector<HTMLInputElement>("[data-find]")?.focus();
    else if (event.key === "?") showKeys();
    else if (!press(event.key)) return;
    event.preventDefault();
  });
  all(document, "[data-show-keys]").forEach((el) => { el.hidden = false; el.addEventListener("click", showKeys); });
}
