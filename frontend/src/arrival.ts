// Who comes to a page by a key, or by taking something back, goes on by key there: the focus is not at the browser's beginning.
const KEPT = "lianxin-arrival";
const LASTS = 30000; // a page that is slow to come

/** A page is about to be left by a key; told are the time and the case that stood open. */
export function leaving(): void {
  const number = document.querySelector<HTMLElement>("[data-case]")?.dataset.case || "";
  try { sessionStorage.setItem(KEPT, `${Date.now()} ${number}`); } catch (_fault) { /* no such store: the focus starts anew */ }
}

function kept(): string[] {
  try {
    const told = (sessionStorage.getItem(KEPT) || "").split(" ");
    sessionStorage.removeItem(KEPT);
    return told;
  } catch (_fault) {
    return [];
  }
}

/** To the row that came back, to that of the case one came from, else to the page's heading; a field of its own goes first. */
export function arrive(): void {
  const [at, number] = kept(), main = document.querySelector("main");
  document.addEventListener("submit", (event) => { if (/\/undo\/?$/.test((event.target as HTMLFormElement).action)) leaving(); });
  if (!main || !at || Date.now() - Number(at) > LASTS || document.querySelector("[autofocus]") || document.activeElement !== document.body) return;
  const row = main.querySelector<HTMLElement>("[data-came-back] a") || (number ? main.querySelector<HTMLElement>(`[data-of="${CSS.escape(number)}"] a.title`) : null);
  const head = row || main.querySelector<HTMLElement>("h1");
  if (!head) return;
  if (!row) head.setAttribute("tabindex", "-1");
  head.focus({ preventScroll: !row });
}
