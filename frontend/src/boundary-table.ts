// The points of a boundary as a table: in figures and by arrow keys what the hand does on the map.
import { degrees, keyOf, METRE, squeeze, UNIT } from "./boundary-ground";
import type { Spot } from "./boundary-ground";

const ARROWS: Record<string, Spot> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** What the table has done to a point; `nudge`: by a key, which pressed again is still one step. */
export interface PointActs {
  choose(spot: Spot, pan?: boolean): void;
  nudge(from: Spot, to: Spot): void;
  move(from: Spot, to: Spot): void;
  drop(spot: Spot): void;
}

export class PointTable {
  private late = ""; // a table that came while somebody wrote in this one

  constructor(private readonly box: HTMLElement, private readonly acts: PointActs) {
    box.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-point]");
      const spot = button && this.spotIn(button.closest("tr"));
      if (spot) this.acts.choose(spot);
    });
    box.addEventListener("keydown", (event) => this.typed(event));
    box.addEventListener("change", (event) => this.entered(event.target as HTMLInputElement));
    box.addEventListener("focusout", () => { if (this.late) this.show(this.late); });
  }

  private spotIn(row: Element | null): Spot | null {
    const key = row?.querySelector<HTMLElement>("[data-point]")?.dataset.point;
    return key ? key.split(",").map(Number) as Spot : null;
  }

  private typed(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (event.key === "Enter" && target instanceof HTMLInputElement) { event.preventDefault(); target.blur(); return; }
    const way = ARROWS[event.key];
    const spot = target.dataset.point ? this.spotIn(target.closest("tr")) : null;
    if (!way || !spot) return;
    event.preventDefault();
    const far = METRE * (event.shiftKey ? 10 : 1);
    const to: Spot = [Math.round(spot[0] + (way[0] * far) / squeeze(spot)), Math.round(spot[1] + way[1] * far)];
    this.acts.nudge(spot, to);
    this.write(target.closest("tr") as Element, to);
    this.acts.choose(to, false);
  }

  /** The row follows at once; the server's own table comes a moment later. */
  private write(row: Element, spot: Spot): void {
    (row.querySelector("[data-point]") as HTMLElement).dataset.point = keyOf(spot);
    const inputs = row.querySelectorAll<HTMLInputElement>("input.num");
    degrees(spot).forEach((value, at) => { const input = inputs[at]; if (input) input.value = value.toFixed(7); });
    const was = row.querySelector<HTMLInputElement>("input[type=hidden]");
    if (was) was.value = keyOf(spot);
  }

  private entered(input: HTMLInputElement): void {
    const row = input.closest("tr");
    const spot = this.spotIn(row);
    if (!row || !spot) return;
    if (input.type === "checkbox") { input.checked = false; this.acts.drop(spot); return; }
    const [lon, lat] = Array.from(row.querySelectorAll<HTMLInputElement>("input.num")).map((each) => Number(each.value));
    if (!lon || !lat || Math.abs(lon) > 180 || Math.abs(lat) > 90) { this.write(row, spot); return; }
    const to: Spot = [Math.round(lon * UNIT), Math.round(lat * UNIT)];
    this.acts.move(spot, to);
    this.write(row, to);
  }

  /** The server's table; where somebody writes in the one that stands, once they have left it. */
  show(html: string): void {
    const { box } = this;
    const focus = document.activeElement;
    if (focus instanceof HTMLInputElement && box.contains(focus)) { this.late = html; return; }
    this.late = "";
    const point = focus instanceof HTMLElement && box.contains(focus) ? focus.dataset.point : undefined;
    const open = box.querySelector("details")?.open;
    const scrolled = box.querySelector(".boundary-points")?.scrollTop || 0;
    box.innerHTML = html;
    const fold = box.querySelector("details");
    if (fold) fold.open = open !== false;
    const list = box.querySelector(".boundary-points");
    if (list) list.scrollTop = scrolled;
    if (!point) return;
    const again = box.querySelector<HTMLElement>(`[data-point="${point}"]`);
    again?.focus({ preventScroll: true });
    again?.setAttribute("aria-pressed", "true");
  }
}
