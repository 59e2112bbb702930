// The way to the command palette: Ctrl+K, ⌘K or the button in one's menu. The palette itself comes when it is wanted.
import { all } from "./dom";

export function palette(): void {
  const button = document.querySelector<HTMLElement>("[data-palette]");
  const address = button?.dataset.palette;
  if (!button || !address) return;
  let coming = false;
  const open = (): void => {
    if (coming) return;
    coming = true;
    all(document, "details.menu[open]").forEach((menu) => menu.removeAttribute("open"));
    import("./palette").then((part) => part.open(address)).catch(() => undefined).then(() => { coming = false; });
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
