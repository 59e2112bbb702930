// "This photo says where it was taken": asked in a line of the page, and read only after a yes.
import { all } from "./dom";
import type { Head } from "./exif";

const answered = new WeakSet<HTMLElement>();

export function offerPlace(box: HTMLElement, head: Head | null): void {
  const form = box.closest("form");
  const line = form ? form.querySelector<HTMLElement>("[data-photo-place]") : null;
  const map = form ? form.querySelector<HTMLElement>("[data-map=pick]") : null;
  if (!line || !map || !head || !head.place || answered.has(line)) return;
  answered.add(line); // asked once, however many photos follow
  const { place } = head;
  line.hidden = false;
  all<HTMLButtonElement>(line, "button").forEach((button) => button.addEventListener("click", () => {
    const found = button.value === "yes" ? place() : null;
    line.hidden = true;
    const next = found ? map.querySelector<HTMLElement>("button:not([hidden])") : box.querySelector<HTMLElement>("input[type=file]");
    if (found) {
      map.dispatchEvent(new CustomEvent("lianxin:place", { detail: { ...found, source: "photo" } }));
      map.scrollIntoView({ block: "center" });
    }
    next?.focus({ preventScroll: true });
  }));
}
