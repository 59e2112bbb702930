// An open desk asks every quarter of a minute what has happened; nobody asks from a page that is not looked at.
import { debounce } from "./dom";
import { List } from "./desk-list";
import type { Pane } from "./desk-pane";

const EVERY = 15000;
const AFTER = 250; // somebody who works fast is not asked after each case
const LONGEST = 240000;

export function live(desk: HTMLElement, pane: Pane): void {
  if (!desk.dataset.pulse) return;
  const list = new List(desk);
  let timer = 0, wait = EVERY, asking = false;

  const later = (): void => {
    window.clearTimeout(timer);
    if (document.visibilityState === "visible") timer = window.setTimeout(() => void beat(), wait);
  };
  const beat = async (): Promise<void> => {
    if (asking) { soon(); return; }
    asking = true;
    try {
      const said = await list.ask();
      if (said) { list.take(said); pane.lookAhead(); }
      wait = EVERY;
    } catch (_fault) {
      wait = Math.min(wait * 2, LONGEST); // a server that struggles is left alone
    }
    asking = false;
    later();
  };
  const soon = debounce(AFTER, () => void beat());

  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") soon(); else later(); });
  document.addEventListener("lianxin:acted", soon);
  later();
}
