// A row of chips that scrolls sideways shows the one that is pressed.
import { all } from "./dom";

export function inSight(root: ParentNode): void {
  all(root, ".chips, .desk-sieve").forEach((row) => {
    const on = row.querySelector<HTMLElement>(".chip.on");
    if (!on || row.scrollWidth <= row.clientWidth) return;
    const box = row.getBoundingClientRect(), chip = on.getBoundingClientRect();
    row.scrollLeft += chip.left + chip.width / 2 - (box.left + box.width / 2);
  });
}
