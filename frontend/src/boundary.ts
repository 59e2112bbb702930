// The editor of a boundary: steps made on the map or in the table; the server says what they come to.
import * as L from "leaflet";
import { all, make, say, writing } from "./dom";
import { Board } from "./leaflet-map";
import { degrees, divided, edgeNear, has, keyOf, pointNear, replaced, rings, same, spots, UNIT } from "./boundary-ground";
import type { Grid, Grounds, Parts, Spot } from "./boundary-ground";
import { PointTable } from "./boundary-table";

type Step = Record<string, unknown> & { do: string };
interface Moment { steps: Step[]; grounds: Grounds | null }
interface Told {
  version: string; ground: Record<string, Parts>; new: Omit<Grid, "parts">[]; changes: string; points: string;
  faults: { at: Spot | null; step: number; grave: boolean; words: string }[];
}
interface Draft { version: string; steps: Step[]; reason: string; sent: boolean }

const PATIENCE = 20000;
const NEAR = 12; // pixels within which a point or a border draws the hand

const latlng = (spot: Spot): L.LatLng => L.latLng(spot[1] / UNIT, spot[0] / UNIT);
const spotOf = (at: L.LatLng): Spot => [Math.round(at.lng * UNIT), Math.round(at.lat * UNIT)];
const outline = (parts: Parts): L.LatLng[][][] => parts.map((part) => part.map((ring) => spots(ring).map(latlng)));

class Editor {
  private readonly code: string;
  private readonly board: Board;
  private base: Grounds = new Map();
  private grounds: Grounds = new Map();
  private steps: Step[] = [];
  private past: Moment[] = [];
  private future: Moment[] = [];
  private tool = "move";
  private line: Spot[] = [];
  private nudged = "";
  private timer = 0;
  private table: PointTable | null = null;
  private readonly shapes = new Map<string, { shape: L.Polygon; grid: Grid }>();
  private readonly handles = L.layerGroup();
  private readonly drawn = L.layerGroup();
  private readonly marks = L.layerGroup();
  private readonly size = window.matchMedia("(pointer: coarse)").matches ? 44 : 24;

  constructor(private readonly form: HTMLFormElement, canvas: HTMLElement) {
    this.code = form.dataset.grid || "";
    canvas.hidden = false;
    this.board = new Board(this.part("[data-map-box]"), canvas);
    this.map.doubleClickZoom.disable();
    [this.drawn, this.handles, this.marks].forEach((layer) => layer.addTo(this.map));
    this.map.on("click", (event) => this.tapped(spotOf(event.latlng)));
    this.map.on("mousemove", (event) => this.pointing(spotOf(event.latlng)));
  }

  private get map(): L.Map { return this.board.map; }
  private get own(): Grid { return this.grounds.get(this.code) as Grid; }

  private part<T extends HTMLElement>(selector: string): T {
    return this.form.querySelector<T>(selector) as T;
  }

  private tell(name: string, holes: Record<string, string | number> = {}): void {
    this.part("[data-map-say]").textContent = say(this.form, name, holes);
  }

  async start(): Promise<void> {
    await this.fetchSheet();
    this.grounds = this.base;
    this.render();
    const home = this.own.parts.length ? this.own : this.base.get(this.own.parent);
    const whole = L.latLngBounds(([] as L.LatLng[]).concat(...(home ? rings(home) : []).map((ring) => spots(ring).map(latlng))));
    if (whole.isValid()) this.map.fitBounds(whole.pad(0.08), { animate: false });
    this.tools();
    this.table = new PointTable(this.part("[data-points]"), {
      choose: (spot, pan) => this.choose(spot, pan), nudge: (from, to) => this.nudge(from, to), move: (from, to) => this.move(from, to), drop: (spot) => this.drop(spot),
    });
    this.fates();
    this.restore();
    this.setTool(this.form.dataset.drawn ? "move" : "draw");
    this.form.dataset.ready = "1";
  }

