// Several rows of the inbox chosen: by their boxes, by x, a stretch of them with shift, all on the page.
import { all, say } from "./dom";

const boxes = (): HTMLInputElement[] => all<HTMLInputElement>(document, ".with-picks .pick input");

export function picked(): void {
  const form = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-picked]");
  if (!form()) return;
  const chosen = new Set<string>(); // the list may be renewed under what was ticked
  let last: HTMLInputElement | null = null, shift = false;

  const told = (): void => {
    const bar = form(), list = boxes();
    if (!bar) return;
    list.forEach((box) => { box.checked = chosen.has(box.value); });
    Array.from(chosen).filter((number) => !list.some((box) => box.value === number)).forEach((number) => chosen.delete(number));
    const every = document.querySelector<HTMLInputElement>("[data-pick-all]"), count = bar.querySelector("[data-pick-count]");
    bar.classList.toggle("some", chosen.size > 0);
    if (every) {
      every.disabled = !list.length;
      every.checked = list.length > 0 && list.every((box) => box.checked);
      every.indeterminate = !every.checked && chosen.size > 0;
    }
    const words = chosen.size ? say(bar, "n", { n: chosen.size }) : "";
    if (count && count.textContent !== words) count.textContent = words;
    const button = bar.querySelector<HTMLButtonElement>("button");
    if (button) button.disabled = !chosen.size;
  };
  const set = (box: HTMLInputElement, on: boolean): void => { if (on) chosen.add(box.value); else chosen.delete(box.value); };

  // A click says whether shift is held; the change that follows it does not.
  document.addEventListener("click", (event) => { shift = event.shiftKey; }, true);
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    if ("pickAll" in box.dataset) boxes().forEach((each) => set(each, box.checked));
    else if (box.name === "pick" && box.closest(".with-picks")) {
      const list = boxes(), from = last ? list.indexOf(last) : -1, to = list.indexOf(box);
      if (shift && from >= 0) list.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((each) => set(each, box.checked));
      else set(box, box.checked);
      last = box;
    } else return;
    told();
  });
  document.addEventListener("lianxin:rows", told);
  boxes().filter((box) => box.checked).forEach((box) => chosen.add(box.value)); // a browser that goes back keeps them
  told();
}
