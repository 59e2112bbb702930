// What was typed and not sent is not lost by a wrong key: where it comes back by itself nobody is asked, else the browser asks.
import { draftHolds } from "./desk-drafts";
import { all, once } from "./dom";
import { htmx } from "./htmx";
import { freshly } from "./keys";

export const guarded = (root: ParentNode): void =>
  once(root, "form[data-guard]", "Guard", (el) => {
    const form = el as HTMLFormElement;
    let unsent = form.querySelector(".error") !== null; // it has come back refused, with what was typed
    form.addEventListener("input", () => { unsent = true; });
    form.addEventListener("submit", () => { unsent = false; });
    form.addEventListener("lianxin:unsent", () => { unsent = true; });
    window.addEventListener("beforeunload", (event) => {
      if (!unsent || !form.isConnected || draftHolds(form)) return;
      event.preventDefault();
      event.returnValue = "";
    });
  });

/** What is decided follows from what was just chosen: until that has come nothing is sent, and what came nobody has read yet. */
export function decided(): void {
  document.addEventListener("submit", (event) => {
    if (!(event.target as HTMLFormElement).querySelector("[data-decides] .htmx-request")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  htmx.onLoad((part) => { if (part !== document.body && all(part as HTMLElement, "[data-decides]").length) freshly(); });
}