  private async fetchSheet(): Promise<void> {
    const answer = await fetch(this.form.dataset.boundary || "", { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`sheet ${answer.status}`);
    const told = await answer.json() as { grids: Grid[] };
    this.base = new Map(told.grids.map((grid) => [grid.code, grid] as [string, Grid]));
  }

  // ---- drafts ------------------------------------------------------------------------------------

  private get draftKey(): string { return `lianxin:boundary:${this.code}`; }

  private keep(sent = false): void {
    this.part<HTMLInputElement>("[data-steps]").value = JSON.stringify(this.steps);
    const reason = this.part<HTMLInputElement>("[name=reason]").value;
    const draft: Draft = { version: this.part<HTMLInputElement>("[data-version]").value, steps: this.steps, reason, sent };
    try { window.sessionStorage.setItem(this.draftKey, JSON.stringify(draft)); } catch (_full) { /* the form still holds them */ }
  }

  private restore(): void {
    const version = this.part<HTMLInputElement>("[data-version]");
    let steps = JSON.parse(this.part<HTMLInputElement>("[data-steps]").value || "[]") as Step[];
    if (!steps.length) {
      let draft: Draft | null = null;
      try { draft = JSON.parse(window.sessionStorage.getItem(this.draftKey) || "null") as Draft | null; } catch (_none) { /* no draft */ }
      if (draft && draft.steps.length && !(draft.sent && draft.version !== version.value)) {
        steps = draft.steps;
        version.value = draft.version; // of other boundaries than these: the server says what has changed since
        const reason = this.part<HTMLInputElement>("[name=reason]");
        reason.value = reason.value || draft.reason;
        this.tell("restored", { n: steps.length });
      }
    }
    if (!steps.length) return;
    this.steps = steps;
    this.past = steps.map((_step, at) => ({ steps: steps.slice(0, at), grounds: null }));
    this.keep();
    void this.ask();
  }

  // ---- steps -------------------------------------------------------------------------------------

  private push(step: Step, grounds: Grounds, words: string, holes: Record<string, string | number> = {}): void {
    this.past.push({ steps: this.steps, grounds: this.grounds });
    this.future = [];
    this.steps = [...this.steps, step];
    this.grounds = grounds;
    this.nudged = "";
    this.after(words, holes);
  }

  private after(words: string, holes: Record<string, string | number> = {}): void {
    this.keep();
    this.render();
    this.tell(words, holes);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => { void this.ask(); }, 300);
  }

  private back(from: Moment[], to: Moment[], words: string): void {
    const moment = from.pop();
    if (!moment) return;
    to.push({ steps: this.steps, grounds: this.grounds });
    this.steps = moment.steps;
    this.grounds = moment.grounds || this.base;
    this.nudged = "";
    this.after(words);
  }

  private move(from: Spot, to: Spot): void {
    if (same(from, to)) return;
    const [lon, lat] = degrees(to);
    this.push({ do: "move", from: degrees(from), to: degrees(to) }, replaced(this.grounds, from, to), "moved", { lon: lon.toFixed(6), lat: lat.toFixed(6) });
  }

  /** A point moved by the keyboard: pressed again it is still one step. */
  private nudge(from: Spot, to: Spot): void {
    const last = this.steps[this.steps.length - 1];
    if (this.nudged === keyOf(from) && last && last.do === "move") {
      this.steps = [...this.steps.slice(0, -1), { ...last, to: degrees(to) }];
      this.grounds = replaced(this.grounds, from, to);
      this.after("moved", { lon: degrees(to)[0].toFixed(6), lat: degrees(to)[1].toFixed(6) });
    } else this.move(from, to);
    this.nudged = keyOf(to);
  }

  private drop(spot: Spot): void {
    this.push({ do: "drop", at: degrees(spot) }, replaced(this.grounds, spot, null), "dropped");
  }

