// The command palette: a field and a list beneath it, by keyboard (combobox and listbox, WAI-ARIA).
import { enter as into } from "./acts";
import "../css/palette.css";
import { all, debounce, make, reachable } from "./dom";
import { fits } from "./fuzzy";

interface Choice { text: string; hint?: string; href?: string; also?: string; key?: string; run?: () => void }
interface Group { name: string; items: Choice[] }
interface Told { say?: Record<string, string>; groups: Group[] }

const PATIENCE = 8000;
const EACH = 8; // of a group, while something is typed

async function ask(address: string, query = "", stop?: AbortSignal): Promise<Told> {
  const answer = await fetch(query ? `${address}?q=${encodeURIComponent(query)}` : address, {
    credentials: "same-origin", headers: { Accept: "application/json" }, signal: stop,
  });
  if (!answer.ok || !/json/.test(answer.headers.get("Content-Type") || "")) throw new Error(`palette ${answer.status}`);
  return answer.json();
}

function wordsOf(el: HTMLElement): string {
  const bare = el.cloneNode(true) as HTMLElement;
  bare.querySelectorAll(".tally, .key, svg").forEach((part) => part.remove());
  return el.dataset.keyName || el.getAttribute("aria-label") || (bare.textContent || "").replace(/\s+/g, " ").trim();
}

