// The inbox on a wide screen: the row one chooses opens beside the list, and what is sent brings up the next one.
import { lost } from "./again";
import { live } from "./desk-live";
import { all, say, waits, writing } from "./dom";
import { freshly } from "./keys";
import { carry, photosReady } from "./photo";
import { bodyOf } from "./send";

const WIDE = "(min-width: 1200px)";
const WAIT = 30000;
const KEEP = 60000; // how long what was fetched ahead may be shown; the server refuses what has gone stale meanwhile

interface Part { nodes: Node[]; title: string; number: string; at: number }

class Lost extends Error {}

async function ask(url: string, how: RequestInit, part: string, held = ""): Promise<Response> {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), WAIT);
  const headers: Record<string, string> = { "X-Lianxin-Part": part };
  if (held) headers["X-Lianxin-Ahead"] = held; // the server need not look for the next one
  try {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", ...how, headers, signal: stop.signal });
    if (answer.redirected && /\/sign-in\//.test(answer.url)) location.assign(answer.url);
    if (answer.status >= 500 || answer.status === 404) throw new Lost(String(answer.status));
    return answer;
  } finally {
    window.clearTimeout(timer);
  }
}

function read(html: string): Part {
  const doc = new DOMParser().parseFromString(html, "text/html");
  const body = doc.querySelector("main") || doc.body;
  const title = body.querySelector<HTMLElement>("[data-title]")?.dataset.title || doc.title;
  const number = body.querySelector<HTMLElement>("[data-case]")?.dataset.case || "";
  return { nodes: Array.from(body.childNodes), title, number, at: performance.now() };
}

const linkOf = (row: Element): HTMLAnchorElement | null => row.querySelector("a.title");
const pathOf = (href: string): string => new URL(href, location.href).pathname;
const triaged = (href: string): string => /\/desk\/triage\/([^/]+)\/$/.exec(pathOf(href))?.[1] || "";

export class Pane {
  private readonly place: HTMLElement;
  private readonly told: HTMLElement;
  private readonly ahead = new Map<string, Promise<Part>>();
  private turn = 0;
  private readonly sent = new WeakSet<HTMLFormElement>(); // on its way or taken: not sent twice, and none waits for another
  private arrived: () => void = () => undefined;
  private pressed: HTMLButtonElement | null = null;
  private done = ""; // the case that was just acted on: its row has gone
  number = "";

