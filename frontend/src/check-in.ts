// Checking in: the phone is asked where it is at the press, and at no other time. Without an answer the time alone counts.
import { say } from "./dom";

const PATIENCE = 10000;

function put(form: HTMLFormElement, name: string, value: string): void {
  const input = form.querySelector<HTMLInputElement>(`input[name=${name}]`);
  if (input) input.value = value;
}

function again(form: HTMLFormElement): void {
  form.dataset.placed = "1";
  const event = new Event("submit", { bubbles: true, cancelable: true });
  if (form.dispatchEvent(event)) form.submit();
}

export function checkIn(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.dataset || form.dataset.checkIn === undefined) return;
    if (form.dataset.placed) { delete form.dataset.placed; return; } // it goes its usual way now
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.finding) return;
    put(form, "at", new Date().toISOString());
    if (!navigator.geolocation) { again(form); return; }
    form.dataset.finding = "1";
    const line = form.querySelector<HTMLElement>(".sending");
    if (line) line.textContent = say(form, "finding");
    const done = (found: GeolocationPosition | null): void => {
      delete form.dataset.finding;
      if (line) line.textContent = "";
      put(form, "lon", found ? String(found.coords.longitude) : "");
      put(form, "lat", found ? String(found.coords.latitude) : "");
      put(form, "accuracy", found ? String(Math.round(found.coords.accuracy)) : "");
      again(form);
    };
    navigator.geolocation.getCurrentPosition(done, () => done(null), { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 0 });
  }, true);
}
