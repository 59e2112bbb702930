// An open desk asks every quarter of a minute what has happened; nobody asks from a page that is not looked at.
import { lost } from "./again";
import { debounce, make } from "./dom";
import { List } from "./desk-list";
import type { Pane } from "./desk-pane";
import { clock } from "./when";

const EVERY = 15000;
const AFTER = 300; // somebody who works fast is not asked after each case
const LONGEST = 240000;
const WAIT = 10000;
const WIDE = "(min-width: 960px)"; // a phone on the road spends nothing on this

class Out extends Error {}

/** What is asked for: the list of this page, and the case one has open. */
function question(list: boolean): URLSearchParams {
  const query = new URLSearchParams(list ? location.search : "");
  const open = document.querySelector<HTMLElement>("[data-case]");
  query.delete("open");
  if (list) query.set("list", "1");
  if (open) {
    query.set("open", open.dataset.case || "");
    query.set("version", open.dataset.version || "");
  }
  return query;
}

async function ask(url: string, tag: string): Promise<Response> {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), WAIT);
  try {
    const headers: Record<string, string> = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", headers, signal: stop.signal });
    if (answer.redirected || answer.status === 403) throw new Out();
    if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
    return answer;
  } finally {
    window.clearTimeout(timer);
  }
}

/** Who else is at the case, and what others have done to it: beside the case, where it moves nothing. */
class Beside {
  private readonly others: HTMLElement;
  private readonly since: HTMLElement;

  constructor(pane: boolean) {
    const held = (name: string): HTMLElement | null => document.querySelector<HTMLElement>(`[data-live-${name}]`);
    if (!pane) {
      const corner = make("div", "desk-corner no-print");
      corner.setAttribute("role", "status");
      ["others", "since"].forEach((name) => corner.appendChild(make("div", `desk-${name}`)).setAttribute(`data-live-${name}`, ""));
      document.body.appendChild(corner);
    }
    this.others = held("others") as HTMLElement;
    this.since = held("since") as HTMLElement;
    this.since.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("[data-again]")) return;
      const box = document.querySelector("[data-pane]");
      if (box) box.dispatchEvent(new CustomEvent("lianxin:again"));
      else location.reload();
    });
  }

  clear(): void {
    this.others.textContent = "";
    this.since.textContent = "";
  }

  take(doc: Document): void {
    const said = doc.querySelector<HTMLElement>("[data-beside]");
    const open = document.querySelector<HTMLElement>("[data-case]");
    if (!said || !open || said.dataset.beside !== open.dataset.case || said.dataset.seen !== open.dataset.version) return;
    this.put(this.others, said.querySelector("[data-others]"));
    this.put(this.since, said.querySelector("[data-since]"));
  }

  private put(place: HTMLElement, said: Element | null): void {
    const now = said ? said.innerHTML : "";
    if (place.dataset.said === now && place.firstChild) return; // not said twice
    place.dataset.said = now;
    place.textContent = "";
    if (said) Array.from(said.childNodes).forEach((node) => place.appendChild(document.importNode(node, true)));
  }
}

/** That what one sees may have changed since: below it, where it moves nothing. */
class Stale {
  private at = Date.now();
  private line: HTMLElement | null = null;

  constructor(private readonly place: HTMLElement, private readonly again: () => void) {}

  fresh(): void {
    this.at = Date.now();
    this.line?.remove();
    this.line = null;
  }

  tell(): void {
    if (this.line) return;
    this.line = this.place.appendChild(lost("stale", this.again, { at: clock(this.at) }));
    this.line.classList.add("no-print");
  }
}

export function live(desk: HTMLElement | null, pane: Pane | null): void {
  const pulse = document.querySelector<HTMLElement>("[data-drafts]")?.dataset.pulse;
  if (!pulse || !(desk || document.querySelector("[data-case]")) || !(desk || window.matchMedia(WIDE).matches)) return;
  const list = desk ? new List(desk) : null, beside = new Beside(desk !== null);
  const stale = new Stale(document.querySelector<HTMLElement>(desk ? ".desk-foot" : ".desk-corner") || document.body, () => void beat());
  let timer = 0, wait = EVERY, asking = false, again = false, tag = "", asked = "", open = false, acts = 0;

  const later = (): void => {
    window.clearTimeout(timer);
    if (document.visibilityState === "visible") timer = window.setTimeout(() => void beat(), wait);
  };
  const beat = async (): Promise<void> => {
    if (asking) { again = true; return; }
    asking = true;
    const done = acts;
    const query = question(list !== null);
    if (open && !query.has("open")) query.set("open", ""); // it has been closed: nobody need think otherwise
    open = Boolean(query.get("open"));
    try {
      const url = `${pulse}?${query}`;
      const answer = await ask(url, url === asked ? tag : "");
      const text = answer.status === 304 ? "" : await answer.text();
      if (text && done === acts) { // asked before something was done here, it tells of what is no more
        asked = url;
        tag = answer.headers.get("ETag") || "";
        const doc = new DOMParser().parseFromString(text, "text/html");
        list?.take(doc);
        beside.take(doc);
        pane?.lookAhead();
      }
      wait = EVERY;
      stale.fresh();
    } catch (fault) {
      if (fault instanceof Out) { stale.fresh(); list?.out(); asking = false; return; }
      wait = Math.min(wait * 2, LONGEST); // a server that struggles is left alone
      stale.tell();
    }
    asking = false;
    if (again) { again = false; soon(); }
    later();
  };
  const soon = debounce(AFTER, () => void beat());

  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") soon(); else later(); });
  document.addEventListener("lianxin:acted", () => { acts += 1; soon(); });
  document.addEventListener("lianxin:case", () => { beside.clear(); soon(); });
  if (document.querySelector("[data-case]")) soon();
  else later();
}
