// htmx under a strict policy: no eval, no injected style, no history of pages kept on the machine.
import htmx from "htmx.org";
import { lost } from "./again";
import { keepNewer, newer } from "./newer";
import { wake } from "./public";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
  timeout: 30000,
  defaultSettleDelay: 0, // what has come works at once
  scrollBehavior: "auto",
});
// A refused form (409, 422) is a page to be shown, not an error to be swallowed.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4(09|22|29)", swap: true, error: false },
  { code: "[45]..", swap: false, error: true },
];
// A form sent by script that came back refused: its new main part asks for parts of the page too.
document.addEventListener("lianxin:fresh", (event) => htmx.process((event as CustomEvent<HTMLElement>).detail));
// A part that did not come: what stands there is no longer what was asked for.
type Asked = { elt: Element; target: Element; requestConfig: { verb: string; path: string; triggeringEvent?: Event } };
const said = (target: Element): Element | null => (target.previousElementSibling?.matches(".part-lost") ? target.previousElementSibling : null);
["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => document.addEventListener(name, (event) => {
  const { elt, target, requestConfig } = (event as CustomEvent<Asked>).detail;
  if (!target.isConnected || said(target)) return;
  const again = (): void => { void htmx.ajax(requestConfig.verb as "get", requestConfig.path, { source: elt, event: requestConfig.triggeringEvent }); };
  target.insertAdjacentElement("beforebegin", lost("lost", () => (elt.isConnected ? again() : location.reload())));
}));
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, shouldSwap } = (event as CustomEvent<{ target: Element; shouldSwap: boolean }>).detail;
  if (shouldSwap) said(target)?.remove();
});
htmx.onLoad((part) => wake(part as HTMLElement));
keepNewer();
htmx.onLoad((part) => newer(part as HTMLElement));

export { htmx };
