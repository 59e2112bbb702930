// "My requests": their private links are kept in this browser alone. The server learns by a cookie how many there are,
// so that it leaves them their room on the page, and no more.
import { all, once } from "./dom";

interface Mine { href: string; title: string; at: number; off?: boolean }

const NAME = "lianxin-mine";
const MOST = 20;
const DAYS = 180;
const DAY = 86400000;

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
  document.cookie = `lx_mine=${shown().length}; path=/; max-age=${DAYS * 86400}; samesite=lax`;
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
  all<HTMLElement>(box, "button").forEach((button) => button.addEventListener("click", () => {
    put(button.parentElement === kept);
    ((button.parentElement === kept ? off : kept)?.querySelector("button") as HTMLElement | null)?.focus();
  }));
}

/** Where it stands, fresh from the town; without a net the title alone stays. */
async function fill(row: HTMLElement, mine: Mine): Promise<void> {
  const link = row.querySelector("a");
  const title = row.querySelector("strong");
  if (!link || !title) return;
  link.href = mine.href;
  title.textContent = mine.title;
  try {
    const answer = await fetch(`${mine.href}brief/`, { credentials: "same-origin" });
    if (answer.ok) row.innerHTML = await answer.text();
    else if (answer.status === 404) { write(read().filter((each) => each.href !== mine.href)); row.hidden = true; }
  } catch (_fault) {
    // The outbox says that there is no net.
  }
}

function list(box: HTMLElement): void {
  const rows = all<HTMLElement>(box, "li");
  const every = shown();
  rows.forEach((row, at) => { const mine = every[at]; if (mine) void fill(row, mine); else row.hidden = true; });
  if (!every.length) box.hidden = true;
  write(read()); // the count, where another window has changed it
}

export function mine(root: ParentNode): void {
  once(root, "[data-mine-keep]", "Mine", keep);
  once(root, "[data-mine-list]", "Mine", list);
}