  constructor(private readonly desk: HTMLElement, private readonly pane: HTMLElement) {
    this.place = pane.querySelector("[data-part]") as HTMLElement;
    this.told = pane.querySelector("[data-told]") as HTMLElement;
    desk.addEventListener("click", (event) => this.clicked(event));
    pane.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button:not([type=button])");
      if (button) this.pressed = button;
    }, true);
    // Before the form's own sender hears of it: what is sent from here comes back here.
    pane.addEventListener("submit", (event) => this.submitted(event), true);
    pane.addEventListener("lianxin:again", () => {
      const row = this.on();
      if (this.number) this.open(row, this.number);
    });
    const wanted = new URLSearchParams(location.search).get("open");
    if (wanted && this.wide()) this.open(this.row(wanted), wanted);
  }

  wide(): boolean {
    return window.matchMedia(WIDE).matches;
  }

  private rows(): HTMLElement[] {
    return all(this.desk, ".desk-list [data-rows] > [data-of]");
  }

  private row(number: string): HTMLElement | null {
    return this.rows().find((row) => row.dataset.of === number) || null;
  }

  private on(): HTMLElement | null {
    return this.desk.querySelector(".desk-list [data-rows] > .on");
  }

  private clicked(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !this.wide()) return;
    const row = link.closest<HTMLElement>(".desk-list [data-rows] > [data-of]");
    if (row) this.open(row, row.dataset.of || "");
    else if (!this.pane.contains(link)) return;
    else if ("close" in link.dataset) this.shut();
    else if ("next" in link.dataset) this.skip();
    else if (this.number && (triaged(link.href) === this.number || /\/desk\/merge\//.test(link.pathname))) void this.load(link.href, this.number);
    else return;
    event.preventDefault();
  }

  /** A row of the list, or a case that stands in it no longer. */
  private open(row: HTMLElement | null, number: string): void {
    const link = row && linkOf(row);
    this.mark(row);
    void this.load(link ? link.href : (this.desk.dataset.caseUrl || "").replace("0", encodeURIComponent(number)), number);
  }

  private mark(row: HTMLElement | null): void {
    this.rows().forEach((each) => {
      each.classList.toggle("on", each === row);
      const link = linkOf(each);
      if (each === row) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
    });
    row?.classList.remove("changed");
    row?.querySelector(".mark")?.remove();
    row?.scrollIntoView({ block: "nearest" });
  }

  private address(number: string): void {
    const here = new URL(location.href);
    if (number) here.searchParams.set("open", number);
    else here.searchParams.delete("open");
    history.replaceState(history.state, "", here.pathname + here.search);
  }

  private fetched(href: string, how: string): Promise<Part> {
    return ask(href, {}, how).then((answer) => answer.text()).then(read);
  }

  private async load(href: string, number: string): Promise<void> {
    const turn = ++this.turn;
    this.pane.setAttribute("aria-busy", "true");
    this.arrived(); // the line of the one before goes with it
    this.arrived = waits(this.pane.querySelector("[data-waiting]"), say(this.desk, "fetching"));
    const key = triaged(href);
    const held = key ? this.ahead.get(key) : undefined;
    this.ahead.delete(key);
    try {
      let part = held ? await held.catch(() => null) : null;
      if (!part || performance.now() - part.at > KEEP) part = await this.fetched(href, "shown");
      if (turn === this.turn) this.show(part, number);
    } catch (_fault) {
      if (turn === this.turn) this.missed(href, number);
    }
    if (turn === this.turn) { this.pane.removeAttribute("aria-busy"); this.arrived(); }
  }

  /** A case that did not come: list and pane go on telling of one and the same, and nobody acts twice on what is done. */
  private missed(href: string, number: string): void {
    const row = this.row(number);
    if (this.number === this.done) {
      this.number = "";
      this.address("");
      this.swap(this.place.cloneNode(true) as HTMLElement);
    }
    this.mark(this.number ? this.row(this.number) : null);
    this.fail(() => { this.mark(row); void this.load(href, number); });
  }

  /** Said where what is told stands, with the way to try it again. */
  private fail(again: () => void): void {
    this.tell("", "late");
    const line = lost("lost", again), busy = writing(document.activeElement);
    this.told.appendChild(line);
    if (!busy) line.querySelector("button")?.focus();
  }

  private show(part: Part, number: string): void {
    if (number !== this.number || this.told.querySelector(".part-lost")) this.calm();
    this.number = number;
    this.undone(number)?.remove();
    this.done = "";
    const fresh = document.createElement("div");
    fresh.dataset.part = "";
    part.nodes.forEach((node) => fresh.appendChild(document.adoptNode(node)));
    this.swap(fresh);
    if (part.title) document.title = part.title;
    this.address(number);
    freshly();
    const head = fresh.querySelector<HTMLElement>("[data-summary], h1");
    head?.setAttribute("tabindex", "-1");
    head?.focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("lianxin:case", { detail: number }));
    this.lookAhead();
  }

  private swap(fresh: HTMLElement): void {
    const old = this.pane.querySelector("[data-part]");
    old?.dispatchEvent(new CustomEvent("lianxin:gone", { bubbles: true }));
    old?.replaceWith(fresh);
    const moves = this.pane.querySelector<HTMLElement>("[data-moves]");
    if (moves) moves.hidden = !this.number;
    this.pane.scrollTop = 0;
    document.dispatchEvent(new CustomEvent("lianxin:fresh", { detail: fresh }));
  }

  /** The next row is fetched while this one is read. Only what waits for triage: to open a case tells that one knows of it. */
  lookAhead(): void {
    const next = this.number ? this.following() : null;
    const href = next && linkOf(next)?.href;
    const number = href ? triaged(href) : "";
    if (number && this.ahead.has(number)) return;
    this.ahead.clear();
    delete this.pane.dataset.ahead;
    if (!href || !number) return;
    const coming = this.fetched(href, "ahead");
    this.ahead.set(number, coming);
    coming.then(() => { if (this.ahead.get(number) === coming) this.pane.dataset.ahead = number; }).catch(() => this.ahead.delete(number));
  }

  /** The row after the one that is open; the first where none is. */
  private following(): HTMLElement | null {
    const rows = this.rows();
    const now = rows.findIndex((row) => row.classList.contains("on"));
    return rows.slice(now + 1).find((row) => row.dataset.of !== this.number && !row.classList.contains("gone")) || null;
  }

  /** To the next row; at the list's end the server knows what comes after it. */
  private skip(): void {
    const next = this.following();
    const href = this.pane.querySelector<HTMLAnchorElement>("[data-skip]")?.href;
    if (next) this.open(next, next.dataset.of || "");
    else if (!href) this.shut();
    else {
      const { turn } = this, still = (run: () => unknown): unknown => turn === this.turn && run(); // another was opened meanwhile: that one stays
      ask(href, {}, "shown").then((answer) => still(() => this.answered(answer, ""))).catch(() => still(() => this.fail(() => this.skip())));
    }
  }

  private shut(): void {
    const row = this.on();
    this.turn++;
    this.pane.removeAttribute("aria-busy");
    this.arrived();
    this.calm();
    this.number = "";
    this.address("");
    this.mark(null);
    this.swap(this.place.cloneNode(true) as HTMLElement);
    document.dispatchEvent(new CustomEvent("lianxin:case", { detail: "" }));
    const back = row || this.rows()[0];
    if (back) linkOf(back)?.focus();
  }

  tell(text: string, tone = ""): void {
    this.told.textContent = text;
    this.told.className = `desk-told ${tone}`;
  }

  /** What failed belongs to the case it was said of: with another one, or after a success, it is said no longer. */
  private calm(): void {
    if (this.told.classList.contains("late")) this.tell("");
  }

  private submitted(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !this.wide() || /\/desk\/split\//.test(form.action)) return; // a split leads to another case
    event.preventDefault();
    event.stopPropagation();
    if (form.method !== "post") {
      const asked = new URLSearchParams();
      new FormData(form).forEach((value, name) => asked.set(name, String(value)));
      void this.load(`${form.action}?${asked}`, this.number);
      return;
    }
    if (this.sent.has(form)) return;
    this.sent.add(form);
    const pressed = (event.submitter as HTMLButtonElement | null) || (form.contains(this.pressed) ? this.pressed : null);
    const { number, turn } = this;
    this.lock(form, true);
    this.calm();
    photosReady(form).then(() => ask(form.action, { method: "POST", body: bodyOf(form, pressed) }, "sent", this.pane.dataset.ahead))
      .then((answer) => this.answered(answer, number, form, turn))
      .catch(() => {
        if (this.number === number) this.tell(say(form, "offline") || say(this.desk, "failed"), "late");
        else this.behind(number);
        form.dispatchEvent(new CustomEvent("lianxin:unsent", { bubbles: true }));
        this.sent.delete(form);
        this.lock(form, false);
      });
  }

  private lock(form: HTMLFormElement, on: boolean): void {
    all(form, "button:not([type=button])").forEach((button) => {
      if (on) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
  }

  /** What was taken names the next address; what was refused comes back with its faults. */
  private async answered(answer: Response, number: string, form?: HTMLFormElement, turn = this.turn): Promise<void> {
    const to = answer.headers.get("X-Location");
    const html = await answer.text();
    if (!to) {
      if (form) { carry(form); this.calm(); }
      if (this.number === number) this.show(read(html), number);
      else this.behind(number);
      return;
    }
    const words = new DOMParser().parseFromString(html, "text/html").body;
    this.tell((words.textContent || "").replace(/\s+/g, " ").trim(), "done");
    if (form) document.dispatchEvent(new CustomEvent("lianxin:sent", { detail: form })); // the form may have left the page
    document.dispatchEvent(new CustomEvent("lianxin:acted"));
    const onto = new URL(to, location.href);
    if (!number || (this.number === number && turn === this.turn)) this.onward(onto, number);
    else if (this.leaves(onto, number)) this.remove(number); // one has gone on to another meanwhile
  }

  private undone(number: string): HTMLElement | null {
    return this.desk.querySelector(`[data-undone="${number}"]`);
  }

  /** Not done, and one has gone on to another: said until it is looked at, whatever comes of the cases after it. */
  private behind(number: string): void {
    const row = this.row(number), title = (row && linkOf(row)?.textContent?.trim()) || number;
    this.undone(number)?.remove();
    const line = lost("undone", () => this.open(this.row(number), number), { title }, "look");
    line.dataset.undone = number;
    this.desk.querySelector(".desk-foot")?.appendChild(line);
  }

  private stays(to: URL, number: string): boolean {
    return to.pathname === (this.desk.dataset.caseUrl || "").replace("0", number);
  }

  /** What was done has taken the case from the list. */
  private leaves(to: URL, number: string): boolean {
    if (this.stays(to, number) || triaged(to.href) === number) return false;
    this.done = number;
    return true;
  }

  private onward(to: URL, number: string): void {
    const next = triaged(to.href);
    if (this.stays(to, number)) { void this.load(to.href, number); return; }
    if (number && this.leaves(to, number)) this.remove(number);
    if (!next) { this.shut(); return; }
    this.mark(this.row(next));
    void this.load(to.href, next);
  }

  /** What is done leaves the list; what stood below comes up to where one looks. */
  private remove(number: string): void {
    this.rows().filter((row) => row.dataset.of === number).forEach((row) => row.remove());
  }
}

export function panes(): void {
  const desk = document.querySelector<HTMLElement>("[data-desk]");
  const box = desk && desk.querySelector<HTMLElement>("[data-pane]");
  live(desk, desk && box ? new Pane(desk, box) : null);
}
