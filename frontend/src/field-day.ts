// Keeping the day on this phone, where its worker wants it: the pages and small photos of one's own cases, renewed while
// there is a net, gone in the evening, at signing out, and when somebody else signs in.
import { ABOUT, DAY, forget, tell, valid, type Kept } from "./day";
import { leaveRoom, make, say } from "./dom";
import type { Letter } from "./outbox-store";
import { clock } from "./when";

interface Told { of: string; until: number; pages: Record<string, string>; files: string[] }

const CHOICE = "lx-day";
const CASE = /^\/field\/cases\//;
const PATIENCE = 20000; // a net that takes and gives nothing holds up no later renewal
const ALWAYS = 15 * 60000; // what has not changed is fetched again all the same: times left stand in it

const bar = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-outbox-bar][data-of]");
const able = (): boolean => "serviceWorker" in navigator && "caches" in window;

function chosen(of: string): boolean {
  try { return localStorage.getItem(CHOICE) === of; } catch (_fault) { return false; }
}

function choose(of: string): void {
  try { if (of) localStorage.setItem(CHOICE, of); else localStorage.removeItem(CHOICE); } catch (_fault) { /* this browser remembers nothing */ }
}

/** null: not given. Rejects when nothing comes; the time runs on over what follows the head, and ends nothing that has come. */
async function get(address: string): Promise<Response | null> {
  const stop = new AbortController();
  window.setTimeout(() => stop.abort(), PATIENCE);
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", headers: { "X-Lianxin-Keep": "1" }, signal: stop.signal });
  return answer.ok && !answer.redirected ? answer : null;
}

/** Bring the kept day up to date; null when the server could not be asked. */
async function renew(of: string): Promise<Kept | null> {
  const answer = await get("/field/day.json");
  if (!answer) return null;
  const told = await answer.json() as Told;
  if (told.of !== of) { await forget(); return null; }
  const old = await valid(Date.now());
  if (!old || old.of !== of) await forget(); // another's, or one whose keeping was broken off
  if (!chosen(of)) return null; // it was decided otherwise while the server was asked
  const cache = await caches.open(DAY);
  const fresh = old && old.of === of && Date.now() - old.at < ALWAYS ? old.pages : {};
  const pages: Record<string, string> = {};
  for (const [address, state] of Object.entries(told.pages)) {
    if (fresh[address] !== state) {
      const page = await get(address);
      if (!page) continue;
      await cache.put(address, page);
    }
    pages[address] = state;
  }
  for (const address of told.files) {
    if (await cache.match(address)) continue;
    const file = await get(address);
    if (file) await cache.put(address, file);
  }
  for (const { url } of await cache.keys()) {
    const { pathname, search } = new URL(url);
    if (pathname !== ABOUT && !(pathname in pages) && told.files.indexOf(pathname + search) < 0) await cache.delete(url);
  }
  const missed = Object.keys(told.pages).length - Object.keys(pages).length;
  const kept = { of, until: told.until, at: Date.now(), pages, missed };
  await tell(cache, kept);
  return kept;
}

let running: Promise<unknown> = Promise.resolve();

/** One renewal at a time; without a net what was kept stays. */
function renewed(of: string): Promise<void> {
  const next = running.then(() => renew(of)).then(() => show(), () => show());
  running = next;
  return next;
}

/** Say whether the day is kept here, and offer to change it. */
async function show(): Promise<void> {
  const box = document.querySelector<HTMLElement>("[data-day]");
  const of = bar()?.dataset.of || "";
  if (!box || !of || !able()) return;
  const on = chosen(of);
  const kept = on ? await valid(Date.now()) : null;
  const at = kept ? clock(kept.at) : "";
  box.textContent = "";
  const words = kept ? (kept.missed ? "part" : "kept") : on ? "keeping" : "off";
  const told = make("p", "small", say(box, words, { at, n: kept ? Object.keys(kept.pages).filter((each) => CASE.test(each)).length : 0, m: kept?.missed || 0 }));
  told.setAttribute("role", "status");
  const press = make("button", "btn", say(box, on ? "stop" : "keep")) as HTMLButtonElement;
  press.type = "button";
  press.addEventListener("click", async () => {
    choose(on ? "" : of);
    if (on) await forget();
    await show();
    if (!on) { register(); await renewed(of); }
  });
  box.append(told, press);
  box.hidden = false;
  leaveRoom("lx_room_day", box.getBoundingClientRect().height);
}

