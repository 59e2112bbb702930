// What did not come is said in words where it was awaited, with a button that asks for it once more.
import { make, say } from "./dom";

const words = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-keys]");

/** The line, to be put where the part should stand; `what` and `press` name the words (data-say-…) on the page's list of keys. */
export function lost(what: string, again: () => void, holes: Record<string, string> = {}, press = "again"): HTMLElement {
  const held = words(), line = make("p", "part-lost", held ? say(held, what, holes) : ""), button = make("button", "btn", held ? say(held, press) : "") as HTMLButtonElement;
  line.setAttribute("role", "alert");
  button.type = "button";
  button.addEventListener("click", again);
  line.appendChild(button);
  return line;
}
