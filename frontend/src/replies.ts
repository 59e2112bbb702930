// A reply text picked beside a field goes in where the cursor is; what was typed stays. Ctrl+. leads to the list and back.
import { lost } from "./again";

const placeOf = (el: Element): HTMLElement | null => el.closest<HTMLElement>("[data-reply-of]");

function fieldOf(place: HTMLElement): HTMLTextAreaElement | null {
  const el = document.getElementById(place.dataset.replyOf || "");
  return el instanceof HTMLTextAreaElement ? el : null;
}

/** The text; null where it did not come. */
async function fetched(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
    return answer.ok ? await answer.text() : null;
  } catch (_fault) {
    return null;
  }
}

async function put(place: HTMLElement): Promise<void> {
  const list = place.querySelector("select"), field = fieldOf(place);
  const key = list?.value.split(":")[1];
  if (!list || !field || !key) { list?.focus(); return; }
  place.querySelector(".part-lost")?.remove();
  const text = await fetched((place.dataset.replyAt || "").replace(/0\/?$/, `${key}/`));
  if (text === null) { place.appendChild(lost("lost", () => void put(place))); return; }
  const at = field.selectionStart ?? field.value.length, before = field.value.slice(0, at), gap = before && !/\s$/.test(before) ? "\n" : "";
  field.setRangeText(gap + text, at, field.selectionEnd ?? at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  list.value = "";
  field.focus();
}

export function replies(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("[data-reply-in]");
    const place = button && placeOf(button);
    if (!place || !fieldOf(place)) return;
    event.preventDefault();
    void put(place);
  }, true);
  document.addEventListener("keydown", (event) => {
    const el = event.target;
    if (el instanceof HTMLSelectElement && "reply" in el.dataset && event.key === "Enter" && el.value) {
      event.preventDefault();
      const place = placeOf(el);
      if (place) void put(place);
    } else if (el instanceof HTMLTextAreaElement && event.key === "." && (event.ctrlKey || event.metaKey)) {
      const list = document.querySelector<HTMLElement>(`[data-reply-of="${el.id}"] select`);
      if (!list) return;
      event.preventDefault();
      list.focus();
    }
  });
}
