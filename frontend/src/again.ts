// What did not come is said in words where it was awaited, with a button that asks for it once more.
import { make, say } from "./dom";

const words = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-keys]");

/** The line, to be put where the part should stand; `what` names the words (data-say-…) on the page's list of keys. */
export function lost(what: string, again: () => void, holes: Record<string, string> = {}): HTMLElement {
  const held = words(), line = make("p", "part-lost", held ? say(held, what, holes) : ""), button = make("button", "btn", held ? say(held, "again") : "") as HTMLButtonElement;
  line.setAttribute("role", "alert");
  button.type = "button";
  button.addEventListener("click", again);
  line.appendChild(button);
  return line;
}
