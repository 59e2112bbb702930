// Draw over what nobody shall see. Places are kept in thousandths of the photo; a tap without drawing chooses a cell.
import { make, once, say } from "./dom";

const WHOLE = 1000;
const LEAST = 12; // thousandths: a smaller stroke is a tap

type Spot = [number, number];

function start(form: HTMLElement): void {
  const box = form.querySelector<HTMLElement>(".cover");
  const cells = form.querySelector<HTMLElement>(".cover-cells");
  const list = form.querySelector<HTMLElement>("[data-cover-drawn]");
  if (!box || !cells || !list || !("PointerEvent" in window)) return;
  let begun: Spot | null = null;
  let place: HTMLElement | null = null;
  let count = 0;

  const spot = (event: PointerEvent): Spot => {
    const frame = cells.getBoundingClientRect();
    const part = (at: number, from: number, size: number): number => Math.round(Math.min(1, Math.max(0, (at - from) / size)) * WHOLE);
    return [part(event.clientX, frame.left, frame.width), part(event.clientY, frame.top, frame.height)];
  };
  const area = (one: Spot, other: Spot): number[] => [
    Math.min(one[0], other[0]), Math.min(one[1], other[1]), Math.abs(one[0] - other[0]), Math.abs(one[1] - other[1]),
  ];
  const lay = (el: HTMLElement, [left = 0, top = 0, wide = 0, high = 0]: number[]): void => {
    el.style.left = `${left / 10}%`;
    el.style.top = `${top / 10}%`;
    el.style.width = `${wide / 10}%`;
    el.style.height = `${high / 10}%`;
  };
  const keep = (drawn: HTMLElement, found: number[]): void => {
    count += 1;
    const item = make("li");
    const input = make("input") as HTMLInputElement;
    input.type = "hidden";
    input.name = "area";
    input.value = found.join(",");
    const away = make("button", "btn", say(form, "away", { n: count })) as HTMLButtonElement;
    away.type = "button";
    away.addEventListener("click", () => { drawn.remove(); item.remove(); });
    item.appendChild(input);
    item.appendChild(away);
    list.appendChild(item);
  };

  cells.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    begun = spot(event);
  });
  cells.addEventListener("pointermove", (event) => {
    if (!begun) return;
    const found = area(begun, spot(event));
    if (!place && Math.max(found[2] || 0, found[3] || 0) < LEAST) return;
    if (!place) { place = box.appendChild(make("div", "cover-place")); cells.setPointerCapture(event.pointerId); }
    lay(place, found);
  });
  const end = (event: PointerEvent): void => {
    if (begun && place) {
      const found = area(begun, spot(event));
      if (found[2] && found[3] && event.type === "pointerup") keep(place, found);
      else place.remove();
      // The stroke ends on a cell: that is no tap on it.
      cells.addEventListener("click", (click) => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
      window.setTimeout(() => cells.dispatchEvent(new Event("click")), 0);
    }
    begun = place = null;
  };
  cells.addEventListener("pointerup", end);
  cells.addEventListener("pointercancel", end);
  box.addEventListener("dragstart", (event) => event.preventDefault());
}

export const cover = (root: ParentNode): void => once(root, "form[data-cover]", "Cover", start);
