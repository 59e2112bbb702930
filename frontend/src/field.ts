// Grid workers and handlers on the phone: the public islands, and parts of a page renewed in place.
import "./htmx";
import { asked, kinds } from "./asked";
import { checkIn } from "./check-in";
import { day } from "./field-day";
import { near } from "./near";
import { replies } from "./replies";
import { scan } from "./scan";

/** An act is asked for by its address (#act-finish): its form is open, and what is to be written can be written at once. */
function ready(): void {
  if (!location.hash.startsWith("#act-")) return;
  const box = document.getElementById(location.hash.slice(1));
  if (!box) return;
  if (box instanceof HTMLDetailsElement) box.open = true;
  box.querySelector<HTMLElement>("textarea, input:not([type=hidden]):not([type=file]), select")?.focus();
}

near(document);
const raised = (root: ParentNode): void => { asked(root); kinds(root); };
raised(document);
document.addEventListener("lianxin:fresh", (event) => raised((event as CustomEvent<HTMLElement>).detail));
day();
checkIn();
scan(document);
replies();
// After the browser has gone to the address's own place: it takes the focus there.
if (document.readyState === "complete") ready();
else window.addEventListener("load", () => { window.setTimeout(ready, 0); });
window.addEventListener("hashchange", ready);
