// The map box: what stands on the page works alone; Leaflet comes only when a map is on screen.
import { once } from "./dom";

function open(box: HTMLElement): void {
  import("./leaflet-map").then((part) => part.draw(box)).catch(() => {
    const words = box.querySelector<HTMLElement>("[data-map-say]");
    if (words) words.textContent = box.getAttribute("data-say-fail") || "";
  });
}

export const map = (root: ParentNode): void => once(root, "[data-map]", "Map", (box) => {
  const opener = box.querySelector<HTMLElement>("[data-map-open]");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => { opener.hidden = true; open(box); });
    return;
  }
  if (!("IntersectionObserver" in window)) { open(box); return; }
  const eye = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) { eye.disconnect(); open(box); }
  }, { rootMargin: "200px" });
  eye.observe(box);
});
