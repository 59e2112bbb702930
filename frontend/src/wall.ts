// The wall: asks for its figures again and again, for months, and leaves nothing behind. What has not changed is not
// touched; a figure that has is shown to have; when no answer comes, the page says how old its figures are.
import { say } from "./dom";

const SHOWN_MS = 200;  // how long a changed figure shows that it has

/** Make `old` say what `fresh` says, keeping every node that can stay. */
function morph(old: Element, fresh: Element): void {
  for (const name of old.getAttributeNames()) {
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name); // a fold that is being read stays open
  }
  for (const name of fresh.getAttributeNames()) {
    const value = fresh.getAttribute(name) || "";
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const before = Array.from(old.childNodes), after = Array.from(fresh.childNodes);
  after.forEach((node, place) => {
    const here = before[place];
    if (!here) old.appendChild(node);
    else if (here.nodeType !== node.nodeType || here.nodeName !== node.nodeName) old.replaceChild(node, here);
    else if (here instanceof Element && node instanceof Element) morph(here, node);
    else if (here.nodeValue !== node.nodeValue) {
      here.nodeValue = node.nodeValue;
      turned(old);
    }
  });
  before.slice(after.length).forEach((node) => old.removeChild(node));
}

function turned(figure: Element): void {
  if (!figure.classList.contains("n")) return;
  figure.classList.add("turned");
  window.setTimeout(() => figure.classList.remove("turned"), SHOWN_MS);
}

function wall(main: HTMLElement): void {
  const line = document.querySelector<HTMLElement>("[data-wall-at]");
  const fresh = line?.querySelector<HTMLElement>("[data-wall-fresh]"), old = line?.querySelector<HTMLElement>("[data-wall-old]");
  const time = line?.querySelector<HTMLElement>("[data-wall-time]");
  const seconds = (name: string): number => Number(main.dataset[name] || 0) * 1000;
  const day = line?.querySelector<HTMLElement>("[data-wall-day]");
  let countedAt = Date.now() - Number(line?.dataset.age || 0) * 1000;
  let tag = "", waiting = 0;

  const tell = (): void => {
    if (!line || !fresh || !old || !time) return;
    const still = Date.now() - countedAt > seconds("old");
    if (line.classList.contains("stale") === still) return;
    line.classList.toggle("stale", still);
    fresh.hidden = still;
    old.textContent = still ? say(old, "old", { at: time.textContent || "" }) : "";
  };

  const take = async (answer: Response): Promise<void> => {
    if (answer.status === 401 || answer.status === 403 || answer.status === 404 || answer.redirected) {
      window.location.reload();  // The link has ended, or somebody signed out: nothing may stay on the screen.
      return;
    }
    if (!answer.ok && answer.status !== 304) return;
    const body = answer.status === 304 ? "" : await answer.text();
    countedAt = Date.now() - Number(answer.headers.get("X-Figures-Age") || 0) * 1000;
    if (time) time.textContent = answer.headers.get("X-Figures-At") || time.textContent;
    if (body) show(body);
    tag = answer.headers.get("ETag") || tag;
  };

  const show = (body: string): void => {
    const part = new DOMParser().parseFromString(body, "text/html").body.firstElementChild, here = main.firstElementChild;
    if (!part || !here) return;
    if (part.getAttribute("data-build") !== here.getAttribute("data-build")) window.location.reload();
    else morph(here, part);
    if (day) day.textContent = here.getAttribute("data-day");
  };

  const ask = async (): Promise<void> => {
    window.clearTimeout(waiting);
    const stop = new AbortController();
    const late = window.setTimeout(() => stop.abort(), seconds("giveUp"));
    const headers: Record<string, string> = tag ? { "If-None-Match": tag } : {};
    try {
      await take(await fetch(main.dataset.wall || "", { headers, signal: stop.signal, cache: "no-store", credentials: "same-origin" }));
    } catch (_fault) {
      // No net, no answer in time: the line in the head says how old the figures are, and the next round asks again.
    }
    window.clearTimeout(late);
    tell();
    waiting = window.setTimeout(ask, seconds("every"));
  };

  waiting = window.setTimeout(ask, seconds("every"));
  window.setInterval(tell, 5000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tell(); });
}

/** Escape closes what was opened over the wall, and the focus stays at what opens it again. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll<HTMLDetailsElement>("details[open]").forEach((box) => {
    box.open = false;
    box.querySelector<HTMLElement>("summary")?.focus();
  });
});

document.documentElement.classList.add("js");
const main = document.querySelector<HTMLElement>("[data-wall]");
if (main) wall(main);
