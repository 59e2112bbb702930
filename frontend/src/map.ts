// The map box: what stands on the page works alone; Leaflet comes only when a map is on screen.
import { once, say } from "./dom";

/** "Where I am" without a map: the point goes into the form, and the page says so. */
function here(box: HTMLElement, opener: HTMLElement): void {
  const button = box.querySelector<HTMLElement>("[data-map-here]");
  const words = box.querySelector<HTMLElement>("[data-map-say]");
  if (!button || !words || !("geolocation" in navigator)) return;
  const set = (name: string, value: string): void => {
    const input = box.querySelector<HTMLInputElement>(`[data-map-${name}]`);
    if (!input) return;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); // what depends on the place follows
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (opener.hidden) return; // the map is there and does it itself
    words.textContent = say(box, "finding");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        set("lon", coords.longitude.toFixed(6));
        set("lat", coords.latitude.toFixed(6));
        set("accuracy", String(Math.round(coords.accuracy)));
        set("source", "gps");
        words.textContent = say(box, "put");
      },
      () => { words.textContent = say(box, "no-gps"); },
      { enableHighAccuracy: true, timeout: 12000, maximumAge: 30000 },
    );
  });
}

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
    here(box, opener);
    opener.addEventListener("click", () => { opener.hidden = true; open(box); });
    return;
  }
  if (!("IntersectionObserver" in window)) { open(box); return; }
  const eye = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) { eye.disconnect(); open(box); }
  }, { rootMargin: "200px" });
  eye.observe(box);
});
