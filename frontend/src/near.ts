// Nearest first: sorts the list on the phone itself. The place is neither sent nor kept.
import { all, once, say } from "./dom";

const RADIUS = 6371000;

function metres(lon: number, lat: number, toLon: number, toLat: number): number {
  const rad = Math.PI / 180;
  const x = (toLon - lon) * rad * Math.cos(((lat + toLat) / 2) * rad);
  const y = (toLat - lat) * rad;
  return Math.sqrt(x * x + y * y) * RADIUS;
}

function sort(button: HTMLElement, list: HTMLElement, lon: number, lat: number): void {
  const far = (row: HTMLElement): number => (row.dataset.lon ? metres(lon, lat, Number(row.dataset.lon), Number(row.dataset.lat)) : Infinity);
  const rows = all<HTMLElement>(list, "li[class]").filter((row) => row.parentElement === list);
  rows.map((row) => ({ row, at: far(row) })).sort((a, b) => a.at - b.at).forEach(({ row, at }) => {
    list.appendChild(row);
    const words = row.querySelector<HTMLElement>("[data-far]");
    if (!words || at === Infinity) return;
    words.textContent = ` · ${at < 1000 ? say(button, "far", { n: Math.round(at / 10) * 10 }) : say(button, "farther", { n: (at / 1000).toFixed(1) })}`;
  });
}

export function near(root: ParentNode): void {
  once(root, "[data-near]", "Near", (button) => {
    const list = document.querySelector<HTMLElement>("[data-near-list]");
    const told = document.querySelector<HTMLElement>("[data-near-say]");
    button.hidden = !list || !told || !navigator.geolocation;
    if (!list || !told || button.hidden) return;
    button.addEventListener("click", () => {
      navigator.geolocation.getCurrentPosition(
        (found) => {
          sort(button, list, found.coords.longitude, found.coords.latitude);
          told.textContent = say(button, "done");
        },
        () => { told.textContent = say(button, "none"); },
        { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
      );
    });
  });
}
