// For the elder: one thing a screen. It stays one form, sent at once; without a script it is one page.
// Which step is seen is said by classes alone: the sheet shows the rest wherever the elder's view is not on.
import { all, once } from "./dom";

interface Entry { life: number; step: number; came: boolean } // of the browser's history; came: by 下一步, from the one before

const LIFE = Date.now(); // steps of an earlier load of the page are not those of this one

function start(el: HTMLElement): void {
  const form = el as HTMLFormElement;
  const steps = all(form, "[data-step]");
  const last = steps.length - 1;
  if (last < 1) return;
  let at = 0;
  const stepOf = (found: Element | null): number => steps.findIndex((each) => !!found && each.contains(found));
  const show = (to: number, look = true): void => {
    at = Math.max(0, Math.min(to, last));
    steps.forEach((each, n) => each.classList.toggle("on", n === at));
    form.classList.toggle("at-first", at === 0);
    form.classList.toggle("at-last", at === last);
    window.dispatchEvent(new Event("resize")); // a map that was out of sight measures itself
    const heading = steps[at]?.querySelector<HTMLElement>("[data-step-head]");
    if (!look || !heading) return;
    heading.focus({ preventScroll: true });
    window.scrollTo(0, 0); // the telephone number stands there
    if (heading.getBoundingClientRect().bottom > window.innerHeight / 2) heading.scrollIntoView();
  };
  const mark = (): void => history.replaceState({ life: LIFE, step: at, came: false }, "");
  const jump = (to: number, look = true): void => { show(to, look); mark(); };
  const next = (): void => {
    const wrong = all(steps[at] as HTMLElement, "input, select, textarea").find((each) => !(each as HTMLInputElement).checkValidity());
    if (wrong) { (wrong as HTMLInputElement).reportValidity(); return; }
    show(at + 1);
    history.pushState({ life: LIFE, step: at, came: true }, "");
  };
  const back = (): void => {
    const here = history.state as Entry | null;
    if (here && here.life === LIFE && here.came && here.step === at) history.back();
    else jump(at - 1);
  };
  form.querySelector("[data-step-next]")?.addEventListener("click", next);
  form.querySelector("[data-step-back]")?.addEventListener("click", back);
  // Enter in a field goes on; on the last step it sends, as ever.
  form.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key !== "Enter" || event.isComposing || at === last) return;
    if (!(target instanceof HTMLInputElement) || /^(submit|button|file)$/.test(target.type)) return;
    event.preventDefault();
    next();
  });
  form.addEventListener("lianxin:back", () => jump(0)); // taken back from the outbox: what was said is seen first
  // What the browser finds wrong on sending is shown, or it could not say so.
  form.addEventListener("invalid", ({ target }) => {
    const found = stepOf(target as Element);
    const first = form.querySelector(":invalid:not(fieldset)");
    if (found >= 0 && target === first && found !== at) jump(found, false);
  }, true);
  document.querySelectorAll<HTMLAnchorElement>("[data-summary] a[href^='#']").forEach((link) => link.addEventListener("click", (event) => {
    const aim = document.getElementById(link.hash.slice(1)), found = stepOf(aim);
    if (!aim || found < 0) return;
    event.preventDefault(); // no entry of its own in the history: that is of the steps
    if (found !== at) jump(found, false);
    aim.focus();
    aim.scrollIntoView({ block: "center" });
  }));
  window.addEventListener("popstate", ({ state }) => {
    const entry = state as Entry | null;
    if (form.isConnected && entry && typeof entry.step === "number") show(entry.life === LIFE ? entry.step : 0);
  });
  const wrong = stepOf(form.querySelector("[data-step] .wrong"));
  form.classList.add("stepped");
  jump(wrong >= 0 ? wrong : form.hasAttribute("data-steps-last") ? last : 0, false);
}

export const steps = (root: ParentNode): void => once(root, "html.elder form[data-steps]", "Steps", start);
