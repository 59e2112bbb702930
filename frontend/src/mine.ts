// "My requests": their private links are kept in this browser alone. The server learns by a cookie how many there are,
// so that it leaves them their room on the page, and no more. What still waits on this phone to be sent is one of them.
import { all, once, say } from "./dom";
import type { Letter } from "./outbox-store";

interface Mine { href: string; title: string; at: number; off?: boolean }
interface Row { href: string; title: string; waits?: boolean }

const NAME = "lianxin-mine";
const MOST = 20;
const DAYS = 180;
const DAY = 86400000;
const OWN = /^\/(report|join\/[^/]+)\/$/; // the forms that make a request of one's own

let unsent: Row[] = [];

/** The private link that a page of thanks belongs to; other addresses are their own. */
export const privateLink = (address: string): string => address.replace(/^(\/r\/\w+\/\w+\/)sent\/$/, "$1");

function read(): Mine[] {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) || "[]") as Mine[];
    return found.filter((each) => /^\/r\/[\w/]+\/$/.test(each.href) && each.at > Date.now() - DAYS * DAY);
  } catch (_fault) {
    return [];
  }
}

const shown = (): Mine[] => read().filter((each) => !each.off);

function write(every: Mine[]): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(every.slice(0, MOST)));
  } catch (_fault) {
    return; // a private window: nothing is kept
  }
  const count = unsent.length + shown().length;
  document.cookie = `lx_mine=${count}; path=/; max-age=${count ? DAYS * 86400 : 0}; samesite=lax`;
}

/** On the page of a private link: keep it, and offer to take it away again, for telephones are lent. */
function keep(box: HTMLElement): void {
  const { href = "", title = "" } = box.dataset;
  const [kept, off] = [box.querySelector<HTMLElement>("[data-kept]"), box.querySelector<HTMLElement>("[data-off]")];
  const put = (gone: boolean): void => {
    write([{ href, title, at: Date.now(), ...(gone ? { off: true } : {}) }, ...read().filter((each) => each.href !== href)]);
    if (kept) kept.hidden = gone;
    if (off) off.hidden = !gone;
  };
  put(read().some((each) => each.href === href && each.off === true));
  if (!shown().length && !read().length) return; // this browser keeps nothing
  box.hidden = false;
  all(box, "button").forEach((button) => button.addEventListener("click", () => {
    put(button.parentElement === kept);
    ((button.parentElement === kept ? off : kept)?.querySelector("button") as HTMLElement | null)?.focus();
  }));
}

/** Where it stands, fresh from the town; without a net the title alone stays. */
async function fill(box: HTMLElement, row: HTMLElement, mine: Row): Promise<void> {
  const link = row.querySelector("a");
  const [title, told] = [row.querySelector("strong"), row.querySelector("span")];
  if (!link || !title || row.dataset.shows === mine.href) return;
  row.dataset.shows = mine.href;
  link.href = mine.href;
  title.textContent = mine.title || say(box, "untitled");
  if (mine.waits && told) told.textContent = say(box, "waiting");
  if (mine.waits) return;
  try {
    const answer = await fetch(`${mine.href}brief/`, { credentials: "same-origin" });
    if (row.dataset.shows !== mine.href) return; // another took its place meanwhile
    if (answer.ok) row.innerHTML = await answer.text();
    else if (answer.status === 404) { write(read().filter((each) => each.href !== mine.href)); row.hidden = true; }
  } catch (_fault) {
    // The outbox says that there is no net.
  }
}

function list(box: HTMLElement): void {
  const rows = all(box, "li");
  const every: Row[] = [...unsent, ...shown()];
  rows.forEach((row, at) => { const mine = every[at]; row.hidden = !mine; if (mine) void fill(box, row, mine); });
  box.hidden = !every.length;
}

/** What the outbox holds: what has come is mine from now on, unless it was taken off this phone; what waits comes first. */
function posted(letters: Letter[]): void {
  const own = letters.filter((each) => !each.of && OWN.test(each.to));
  const titled = (each: Letter, href: string): Row => ({ href, title: String(each.fields.find(([name]) => name === "text")?.[1] || "").trim().slice(0, 40) });
  const known = read();
  const come = own.filter((each) => each.state === "sent").map((each) => ({ ...titled(each, privateLink(each.location)), at: each.at }))
    .filter((each) => !known.some((mine) => mine.href === each.href)).reverse();
  unsent = own.filter((each) => each.state !== "sent").map((each) => ({ ...titled(each, `${each.page}#take=${each.key}`), waits: true }));
  write([...come, ...known]);
  all(document, "[data-mine-list]").forEach(list);
}

/** Others use this phone too: a request sent from it is not shown among mine. */
export function takeOff(address: string): void {
  const href = privateLink(address);
  write([{ href, title: "", at: Date.now(), off: true }, ...read().filter((each) => each.href !== href)]);
}

export function mine(root: ParentNode): void {
  once(root, "[data-mine-keep]", "Mine", keep);
  once(root, "[data-mine-list]", "Mine", (box) => {
    if (all(box, "li").length <= shown().length) list(box); // else some of them wait in the outbox
  });
  if (root === document) document.addEventListener("lianxin:outbox", (event) => posted((event as CustomEvent<Letter[]>).detail));
}
