// What was typed and not sent is not lost by a wrong key: where it comes back by itself nobody is asked, else the browser asks.
import { draftHolds } from "./desk-drafts";
import { once } from "./dom";

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