function enter(el: HTMLElement): void {
  if (el instanceof HTMLInputElement || el instanceof HTMLTextAreaElement || el instanceof HTMLSelectElement) { el.focus(); return; }
  if ("keyInto" in el.dataset) { into(el.parentElement); return; }
  if (el.tagName === "SUMMARY") {
    const fold = el.parentElement as HTMLDetailsElement;
    fold.open = true;
    fold.scrollIntoView({ block: "nearest" });
    (fold.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea, .box-in button") || el).focus();
    return;
  }
  // What a form would do at once is not done by the Enter that found it: it is brought there, for another one.
  if (el instanceof HTMLButtonElement && el.type === "submit") { el.scrollIntoView({ block: "center" }); el.focus(); return; }
  el.click();
}

/** What the page in view offers: its acts, its folds, whatever has a key. */
function acts(): Choice[] {
  const told = new Set<string>();
  const found: Choice[] = [];
  all(document, "main [data-key], main summary.btn, main form[method=post] button.main, main .thumb button").forEach((el) => {
    const text = wordsOf(el);
    if (!reachable(el) || !text || told.has(text) || el.closest("[data-rows]")) return;
    told.add(text);
    found.push({ text, key: el.dataset.key, run: () => enter(el) });
  });
  return found;
}

function menu(): Choice[] {
  return all(document, ".bar .menu a[href], .bar .menu button:not([data-palette])")
    .filter((el) => !el.hidden)
    .map((el) => ({ text: wordsOf(el), also: el.getAttribute("hreflang") === "zh" ? "Chinese" : "", run: () => el.click() }));
}

function score(choice: Choice, typed: string): number {
  return Math.max(fits(typed, choice.text), fits(typed, choice.also || "") * 0.9, fits(typed, choice.hint || "") * 0.6);
}

function sifted(groups: Group[], typed: string): Group[] {
  if (!typed) return groups.filter((group) => group.items.length);
  return groups.map((group) => {
    const scored = group.items.map((choice) => ({ choice, n: score(choice, typed) })).filter(({ n }) => n > 0);
    scored.sort((a, b) => b.n - a.n);
    return { name: group.name, items: scored.slice(0, EACH).map(({ choice }) => choice), best: scored[0]?.n || 0 };
  }).filter((group) => group.items.length).sort((a, b) => b.best - a.best);
}

class Palette {
  private readonly over = make("div", "over palette");
  private readonly field = make("input", "input") as HTMLInputElement;
  private readonly list = make("div", "palette-list");
  private readonly line = make("p", "unseen");
  private readonly before = document.activeElement as HTMLElement | null;
  private shown: { el: HTMLElement; choice: Choice }[] = [];
  private cases: Group[] = [];
  private at = 0;
  private stop: AbortController | null = null;
  private look = debounce(180, () => { void this.fetch(); });

  constructor(private readonly address: string, private readonly say: Record<string, string>, private readonly fixed: Group[], typed: string) {
    const box = make("div");
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", say.title || "");
    const head = make("div", "palette-head");
    const close = make("button", "btn bare", say.close || "×") as HTMLButtonElement;
    close.type = "button";
    close.addEventListener("click", () => this.close());
    const { field, list, line } = this;
    list.id = "palette-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", say.title || "");
    Object.entries({
      role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list",
      "aria-label": say.field || "", placeholder: say.field || "", autocomplete: "off", spellcheck: "false", enterkeyhint: "go", type: "text",
    }).forEach(([name, value]) => field.setAttribute(name, value));
    line.setAttribute("role", "status");
    [field, close].forEach((part) => head.appendChild(part));
    [head, list, line].forEach((part) => box.appendChild(part));
    this.over.appendChild(box);
    field.addEventListener("input", () => { this.at = 0; this.draw(); this.look(); });
    this.over.addEventListener("keydown", (event) => this.press(event, close));
    this.over.addEventListener("mousedown", (event) => { if (event.target === this.over) this.close(); });
    document.body.appendChild(this.over);
    field.value = typed;
    this.draw();
    if (typed) this.look();
    field.focus({ preventScroll: true });
  }

  private press(event: KeyboardEvent, close: HTMLElement): void {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return; // the input method has the key
    const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };
    if (event.key === "Escape") this.close();
    else if (event.key === "Tab") (document.activeElement === close ? this.field : close).focus();
    else if (event.key === "Enter" && event.target === this.field) { if (!event.repeat) this.choose(this.shown[this.at]?.choice); }
    else if (event.key in step) this.move(step[event.key] as number);
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") this.close();
    else return;
    event.preventDefault();
  }

  private move(step: number): void {
    const last = this.shown.length - 1;
    if (last < 0) return;
    const round = Math.abs(step) === 1;
    const next = this.at + step;
    this.at = round ? (next + last + 1) % (last + 1) : Math.min(last, Math.max(0, next));
    this.mark();
  }

  private mark(): void {
    this.shown.forEach(({ el }, at) => el.setAttribute("aria-selected", String(at === this.at)));
    const now = this.shown[this.at]?.el;
    if (now) this.field.setAttribute("aria-activedescendant", now.id);
    else this.field.removeAttribute("aria-activedescendant");
    now?.scrollIntoView({ block: "nearest" });
  }

  private draw(): void {
    const typed = this.field.value.trim();
    const groups = sifted(this.fixed, typed);
    const search = document.querySelector<HTMLFormElement>(".bar form.find")?.getAttribute("action");
    if (typed) {
      groups.push(...this.cases);
      const text = (this.say.search || "").replace("{words}", typed);
      if (search) groups.push({ name: "", items: [{ text, href: `${search}?q=${encodeURIComponent(typed)}` }] });
    }
    this.list.textContent = "";
    this.shown = [];
    groups.forEach((group, n) => this.list.appendChild(this.group(group, n)));
    this.line.textContent = (this.say.found || "").replace("{n}", String(this.shown.length));
    this.at = Math.min(this.at, Math.max(0, this.shown.length - 1));
    this.mark();
  }

  private group(group: Group, n: number): HTMLElement {
    const box = make("div");
    box.setAttribute("role", "group");
    if (group.name) {
      const name = make("div", "palette-name", group.name);
      name.id = `palette-group-${n}`;
      name.setAttribute("role", "presentation");
      box.setAttribute("aria-labelledby", name.id);
      box.appendChild(name);
    } else box.setAttribute("aria-label", this.say.title || "");
    group.items.forEach((choice) => box.appendChild(this.option(choice)));
    return box;
  }

  private option(choice: Choice): HTMLElement {
    const el = make("div", "palette-choice");
    el.id = `palette-${this.shown.length}`;
    el.setAttribute("role", "option");
    el.appendChild(make("span", "palette-text", choice.text));
    if (choice.hint) el.appendChild(make("span", "palette-hint", choice.hint));
    if (choice.key) el.appendChild(make("kbd", "key", choice.key));
    const at = this.shown.push({ el, choice }) - 1;
    el.addEventListener("mousemove", () => { if (this.at !== at) { this.at = at; this.mark(); } });
    el.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    el.addEventListener("click", () => this.choose(choice));
    return el;
  }

  private choose(choice: Choice | undefined): void {
    if (!choice) return;
    this.close();
    if (choice.run) choice.run();
    else if (choice.href) window.location.assign(choice.href);
  }

  /** Cases for what is typed; an answer that comes late is another question's. */
  private async fetch(): Promise<void> {
    this.stop?.abort();
    const typed = this.field.value.trim();
    if (!typed) { this.cases = []; this.draw(); return; }
    const mine = this.stop = new AbortController();
    const timer = window.setTimeout(() => mine.abort(), PATIENCE);
    try {
      const told = await ask(this.address, typed, mine.signal);
      if (this.stop !== mine) return;
      this.cases = told.groups;
      this.draw();
    } catch (_fault) {
      if (this.stop === mine) { this.cases = []; this.draw(); this.line.textContent = this.say.failed || ""; }
    } finally {
      window.clearTimeout(timer);
    }
  }

  private close(): void {
    this.stop?.abort();
    this.stop = null;
    this.over.remove();
    this.before?.focus?.();
  }
}

/** Open the palette, unless one is open. What the server adds is asked for once and waited for: it takes a moment. */
export async function open(address: string, typed: () => string | null): Promise<void> {
  if (document.querySelector(".over")) return;
  const here = acts(); // before anything covers the page
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), PATIENCE);
  const told = await ask(address, "", stop.signal).finally(() => window.clearTimeout(timer));
  const words = typed();
  if (words === null) return;
  const say = told.say || {};
  const own = told.groups.filter((group) => group.items.length);
  new Palette(address, say, [{ name: say.acts || "", items: here }, ...own, { name: say.mine || "", items: menu() }], words);
}
