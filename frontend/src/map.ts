// The map box: what stands on the page works alone; Leaflet comes only when a map is on screen.
import { once, say, waits } from "./dom";
import type { Board } from "./leaflet-map";

type Drawn = Promise<Board | null> | null;

/** "Where I am", asked before, while or after the map comes: the point goes into the form, and to the map if there is one. */
function here(box: HTMLElement, drawn: () => Drawn): void {
  const button = box.querySelector<HTMLElement>("[data-map-here]");
  const words = box.querySelector<HTMLElement>("[data-map-say]");
  if (!button || !words) return;
  const tell = (name: string): void => { words.textContent = say(box, name); };
  const set = (name: string, value: string): void => {
    const input = box.querySelector<HTMLInputElement>(`[data-map-${name}]`);
    if (!input) return;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true })); // what depends on the place follows
  };
  const put = ({ coords }: GeolocationPosition): void => {
    set("lon", coords.longitude.toFixed(6));
    set("lat", coords.latitude.toFixed(6));
    set("accuracy", String(Math.round(coords.accuracy)));
    set("source", "gps");
    tell("put");
    drawn()?.then((board) => board?.stand(coords.latitude, coords.longitude, coords.accuracy));
  };
  box.addEventListener("lianxin:place", (event) => {
    const { lon, lat, source } = (event as CustomEvent<{ lon: number; lat: number; source: string }>).detail;
    set("lon", lon.toFixed(6));
    set("lat", lat.toFixed(6));
    set("accuracy", "");
    set("source", source);
    tell("put");
    drawn()?.then((board) => { board?.stand(lat, lon, 0); set("source", source); });
  });
  const chosen = (): string => ["lon", "lat", "source"].map((name) => box.querySelector<HTMLInputElement>(`[data-map-${name}]`)?.value).join();
  button.hidden = !("geolocation" in navigator);
  button.addEventListener("click", () => {
    const before = chosen();
    const unless = (run: () => void): void => { if (chosen() === before) run(); }; // another place was chosen meanwhile: that one stays
    tell("finding");
    navigator.geolocation.getCurrentPosition((found) => unless(() => put(found)), () => unless(() => tell("no-gps")),
      { enableHighAccuracy: true, timeout: 12000, maximumAge: 30000 });
  });
}

const IDLE = 300, PATIENCE = 500; // ms after a case came into a pane: who goes through cases fast has none of their maps drawn

/** A map beside a case waits until the case is on screen and nothing else is to do; it goes with its case. */
function beside(pane: HTMLElement, box: HTMLElement): Promise<Board | null> {
  let gone = false;
  const drawn = new Promise<void>((ready) => window.setTimeout(() => {
    if ("requestIdleCallback" in window) window.requestIdleCallback(() => ready(), { timeout: PATIENCE });
    else ready();
  }, IDLE)).then(() => (gone ? null : open(box)));
  pane.addEventListener("lianxin:gone", () => { gone = true; void drawn.then((board) => board?.map.remove()); });
  return drawn;
}

function open(box: HTMLElement): Promise<Board | null> {
  const arrived = waits(box.querySelector("[data-map-wait]"), say(box, "coming"));
  return import("./leaflet-map").then((part) => part.draw(box)).catch(() => {
    const words = box.querySelector<HTMLElement>("[data-map-say]");
    if (words) words.textContent = box.getAttribute("data-say-fail") || "";
    return null;
  }).then((board) => { arrived(); return board; });
}

export const map = (root: ParentNode): void => once(root, "[data-map]", "Map", (box) => {
  let drawn: Drawn = null;
  const opener = box.querySelector<HTMLElement>("[data-map-open]");
  here(box, () => drawn);
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => { opener.hidden = true; drawn = open(box); });
    return;
  }
  if (!("IntersectionObserver" in window)) { drawn = open(box); return; }
  const eye = new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    eye.disconnect();
    const pane = box.closest<HTMLElement>("[data-part]");
    drawn = pane ? beside(pane, box) : open(box);
  }, { rootMargin: "200px" });
  eye.observe(box);
});
