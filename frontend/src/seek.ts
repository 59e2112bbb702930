// A select of many choices opens as a field to type in and the list of what fits (combobox and listbox, WAI-ARIA).
// The select stays where it is and stays what is sent, named, required and told; the field is there while one seeks.
import { make, say } from "./dom";
import { fits } from "./fuzzy";

const MANY = 15; // as many are seen at a glance, as the browser shows them
const STEP = 100; // choices drawn at a time; more as one goes down
const WIDE = 280; // px: room for a name and a post
const AIR = 8; // px to the edges of the window

export interface Sought { text: string; group: string }

/** What answers to what is typed, the best first, those of a group together; a group's name brings all that is in it. */
export function sought<T extends Sought>(typed: string, choices: T[]): T[] {
  if (!typed) return choices;
  const groups = new Map<string, { best: number; found: { n: number; choice: T }[] }>();
  choices.forEach((choice) => {
    const n = Math.max(fits(typed, choice.text), fits(typed, choice.group) >= 50 ? 10 : 0);
    if (!n) return;
    const group = groups.get(choice.group) || { best: 0, found: [] };
    groups.set(choice.group, group);
    group.best = Math.max(group.best, n);
    group.found.push({ n, choice });
  });
  const ranked = Array.from(groups.values()).sort((a, b) => b.best - a.best);
  return ranked.reduce<T[]>((all, { found }) => all.concat(found.sort((a, b) => b.n - a.n).map(({ choice }) => choice)), []);
}

interface Choice extends Sought { option: HTMLOptionElement }

function choicesOf(select: HTMLSelectElement): Choice[] {
  return Array.from(select.options).filter((option) => !option.disabled && !option.hidden).map((option) => {
    const over = option.parentElement;
    return { option, text: option.text, group: over instanceof HTMLOptGroupElement ? over.label : "" };
  });
}

class Seek {
  private readonly box = make("div", "seek");
  private readonly field = make("input", "input") as HTMLInputElement;
  private readonly list = make("div", "seek-list");
  private readonly line = make("p", "small quiet");
  private readonly choices: Choice[];
  private found: Choice[] = [];
  private drawn: HTMLElement[] = [];
  private group: HTMLElement | null = null;
  private at = 0;

