// The way to the command palette: Ctrl+K, ⌘K or the button in one's menu. The palette itself comes when it is wanted.
import { all } from "./dom";

export function palette(): void {
  const button = document.querySelector<HTMLElement>("[data-palette]");
  const address = button?.dataset.palette;
  if (!button || !address) return;
  let coming = false, typed: string | null = ""; // null: it is wanted no longer
  // What is typed while it is on its way is meant for it: a letter would act on the page.
  const early = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key === "Escape") typed = null;
    else if (typed === null) return;
    else if (event.key === "Backspace") typed = typed.slice(0, -1);
    else if (event.key.length === 1) typed += event.key;
  };
  const open = (): void => {
    if (coming) return;
    coming = true;
    typed = "";
    all(document, "details.menu[open]").forEach((menu) => menu.removeAttribute("open"));
    document.addEventListener("keydown", early, true);
    import("./palette").then((part) => part.open(address, () => typed)).catch(() => undefined).then(() => {
      coming = false;
      document.removeEventListener("keydown", early, true);
    });
  };
  button.hidden = false;
  button.addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
    }
  });
}