function register(): void {
  navigator.serviceWorker.register("/field/sw.js", { scope: "/field/" }).catch(() => undefined);
}

/** On a page of the day: acts that wait to be sent are not offered again; what follows them is. */
function mark(found: Letter[]): void {
  const lines = new Map<string, string[]>();
  for (const { line, fields } of found) {
    const act = fields.find(([name]) => name === "act");
    if (line && act) lines.set(line, [...(lines.get(line) || []), String(act[1])]);
  }
  document.querySelectorAll<HTMLElement>("[data-line]").forEach((card) => {
    const written = lines.get(card.dataset.line || "") || [];
    const acts = card.querySelector<HTMLElement>("[data-acts]");
    if (!acts) return;
    const ahead = acts.querySelector<HTMLElement>("[data-ahead]");
    const reached = !!ahead && written.indexOf(ahead.dataset.ahead || "") >= 0;
    if (ahead) ahead.hidden = !reached;
    const now = acts.querySelector<HTMLElement>("[data-now]");
    if (now) now.hidden = reached;
    const moving = (box: ParentNode | null): boolean => !!box && Array.from(box.querySelectorAll<HTMLElement>("[data-moves]"))
      .some((each) => written.indexOf(each.dataset.moves || "") >= 0);
    const over = reached ? moving(ahead) : moving(now);
    if (over) { if (now) now.hidden = true; if (ahead) ahead.hidden = true; }
    document.querySelectorAll<HTMLElement>(".case-thumb").forEach((thumb) => { if (card.contains(thumb)) thumb.hidden = reached || over; });
    let note = acts.querySelector<HTMLElement>("[data-written]");
    if (!note) { note = make("p", "notice done"); note.dataset.written = ""; note.setAttribute("role", "status"); acts.prepend(note); }
    note.textContent = over || (reached && !ahead) ? say(acts, "written") : "";
    note.hidden = !note.textContent;
  });
}

/** A page from the phone says that there is no net: no longer when it is back. */
function netIsBack(): void {
  const box = document.querySelector<HTMLElement>("[data-kept-say]");
  if (!box || navigator.onLine === false) return;
  const note = make("div", "notice");
  const link = make("a", "btn", say(box, "fresh")) as HTMLAnchorElement;
  link.href = location.pathname + location.search;
  note.append(make("p", "", say(box, "back")), link);
  box.textContent = "";
  box.appendChild(note);
}

export function day(): void {
  const of = bar()?.dataset.of || "";
  if (!of) return;
  let waiting = 0, back = false; // back: the net is, and what waited may have gone before this page looked
  document.addEventListener("lianxin:outbox", (event) => {
    const letters = (event as CustomEvent<Letter[]>).detail;
    mark(letters);
    if ((back || letters.length < waiting) && chosen(of)) void renewed(of); // the service worker may have sent them, and says no more than that
    waiting = letters.length;
    back = false;
  });
  window.addEventListener("online", netIsBack);
  document.addEventListener("lianxin:sent", netIsBack);
  if (!able()) return;
  void (async () => {
    const kept = await valid(Date.now());
    if (kept && kept.of !== of) await forget();
    await show();
    if (!chosen(of)) { await forget(); return; }
    register();
    if (kept) window.setTimeout(() => { void valid(Date.now()).then((still) => { if (!still) location.assign("/field/"); }); }, Math.min(kept.until - Date.now() + 1000, 2 ** 31 - 1));
    if (!document.querySelector("[data-kept-page]") && navigator.onLine !== false) await renewed(of);
  })();
  document.addEventListener("lianxin:sent", () => { if (chosen(of)) void renewed(of); });
  window.addEventListener("online", () => { back = true; if (chosen(of)) void renewed(of); });
}
