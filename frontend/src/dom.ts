// The little that every island needs.

export type Start = (root: ParentNode) => void;

export function all<T extends HTMLElement>(root: ParentNode, selector: string): T[] {
  const found = Array.from(root.querySelectorAll<T>(selector));
  if (root instanceof HTMLElement && root.matches(selector)) found.unshift(root as T);
  return found;
}

/** Run `start` once for each element, however often a fragment is swapped in. */
export function once(root: ParentNode, selector: string, name: string, start: (el: HTMLElement) => void): void {
  for (const el of all(root, selector)) {
    const mark = `on${name}`;
    if (el.dataset[mark]) continue;
    el.dataset[mark] = "1";
    start(el);
  }
}

/** Whether what is typed stands in a text letter by letter, in its order: 环卫所 in 环境卫生管理所. */
export function inOrder(wanted: string, text: string): boolean {
  let at = 0;
  for (const sign of text) if (sign === wanted[at]) at += 1;
  return at >= wanted.length;
}

/** Whether it can be come by: it is on the page, or in a menu there that is folded. */
export function reachable(el: HTMLElement): boolean {
  return (el.closest<HTMLElement>("details.menu:not([open])") || el).offsetParent !== null;
}

export function make(tag: string, className = "", text = ""): HTMLElement {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text) el.textContent = text;
  return el;
}

/** Words come from the page, already in the reader's language: data-say-<name> with {holes}. */
export function say(el: HTMLElement, name: string, holes: Record<string, string | number> = {}): string {
  const words = el.getAttribute(`data-say-${name}`) || "";
  return words.replace(/\{(\w+)\}/g, (_all, hole: string) => String(holes[hole] ?? ""));
}

/** A question on the page, where it was asked for, and its two answers; "no" has the focus. */
export function ask(question: string, yes: string, no: string, answered: (yes: boolean) => void): HTMLElement {
  const box = make("div", "asked"), acts = make("div", "row");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", question);
  box.appendChild(make("p", "", question));
  ([[yes, "btn danger", true], [no, "btn", false]] as [string, string, boolean][]).forEach(([text, look, answer]) => {
    const button = make("button", look, text) as HTMLButtonElement;
    button.type = "button";
    button.addEventListener("click", () => answered(answer));
    acts.appendChild(button);
    if (!answer) void Promise.resolve().then(() => button.focus()); // once it stands on the page, before any other key
  });
  box.appendChild(acts);
  return box;
}

const NOTICED = 200; // ms: what comes sooner needs no word, and a word that flashes is worse than none

/** Say in a line that something is under way, once it takes long enough to be noticed; the answer ends it. */
export function waits(line: HTMLElement | null, words: string): () => void {
  const timer = window.setTimeout(() => { if (line) line.textContent = words; }, NOTICED);
  return () => {
    window.clearTimeout(timer);
    if (line && line.textContent === words) line.textContent = "";
  };
}

export function debounce(ms: number, run: () => void): () => void {
  let timer = 0;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(run, ms);
  };
}

export function toast(text: string): void {
  const el = make("div", "toast", text);
  el.setAttribute("role", "status");
  document.body.appendChild(el);
  window.setTimeout(() => el.remove(), 2600);
}

/** True while somebody writes: hotkeys keep quiet. */
export function writing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !/^(checkbox|radio|button|submit|file)$/.test(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

const CROSS = '<path d="M6 6l12 12M18 6L6 18"/>';

export function cross(): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = CROSS;
  return svg;
}

const ROOM_DAYS = 30;

/** The next page leaves a part its room: the server learns how high it is, and no more. */
export function leaveRoom(name: string, high: number): void {
  document.cookie = `${name}=${Math.ceil(high)}; path=/; max-age=${high ? ROOM_DAYS * 86400 : 0}; samesite=lax`;
}