  constructor(readonly select: HTMLSelectElement, private readonly words: HTMLElement) {
    const { box, field, list, line } = this;
    const label = select.getAttribute("aria-label") || (select.labels?.[0]?.textContent || "").replace(/\s+/g, " ").trim();
    this.choices = choicesOf(select);
    list.id = "seek-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", label);
    Object.entries({
      role: "combobox", "aria-controls": list.id, "aria-autocomplete": "list", "aria-label": say(words, "in", { label }),
      placeholder: say(words, "type"), autocomplete: "off", spellcheck: "false", enterkeyhint: "done", type: "text",
    }).forEach(([name, value]) => field.setAttribute(name, value));
    line.setAttribute("role", "status");
    [field, list, line].forEach((part) => box.appendChild(part));
    box.addEventListener("keydown", (event) => this.press(event));
    // What is typed to seek is not typed into the form.
    ["input", "change", "compositionend"].forEach((name) => box.addEventListener(name, (event) => {
      event.stopPropagation();
      if (name !== "change" && !(event as InputEvent).isComposing) this.look();
    }));
    box.addEventListener("mousedown", (event) => { if (event.target !== field) event.preventDefault(); }); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const at = this.drawn.indexOf((event.target as Element).closest("[role=option]") as HTMLElement);
      if (at >= 0) this.take(at);
    });
    list.addEventListener("scroll", () => { if (list.scrollTop + 2 * list.clientHeight > list.scrollHeight) this.more(); });
    select.insertAdjacentElement("afterend", box);
    this.look();
    this.place();
    document.addEventListener("pointerdown", this.elsewhere, true);
    document.addEventListener("focusin", this.elsewhere);
    field.focus({ preventScroll: true });
    box.scrollIntoView({ block: window.innerWidth < 600 ? "start" : "nearest" }); // a phone's keyboard takes the lower half
  }

  /** Over the select, as wide as it at least, inside the window. */
  private place(): void {
    const { box } = this, from = this.select.getBoundingClientRect(), room = document.documentElement.clientWidth - 2 * AIR;
    const width = Math.min(room, Math.max(from.width, WIDE));
    box.style.width = `${width}px`;
    this.field.style.minHeight = `${from.height}px`;
    const now = box.getBoundingClientRect(); // wherever the page begins to count
    const left = Math.max(AIR, Math.min(from.left, AIR + room - width));
    box.style.left = `${left - now.left}px`;
    box.style.top = `${from.top - now.top}px`;
  }

  private look(): void {
    const typed = this.field.value.trim();
    this.found = sought(typed, this.choices);
    this.drawn = [];
    this.group = null;
    this.list.textContent = "";
    this.list.hidden = !this.found.length;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    const chosen = typed ? 0 : this.found.findIndex(({ option }) => option.selected);
    this.at = Math.max(0, chosen);
    this.more();
    this.mark();
    if (typed) this.list.scrollTop = 0; // with the name of the first group
  }

  /** Draw the next of them, and as far as one has gone. */
  private more(): void {
    const to = Math.min(this.found.length, Math.max(this.drawn.length, this.at) + STEP);
    for (let at = this.drawn.length; at < to; at += 1) this.draw(this.found[at] as Choice);
    const left = this.found.length - to;
    const told = !this.found.length ? say(this.words, "none") : left ? say(this.words, "more", { n: left }) : "";
    if (this.line.textContent !== told) this.line.textContent = told;
  }

  private draw(choice: Choice): void {
    if (choice.group !== (this.group?.dataset.name || "")) {
      this.group = choice.group ? this.grouped(choice.group) : null;
      if (this.group) this.list.appendChild(this.group);
    }
    const el = make("div", "seek-choice", choice.text.trim() || "—");
    el.id = `seek-${this.drawn.push(el)}`;
    el.setAttribute("role", "option");
    el.setAttribute("aria-selected", "false");
    if (choice.option.selected) el.classList.add("now");
    (this.group || this.list).appendChild(el);
  }

  private grouped(name: string): HTMLElement {
    const box = make("div"), head = make("div", "seek-name", name);
    box.dataset.name = name;
    head.id = `seek-group-${this.drawn.length}`;
    head.setAttribute("role", "presentation");
    box.setAttribute("role", "group");
    box.setAttribute("aria-labelledby", head.id);
    box.appendChild(head);
    return box;
  }

  private mark(): void {
    this.list.querySelectorAll("[aria-selected=true]").forEach((el) => el.setAttribute("aria-selected", "false"));
    const now = this.drawn[this.at];
    if (!now) { this.field.removeAttribute("aria-activedescendant"); return; }
    now.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", now.id);
    const view = this.list.getBoundingClientRect(), own = now.getBoundingClientRect(); // the page itself stays
    if (own.top < view.top) this.list.scrollTop += own.top - view.top;
    else if (own.bottom > view.bottom) this.list.scrollTop += own.bottom - view.bottom;
  }

  private press(event: KeyboardEvent): void {
    if (event.isComposing || event.keyCode === 229) { event.stopPropagation(); return; } // the input method has the key
    const step: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };
    if (event.key === "Tab") { this.take(this.at); return; } // and on from the select
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape" || (event.altKey && event.key === "ArrowUp")) this.close();
    else if (event.key === "Enter") { if (!event.repeat) this.take(this.at); }
    else if (event.key in step) {
      this.at = Math.max(0, Math.min(this.found.length - 1, this.at + (step[event.key] as number)));
      if (this.at >= this.drawn.length) this.more();
      this.mark();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The choice becomes the select's, as if it had been made there. */
  private take(at: number): void {
    const { select } = this, option = this.found[at]?.option;
    this.close();
    if (!option || option.selected || !select.isConnected) return;
    option.selected = true;
    ["lianxin:picked", "input", "change"].forEach((name) => select.dispatchEvent(new Event(name, { bubbles: true })));
  }

  private readonly elsewhere = (event: Event): void => {
    const target = event.target as Node;
    if (!this.box.contains(target) && target !== this.select) this.end();
  };

  private close(): void {
    this.end();
    this.select.focus({ preventScroll: true });
  }

  end(): void {
    document.removeEventListener("pointerdown", this.elsewhere, true);
    document.removeEventListener("focusin", this.elsewhere);
    this.box.remove();
  }
}

/** Open every long select of the page so, those that come later too: by a press, by Space and by the first letter. */
export function seek(): void {
  const words = document.querySelector<HTMLElement>("[data-seek]");
  if (!words) return;
  let now: Seek | null = null;
  const open = (select: HTMLSelectElement): void => { now?.end(); now = new Seek(select, words); };
  const long = (target: EventTarget | null): target is HTMLSelectElement =>
    target instanceof HTMLSelectElement && !target.multiple && target.size < 2 && !target.disabled && target.options.length > MANY;
  document.addEventListener("mousedown", (event) => {
    if (event.button !== 0 || !long(event.target)) return;
    event.preventDefault(); // the browser's own list
    open(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || !long(event.target)) return;
    const opens = event.altKey ? event.key === "ArrowDown" : event.key === " ";
    if (!opens && (event.altKey || event.key.length > 1)) return;
    if (opens) event.preventDefault(); // a letter goes into the field, which has the focus by then
    open(event.target);
  }, true);
}
