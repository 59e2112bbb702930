// The list follows what happens: what is done leaves it, what has changed is marked, what is new waits to be asked for.
import { all, make, say } from "./dom";

const rowsIn = (root: ParentNode): HTMLElement[] => all(root, "[data-rows] > [data-id]");
const SIDEWAYS = ".chips, .tabs"; // rows that scroll sideways
const keyOf = (row: HTMLElement): string => row.dataset.id || "";

export class List {
  private readonly box: HTMLElement;
  private readonly news: HTMLElement | null;
  private fresh: HTMLElement | null = null; // the list as the server has it, while ours waits to be renewed

  constructor(desk: HTMLElement) {
    this.box = desk.querySelector(".desk-list") as HTMLElement;
    this.news = desk.querySelector("[data-news]");
  }

  /** The session has ended: nothing here is renewed any more. */
  out(): void {
    if (this.news) this.news.textContent = say(this.news, "out");
  }

  /** Put what the server says into the page, moving nothing that the reader looks at. */
  take(doc: Document): void {
    const said = doc.querySelector<HTMLElement>("[data-list]");
    if (!said) return;
    this.fresh = said;
    this.count(said);
    const mine = rowsIn(this.box), theirs = rowsIn(said);
    const now = new Map(theirs.map((row) => [keyOf(row), row] as [string, HTMLElement]));
    const had = new Set(mine.map(keyOf));
    const open = document.querySelector<HTMLElement>("[data-pane] [data-case]")?.dataset.case;
    const back = theirs.some((row) => row.dataset.of === open) && !mine.some((row) => row.dataset.of === open);
    if (!mine.length || back) { this.renew(); return; } // its reader has taken back what had sent it away
    mine.forEach((row) => { const other = now.get(keyOf(row)); if (other) this.update(row, other); });
    let last = -1;
    theirs.forEach((row, at) => { if (had.has(keyOf(row))) last = at; });
    const added = theirs.filter((row, at) => at < last && !had.has(keyOf(row)));
    let kept = -1;
    mine.forEach((row, at) => { if (now.has(keyOf(row))) kept = at; });
    // What new ones have pushed off the page's end has not gone; what is missing above it has.
    const gone = mine.filter((row, at) => !now.has(keyOf(row)) && (at < kept || !added.length));
    gone.forEach((row) => this.note(row, "gone"));
    const more = theirs.slice(last + 1);
    this.append(more, !this.box.querySelector(".pager [rel=next]"));
    this.tell(added.length, gone.length);
    document.dispatchEvent(new CustomEvent("lianxin:rows"));
  }

  private count(said: HTMLElement): void {
    ["tabs", "sieve", "found"].forEach((name) => {
      const old = this.box.querySelector(`[data-live="${name}"]`), now = said.querySelector(`[data-live="${name}"]`);
      if (!old || !now || old.contains(document.activeElement) || old.innerHTML === now.innerHTML) return;
      const fresh = now.cloneNode(true) as HTMLElement, at = [old, ...all(old, SIDEWAYS)].map((row) => row.scrollLeft);
      old.replaceWith(fresh);
      [fresh, ...all(fresh, SIDEWAYS)].forEach((row, n) => { row.scrollLeft = at[n] || 0; }); // nothing moves under the reader
    });
    const tally = said.querySelector("[data-own]");
    if (tally) document.querySelector(".rail [data-own]")?.replaceWith(tally.cloneNode(true));
  }

  /** A row says what its case says now; it stays where it is, and so does the focus. */
  private update(row: HTMLElement, other: HTMLElement): void {
    if (row.dataset.version !== other.dataset.version && !row.classList.contains("on")) this.note(row, "changed");
    row.dataset.version = other.dataset.version;
    const link = row.querySelector<HTMLAnchorElement>("a.title"), now = other.querySelector<HTMLAnchorElement>("a.title");
    if (link && now) { link.setAttribute("href", now.getAttribute("href") || ""); link.textContent = now.textContent; }
    [".meta", ".tags", ".end"].forEach((part) => {
      const old = row.querySelector(part), fresh = other.querySelector(part);
      if (old && fresh && old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
    });
  }

  /** Said in words beside the row: a colour alone says nothing to some. */
  private note(row: HTMLElement, what: string): void {
    if (row.classList.contains(what) || !this.news) return;
    row.classList.add(what);
    row.querySelector(".mark")?.remove();
    row.querySelector(".case")?.appendChild(make("span", "mark badge soon", say(this.news, { gone: "left", added: "added" }[what] || what)));
  }

  /** A list that has grown shorter is filled up from below. */
  private append(more: HTMLElement[], whole: boolean): void {
    const list = this.box.querySelector("[data-rows]");
    more.forEach((each) => {
      const row = list?.appendChild(each.cloneNode(true)) as HTMLElement | undefined;
      if (row && whole) this.note(row, "added"); // there was no more to fill it up with: this one has just come
    });
  }

  private tell(added: number, gone: number): void {
    if (!this.news) return;
    const words = [added ? say(this.news, "new", { n: added }) : "", gone ? say(this.news, "gone", { n: gone }) : ""].filter(Boolean).join(" · ");
    const held = this.news.querySelector<HTMLElement>("button");
    if (!words) { this.news.textContent = ""; return; }
    const text = `${words} · ${say(this.news, "look")}`;
    if (held) { if (held.dataset.text !== text) { held.dataset.text = text; held.textContent = text; } return; }
    const button = make("button", "btn bare", text) as HTMLButtonElement;
    button.type = "button";
    button.dataset.key = "s";
    button.dataset.text = text;
    button.addEventListener("click", () => this.renew(true));
    this.news.appendChild(button);
  }

  /** The list as it is: asked for, or there was none. The row that is open stays marked. */
  private renew(asked = false): void {
    const now = this.fresh?.querySelector('[data-live="rows"]');
    if (!now) return;
    const open = this.box.querySelector<HTMLElement>("[data-rows] > .on")?.dataset.id;
    const number = document.querySelector<HTMLElement>("[data-pane] [data-case]")?.dataset.case;
    const copy = now.cloneNode(true) as HTMLElement;
    this.box.querySelector('[data-live="rows"]')?.replaceWith(copy);
    const row = rowsIn(copy).find((each) => (open ? keyOf(each) === open : each.dataset.of === number));
    row?.classList.add("on");
    row?.querySelector("a.title")?.setAttribute("aria-current", "true");
    if (this.news) this.news.textContent = "";
    document.dispatchEvent(new CustomEvent("lianxin:rows"));
    if (asked) (row || rowsIn(copy)[0])?.querySelector<HTMLElement>("a.title")?.focus();
  }
}
