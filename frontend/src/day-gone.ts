// No day of anybody's stays where nobody is signed in: wiped when its worker signs out, and again by the page for signing in.
import { forget } from "./day";
import { ask, once, say } from "./dom";
import { forgetStaff, lettersOf } from "./outbox-store";

const held = (): boolean => "caches" in window;

/** Whoever signs out takes their day with them. What was never sent is asked about where it is shown, beside the button; elsewhere it waits. */
async function leave(form: HTMLFormElement): Promise<void> {
  const box = document.querySelector<HTMLElement>("[data-outbox-bar][data-of]");
  if (held()) await forget();
  if (!box) { form.submit(); return; }
  const left = (await lettersOf(box.dataset.of || "")).filter((each) => each.state !== "sent").length;
  const go = async (): Promise<void> => { await forgetStaff(); form.submit(); };
  if (!left) { await go(); return; }
  form.querySelector(".asked")?.remove();
  form.appendChild(ask(say(box, "leave", { n: left }), say(box, "leave-yes"), say(box, "stay"), (yes) => {
    if (yes) void go().catch(() => form.submit());
    else { form.querySelector(".asked")?.remove(); form.querySelector("button")?.focus(); }
  }));
}

export function dayGone(root: ParentNode): void {
  once(root, 'form[action="/sign-out/"]', "Leave", (el) => {
    el.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = el as HTMLFormElement;
      leave(form).catch(() => form.submit());
    });
  });
  if (root === document && document.querySelector("input[autocomplete=current-password]") && held()) forget().catch(() => undefined);
}