  /** Ask the server what the steps come to: the truth of areas, faults and merged points is there. */
  async ask(): Promise<void> {
    window.clearTimeout(this.timer);
    const sent = this.steps;
    const body = new FormData();
    ["csrfmiddlewaretoken", "version"].forEach((name) => body.append(name, this.part<HTMLInputElement>(`[name=${name}]`).value));
    body.append("act", "check");
    body.append("steps", JSON.stringify(sent));
    if (this.form.querySelector("[name=follows]")) { // what was ticked to go with a new grid stays ticked
      body.append("follows", "1");
      this.form.querySelectorAll<HTMLInputElement>("[name=goes]:checked").forEach((each) => body.append("goes", each.value));
    }
    const stop = new AbortController();
    const timer = window.setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, credentials: "same-origin", headers: { Accept: "application/json" }, signal: stop.signal });
      if (!answer.ok) throw new Error(`check ${answer.status}`);
      const told = await answer.json() as Told;
      if (this.steps === sent) await this.hear(told);
    } catch (_fault) {
      if (this.steps === sent) this.tell("fail");
    } finally {
      window.clearTimeout(timer);
    }
  }

  private async hear(told: Told): Promise<void> {
    if (told.version !== this.part<HTMLInputElement>("[data-version]").value) await this.fetchSheet(); // others were here
    const undone = told.faults.find((fault) => fault.step > 0);
    this.part("[data-changes]").innerHTML = told.changes;
    if (undone && undone.step === this.steps.length) { // the last step cannot be: it is taken back, and said why
      const before = this.past.pop();
      this.steps = before ? before.steps : [];
      this.keep();
      this.tell("refused", { why: undone.words });
    }
    const grounds: Grounds = new Map(this.base);
    told.new.forEach((grid) => grounds.set(grid.code, { ...grid, parts: [] }));
    Object.keys(told.ground).forEach((code) => {
      const grid = grounds.get(code);
      if (grid) grounds.set(code, { ...grid, parts: told.ground[code] as Parts });
    });
    this.grounds = grounds;
    this.render();
    this.table?.show(told.points);
    this.marks.clearLayers();
    told.faults.forEach((fault) => {
      if (fault.at) L.circleMarker(latlng(fault.at), { radius: 11, className: `fault-mark${fault.grave ? "" : " note"}` }).bindTooltip(make("span", "", fault.words)).addTo(this.marks);
    });
    this.form.dataset.told = String(Number(this.form.dataset.told || 0) + 1);
  }

  // ---- the map -----------------------------------------------------------------------------------

  private render(): void {
    const order: Record<string, number> = { micro: 0, grid: 1, village: 2, town: 3 };
    const wanted = Array.from(this.grounds.values()).sort((a, b) => (order[a.level] || 0) - (order[b.level] || 0));
    this.shapes.forEach((held, code) => {
      if (this.grounds.get(code) !== held.grid) { held.shape.remove(); this.shapes.delete(code); }
    });
    wanted.forEach((grid) => {
      if (!grid.parts.length || this.shapes.has(grid.code)) return;
      const own = grid.code === this.code;
      const changed = this.base.get(grid.code) !== grid && this.base.get(grid.code)?.parts !== grid.parts;
      const className = `grid-line ${grid.level}${own ? " own" : ""}${changed ? " changed" : ""}`;
      const shape = L.polygon(outline(grid.parts), { className, interactive: false }).addTo(this.map);
      if (grid.level === this.own.level) shape.bindTooltip(make("span", "", grid.name), { permanent: true, direction: "center", className: "grid-name" });
      this.shapes.set(grid.code, { shape, grid });
    });
    wanted.forEach((grid) => this.shapes.get(grid.code)?.shape.bringToFront());
    this.shapes.get(this.code)?.shape.bringToFront();
    this.renderHandles();
    this.button("[data-undo]").disabled = !this.past.length;
    this.button("[data-redo]").disabled = !this.future.length;
  }

  private button(selector: string): HTMLButtonElement { return this.part<HTMLButtonElement>(selector); }

  private renderHandles(): void {
    this.handles.clearLayers();
    rings(this.own).forEach((ring) => spots(ring).forEach((spot) => {
      const icon = L.divIcon({ className: "vertex", html: "<b></b>", iconSize: [this.size, this.size] });
      const handle = L.marker(latlng(spot), { icon, draggable: this.tool === "move", keyboard: false });
      handle.on("click", () => this.tapped(spot, true));
      handle.on("drag", () => this.dragging(handle, spot));
      handle.on("dragend", () => this.move(spot, this.snapped(spotOf(handle.getLatLng()), spot)));
      handle.addTo(this.handles);
    }));
  }

  /** While a point is dragged every border that has it follows. */
  private dragging(handle: L.Marker, from: Spot): void {
    const to = this.snapped(spotOf(handle.getLatLng()), from);
    const held = !same(to, spotOf(handle.getLatLng()));
    if (held) handle.setLatLng(latlng(to));
    handle.getElement()?.classList.toggle("held", held);
    this.shapes.forEach(({ shape, grid }) => {
      if (has(grid, from)) shape.setLatLngs(outline((replaced(new Map([[grid.code, grid]]), from, to).get(grid.code) as Grid).parts));
    });
  }

  /** Pixels as units of latitude, at this zoom. */
  private reach(pixels: number): number {
    const middle = this.map.latLngToContainerPoint(this.map.getCenter());
    const other = this.map.containerPointToLatLng(L.point(middle.x, middle.y + pixels));
    return Math.abs(other.lat - this.map.getCenter().lat) * UNIT;
  }

  /** A place drawn to a point, else to a border, that is close by. */
  private snapped(place: Spot, but: Spot | null = null, among: Iterable<Grid> = this.grounds.values()): Spot {
    const grids = Array.from(among);
    return pointNear(grids, place, this.reach(NEAR), but) || edgeNear(grids, place, this.reach(NEAR), but)?.spot || place;
  }

  private onBorder(place: Spot): Spot | null {
    return pointNear([this.own], place, this.reach(NEAR)) || edgeNear([this.own], place, this.reach(NEAR))?.spot || null;
  }

  private tapped(place: Spot, onPoint = false): void {
    if (this.tool === "add" && !onPoint) {
      const edge = edgeNear([this.own], place, this.reach(NEAR * 1.5));
      if (edge) this.push({ do: "add", at: degrees(edge.spot) }, divided(this.grounds, edge), "added");
    } else if (this.tool === "drop" && onPoint) this.drop(place);
    else if (this.tool === "move" && onPoint) this.choose(place);
    else if (this.tool === "cut") this.cutAt(place);
    else if (this.tool === "draw") this.drawAt(place);
  }

  private cutAt(place: Spot): void {
    if (!this.part("[data-fates]").hidden) return;
    const on = this.onBorder(place);
    if (!this.line.length && !on) { this.tell("edge"); return; }
    const spot = on || place;
    if (this.line.some((each) => same(each, spot))) return;
    this.line.push(spot);
    this.pointing(spot);
    if (on && this.line.length > 1) this.askFates();
  }

  private drawAt(place: Spot): void {
    const first = this.line[0];
    if (first && this.line.length > 2 && pointNear([{ ...this.own, parts: [[[...first]]] }], place, this.reach(NEAR))) {
      const ring = this.line.map(degrees);
      this.setTool("move");
      this.push({ do: "draw", grid: this.code, ring }, this.grounds, "");
      return;
    }
    this.line.push(this.snapped(place));
    this.pointing(place);
  }

  /** The line one draws, up to where the hand is. */
  private pointing(place: Spot): void {
    if (!this.line.length || !this.part("[data-fates]").hidden) return;
    this.drawn.clearLayers();
    const spots = [...this.line, this.tool === "cut" ? this.onBorder(place) || place : this.snapped(place)];
    L.polyline(spots.map(latlng), { className: "cut-line", interactive: false }).addTo(this.drawn);
    L.circleMarker(latlng(this.line[0] as Spot), { radius: 6, className: "cut-end", interactive: false }).addTo(this.drawn);
  }

  private setTool(name: string): void {
    this.tool = name;
    this.dropLine();
    all(this.form, "[data-tool]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.tool === name)));
    this.map.getContainer().classList.toggle("aiming", name !== "move");
    if (name === "cut") this.tell("line");
    if (name === "draw") this.tell("ring");
    this.renderHandles();
  }

  private dropLine(): void {
    this.line = [];
    this.drawn.clearLayers();
    this.part("[data-fates]").hidden = true;
  }

  // ---- pieces of a cut ---------------------------------------------------------------------------

  private askFates(): void {
    this.drawn.clearLayers();
    L.polyline(this.line.map(latlng), { className: "cut-line", interactive: false }).addTo(this.drawn);
    const at = Math.ceil(this.line.length / 2);
    const from = this.map.latLngToContainerPoint(latlng(this.line[at - 1] as Spot));
    const to = this.map.latLngToContainerPoint(latlng(this.line[at] as Spot));
    const long = from.distanceTo(to) || 1;
    const aside = L.point((to.y - from.y) / long, (from.x - to.x) / long).multiplyBy(34); // to the left, on a screen
    const middle = from.add(to).divideBy(2);
    ([["left", middle.add(aside)], ["right", middle.subtract(aside)]] as [string, L.Point][]).forEach(([side, place]) => {
      const icon = L.divIcon({ className: "piece", html: `<b>${say(this.form, side)}</b>`, iconSize: [72, 28] });
      L.marker(this.map.containerPointToLatLng(place), { icon, keyboard: false, interactive: false }).addTo(this.drawn);
    });
    this.part("[data-fates]").hidden = false;
    this.tell("fates");
    this.part<HTMLSelectElement>("[name=fate-piece]").focus();
  }

  private fates(): void {
    const value = (name: string): string => this.part<HTMLInputElement | HTMLSelectElement>(`[name=fate-${name}]`).value;
    this.part("[data-fates-do]").addEventListener("click", () => {
      const name = value("name").trim();
      if (value("goes") === "new" && !name) { this.part("[name=fate-name]").focus(); return; }
      const goes = value("goes") === "new" ? { to: "new", name } : { to: "grid", grid: value("goes") };
      const stay = { to: "stay" };
      const line = this.line.map(degrees);
      const step: Step = { do: "cut", grid: this.code, line, left: value("piece") === "left" ? goes : stay, right: value("piece") === "left" ? stay : goes };
      this.setTool("move");
      this.push(step, this.grounds, "");
      this.part<HTMLButtonElement>("[data-check]").focus();
    });
    this.part("[data-fates-drop]").addEventListener("click", () => { this.dropLine(); this.tell("line"); });
  }

  // ---- buttons and keys --------------------------------------------------------------------------

  private tools(): void {
    this.part("[data-tools]").hidden = false;
    all(this.form, "[data-tool]").forEach((button) => button.addEventListener("click", () => this.setTool(button.dataset.tool || "move")));
    const undo = (): void => this.back(this.past, this.future, "undone");
    const redo = (): void => this.back(this.future, this.past, "redone");
    this.button("[data-undo]").addEventListener("click", undo);
    this.button("[data-redo]").addEventListener("click", redo);
    this.part("[data-check]").addEventListener("click", (event) => { event.preventDefault(); void this.ask(); });
    this.form.addEventListener("submit", () => this.keep(true));
    this.part("[name=reason]").addEventListener("input", () => this.keep());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.line.length) { this.dropLine(); return; }
      if (!(event.ctrlKey || event.metaKey) || writing(event.target)) return;
      const key = event.key.toLowerCase();
      if (key !== "z" && key !== "y") return;
      event.preventDefault();
      if (key === "y" || event.shiftKey) redo();
      else undo();
    });
  }

  private choose(spot: Spot, pan = true): void {
    all(this.form, "[data-point]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.point === keyOf(spot))));
    const at = latlng(spot);
    this.handles.eachLayer((layer) => {
      const handle = layer as L.Marker;
      handle.getElement()?.classList.toggle("on", same(spotOf(handle.getLatLng()), spot));
    });
    if (pan && !this.map.getBounds().pad(-0.1).contains(at)) this.map.panTo(at, { animate: false });
  }
}

export async function edit(form: HTMLFormElement): Promise<void> {
  const canvas = form.querySelector<HTMLElement>("[data-canvas]");
  if (!canvas) return;
  const editor = new Editor(form, canvas);
  await editor.start().catch(() => {
    const line = form.querySelector<HTMLElement>("[data-map-say]");
    if (line) line.textContent = say(form, "fail");
  });
}
