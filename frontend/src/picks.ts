// Many boxes to tick, in folds: a few letters of a name leave those that fit, and what is ticked is said in a line.
import { all, inOrder, once, say } from "./dom";

export const picks = (root: ParentNode): void => once(root, "[data-picks]", "Picks", (box) => {
  const find = box.querySelector<HTMLInputElement>("[data-picks-find]");
  const told = box.querySelector<HTMLElement>("[data-picks-say]");
  const folds = all<HTMLDetailsElement>(box, "details");
  const ticked = (): HTMLElement[] => all<HTMLInputElement>(box, "input[type=checkbox]").filter((each) => each.checked);
  const show = (): void => {
    const wanted = (find?.value || "").trim().toLowerCase();
    let fitting = 0;
    folds.forEach((fold) => {
      let here = 0;
      all<HTMLElement>(fold, ".opt").forEach((opt) => {
        opt.hidden = !inOrder(wanted, (opt.textContent || "").toLowerCase());
        if (!opt.hidden) here += 1;
      });
      fold.hidden = !here;
      if (wanted) fold.open = here > 0;
      fitting += here;
    });
    const names = ticked().map((each) => (each.closest(".opt")?.textContent || "").trim()).join(say(box, "and"));
    if (told) told.textContent = !fitting ? say(box, "none") : names ? say(box, "chosen", { names }) : "";
  };
  // Enter in the search ticks what alone is left; it does not send the form.
  find?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const left = all<HTMLElement>(box, ".opt").filter((opt) => !opt.hidden);
    const only = left.length === 1 && left[0] ? left[0].querySelector<HTMLInputElement>("input") : null;
    if (only) { only.checked = !only.checked; only.dispatchEvent(new Event("change", { bubbles: true })); }
  });
  find?.addEventListener("input", show);
  box.addEventListener("change", show);
  show();
});
