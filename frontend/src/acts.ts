// The acts of a case stand folded: what opens one, its key, a press or an address, puts the reader where to write.

import { writing } from "./dom";

const FIELDS = "input:not([type=hidden]):not([type=file]), select, textarea";

/** What is no fold stands always. */
export function stands(box: Element | null): boolean {
  return !(box instanceof HTMLDetailsElement) || box.open;
}

/** Into the first field of an act that stands open; where it asks for nothing, onto what sends it. */
export function enter(box: Element | null): void {
  if (!box || !stands(box) || box.classList.contains("sure")) return; // what asks once more has its focus on "no"
  const shown = (el: HTMLElement): boolean => {
    const fold = el.closest("details:not([open])");
    return (!fold || !box.contains(fold)) && el.offsetParent !== null;
  };
  const first = (what: string): HTMLElement | undefined => Array.from(box.querySelectorAll<HTMLElement>(what)).find(shown);
  const into = first(FIELDS) || first("button.main, button.danger");
  into?.focus();
}

function unfolded(): HTMLElement | null {
  const box = location.hash.startsWith("#act-") ? document.getElementById(location.hash.slice(1)) : null;
  if (box instanceof HTMLDetailsElement) box.open = true;
  return box;
}

/** An act asked for by its address (#act-finish): its form is open, and what is to be written can be written at once. */
function asked(): void {
  const box = unfolded();
  if (!writing(document.activeElement)) enter(box); // photos may be slow to come: who writes by then stays there
}

export function acts(): void {
  unfolded();
  // After the browser has gone to the address's own place: it takes the focus there.
  if (document.readyState === "complete") asked();
  else window.addEventListener("load", () => { window.setTimeout(asked, 0); });
  window.addEventListener("hashchange", asked);
}

const keyed = (target: EventTarget | null): HTMLDetailsElement | null => {
  const fold = target instanceof Element ? target.closest<HTMLDetailsElement>("details.box:not(.sure)") : null;
  return fold && fold.querySelector(":scope > summary[data-key]") ? fold : null;
};

/** Opened by hand where a keyboard is at hand: the next thing is to write. */
export function foldsByHand(): void {
  document.addEventListener("click", (event) => {
    const summary = event.target instanceof Element ? event.target.closest("summary") : null;
    const fold = summary && keyed(summary);
    if (fold && summary?.parentElement === fold && window.matchMedia("(hover: hover)").matches) window.setTimeout(() => enter(fold), 0);
  });
}

/** Of the acts beside one another one is open at a time; what was typed in the others stays. */
export function oneOpen(event: Event): void {
  const fold = event.target instanceof Element ? event.target.closest("summary")?.parentElement : null;
  if (!(fold instanceof HTMLDetailsElement) || fold.open || !fold.matches(".desk-boxes > details, .case-acts > details")) return;
  Array.from(fold.parentElement?.children || []).forEach((each) => { if (each !== fold && each instanceof HTMLDetailsElement) each.open = false; });
}

/** Escape folds the act or the filter one is in, with what is typed, and stays at its button; false where none is open. */
export function foldAway(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const fold = target.closest<HTMLDetailsElement>("details.box[open]:not(.sure)") || target.closest<HTMLDetailsElement>("details.more[open]");
  if (!fold) return false;
  fold.open = false;
  fold.querySelector("summary")?.focus();
  return true;
}
