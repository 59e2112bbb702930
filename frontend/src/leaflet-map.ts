// Leaflet over our own grid boundaries: no outside tiles unless the town sets a layer.
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";
import { debounce, make, say, waits } from "./dom";
import { toGcj } from "./gcj";
import { covers } from "./inside";
import { placeNames } from "./map-names";

interface Facts {
  name?: string; level?: string; state?: string; title?: string; text?: string; href?: string; number?: string;
  count?: number; late?: number; bounds?: [number, number, number, number];
}
type Shape = GeoJSON.Feature<GeoJSON.Geometry, Facts>;

const PIN = '<svg viewBox="0 0 36 44" aria-hidden="true"><path d="M18 2a14 14 0 0 1 14 14c0 10-14 25-14 25S4 26 4 16A14 14 0 0 1 18 2z"/><rect x="12" y="10" width="12" height="12" rx="2" fill="#fff" stroke="none"/></svg>';
// Shapes, not colours alone: square open, triangle late, diamond soon, round done.
const SPOTS: Record<string, string> = {
  late: '<svg viewBox="0 0 24 24"><path d="M12 2l10 19H2z"/></svg>',
  soon: '<svg viewBox="0 0 24 24"><path d="M12 1l11 11-11 11L1 12z"/></svg>',
  done: '<svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/></svg>',
  ok: '<svg viewBox="0 0 24 24"><rect x="3" y="3" width="18" height="18" rx="3"/></svg>',
};

const PATIENCE = 15000;
const NEAREST = 18;
const SPOT = 0.00005; // degrees, five metres: nearer than that no zoom tells marks apart

function at(shape: Shape): L.LatLngExpression {
  const [lon, lat] = (shape.geometry as GeoJSON.Point).coordinates as [number, number];
  return [lat, lon];
}

async function load(url: string | undefined, signal?: AbortSignal): Promise<GeoJSON.FeatureCollection<GeoJSON.Geometry, Facts> | null> {
  if (!url) return null;
  const answer = await fetch(url, { credentials: "same-origin", signal });
  if (!answer.ok) throw new Error(`map ${answer.status}`);
  return answer.json();
}

function popup(facts: Facts): HTMLElement {
  const box = make("div");
  const title = facts.title || facts.name || facts.number || "";
  if (facts.href) {
    const link = make("a", "strong", title) as HTMLAnchorElement;
    link.href = facts.href;
    box.appendChild(link);
  } else box.appendChild(make("strong", "", title));
  if (facts.number && facts.number !== title) box.appendChild(make("div", "quiet num", facts.number));
  if (facts.text) box.appendChild(make("div", "", facts.text));
  return box;
}

/** Where Leaflet lays out its pictures: by the centre of the view, which is all that has to move. */
interface Laying {
  _setZoomTransform(level: unknown, centre: L.LatLng, zoom: number): void;
  _getTiledPixelBounds(centre: L.LatLng): L.Bounds;
  _resetView(): void;
}

/** Pictures in GCJ-02 under points in WGS-84: laid out as if one looked where our centre lies on them. */
class Shifted extends L.TileLayer {
  private static laying = L.TileLayer.prototype as unknown as Laying;

  private static moved(centre: L.LatLng): L.LatLng {
    const [lon, lat] = toGcj(centre.lng, centre.lat);
    return L.latLng(lat, lon);
  }

  _setZoomTransform(level: unknown, centre: L.LatLng, zoom: number): void {
    Shifted.laying._setZoomTransform.call(this, level, Shifted.moved(centre), zoom);
  }

  _getTiledPixelBounds(centre: L.LatLng): L.Bounds {
    return Shifted.laying._getTiledPixelBounds.call(this, Shifted.moved(centre));
  }

  getEvents(): { [name: string]: L.LeafletEventHandlerFn } {
    const events = super.getEvents?.() || {};
    const before = events.moveend;
    // The shift is another a few streets on.
    return { ...events, moveend: (event) => { Shifted.laying._resetView.call(this); before?.call(this, event); } };
  }
}

export class Board {
  readonly map: L.Map;
  private grids: L.GeoJSON | null = null;
  private pin: L.Marker | null = null;
  private chosen: L.Path | null = null;
  private readonly line: HTMLElement | null;
  private readonly spots = L.layerGroup();
  private asking: AbortController | null = null;
  private reading = false;

  constructor(private readonly box: HTMLElement, canvas: HTMLElement) {
    this.line = box.querySelector<HTMLElement>("[data-map-say]");
    this.map = L.map(canvas, { attributionControl: false, zoomControl: false, fadeAnimation: false, minZoom: 8, maxZoom: 19, zoomSnap: 0.25 });
    L.control.zoom({ position: "bottomright", zoomInTitle: say(box, "in"), zoomOutTitle: say(box, "out") }).addTo(this.map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    this.map.setView([Number(box.dataset.lat || 34.6), Number(box.dataset.lon || 117)], Number(box.dataset.zoom || 13));
    if (box.dataset.tiles) this.pave(box.dataset.tiles.split(" "));
  }

  /** Pictures of a provider under our own lines. They are asked for with our origin, by which its keys are bound. */
  private pave(layers: string[]): void {
    const { credit = "", servers = "", shifted } = this.box.dataset;
    const options = { attribution: credit, subdomains: servers, maxZoom: 19, maxNativeZoom: 18, referrerPolicy: "origin" as const };
    L.control.attribution({ prefix: false }).addTo(this.map);
    this.map.getContainer().classList.add("paved");
    layers.forEach((url) => (shifted === undefined ? L.tileLayer(url, options) : new Shifted(url, options)).addTo(this.map));
  }

  tell(name: string, holes: Record<string, string> = {}): void {
    if (this.line) this.line.textContent = say(this.box, name, holes);
  }

  async drawGrids(): Promise<void> {
    const shapes = await load(this.box.dataset.grids);
    if (!shapes) return;
    this.grids = L.geoJSON<Facts>(shapes, {
      filter: (shape) => shape.geometry && /Polygon|LineString/.test(shape.geometry.type),
      style: (shape) => ({ className: `grid-line ${shape?.properties?.level || ""} ${shape?.properties?.state || ""}` }),
      onEachFeature: (shape: Shape, layer) => {
        const name = shape.properties.name;
        const always = shape.properties.level === "village" || shapes.features.length < 40;
        if (name) layer.bindTooltip(make("span", "", name), { permanent: always, direction: "center", className: "grid-name" });
        // Where a place is picked, a tap on a grid must reach the map: a popup would swallow it.
        if (shape.properties.href && this.box.dataset.map !== "pick") layer.bindPopup(() => popup(shape.properties));
      },
    }).addTo(this.map);
    const [west, south, east, north] = (this.box.dataset.fit || "").split(",").map(Number);
    const edges = north === undefined ? this.grids.getBounds() : L.latLngBounds([south as number, west as number], [north, east as number]);
    if (edges.isValid()) this.map.fitBounds(edges, { animate: false });
    this.map.on("moveend resize", () => this.settle());
    this.settle();
  }

  private settle(): void {
    if (this.grids) placeNames(this.map, this.grids);
  }

  /** The marks of what is in view: the server counts what lies close together, and is asked again when one moves. */
  async drawMarks(): Promise<void> {
    if (!this.box.dataset.marks) return;
    this.spots.addTo(this.map);
    this.map.on("moveend", debounce(150, () => { this.look().catch(() => this.tell("fail")); }));
    await this.look();
  }

  private where(around: L.LatLngBounds, more = ""): string {
    const url = this.box.dataset.marks || "";
    const asked = new URLSearchParams({
      west: String(around.getWest()), south: String(around.getSouth()), east: String(around.getEast()), north: String(around.getNorth()),
      zoom: String(Math.floor(this.map.getZoom())),
    });
    return `${url}${url.includes("?") ? "&" : "?"}${asked}${more}`;
  }

  private async look(): Promise<void> {
    if (this.reading) return; // what one reads stays until it is closed
    this.asking?.abort();
    const mine = this.asking = new AbortController();
    const timer = window.setTimeout(() => mine.abort(), PATIENCE);
    const arrived = waits(this.box.querySelector("[data-map-wait]"), say(this.box, "coming"));
    try {
      const shapes = await load(this.where(this.map.getBounds()), mine.signal);
      if (!shapes || this.asking !== mine || this.reading) return;
      this.spots.clearLayers();
      shapes.features.forEach((shape) => this.spots.addLayer(shape.properties.count ? this.crowd(shape) : this.spot(shape)));
      this.settle();
      this.tell("");
    } catch (fault) {
      if (this.asking === mine) throw fault;
    } finally {
      window.clearTimeout(timer);
      arrived();
    }
  }

  private spot(shape: Shape): L.Marker {
    const facts = shape.properties;
    const state = facts.state || "ok";
    const icon = L.divIcon({ className: `spot ${state}`, html: SPOTS[state] || SPOTS.ok, iconSize: [22, 22] });
    return this.readable(L.marker(at(shape), { icon, title: facts.title || facts.number || "", keyboard: true })).bindPopup(() => popup(facts));
  }

  private readable<Of extends L.Layer>(layer: Of): Of {
    layer.on("popupopen", () => { this.reading = true; });
    layer.on("popupclose", () => { this.reading = false; });
    return layer;
  }

  /** Several cases close together: how many, larger where there are more; a tap goes nearer, or lists those of one spot. */
  private crowd(shape: Shape): L.Marker {
    const { count = 0, late = 0, bounds = [0, 0, 0, 0] } = shape.properties;
    const size = 34 + Math.min(26, Math.round(8 * Math.log10(count)));
    const html = make("b", `num${late ? " late" : ""}`, count < 10000 ? String(count) : `${Math.round(count / 1000)}k`);
    const icon = L.divIcon({ className: "crowd", html, iconSize: [size, size] });
    const title = say(this.box, late ? "late" : "crowd", { n: count, late });
    const around = L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]);
    const marker = this.readable(L.marker(at(shape), { icon, title, keyboard: true }));
    const wide = Math.max(bounds[2] - bounds[0], bounds[3] - bounds[1]);
    const enter = (): void => {
      if (wide > SPOT && this.map.getZoom() < NEAREST) this.map.fitBounds(around.pad(0.1), { animate: false, maxZoom: Math.max(NEAREST, this.map.getZoom() + 1) });
      else void this.list(marker, around, count);
    };
    marker.on("click", enter);
    marker.on("keypress", (event) => { if (event.originalEvent.key === "Enter") enter(); });
    return marker;
  }

  private async list(marker: L.Marker, around: L.LatLngBounds, count: number): Promise<void> {
    const edge = 1e-6; // degrees: numbers lose their last digits on the way
    const wider = L.latLngBounds([around.getSouth() - edge, around.getWest() - edge], [around.getNorth() + edge, around.getEast() + edge]);
    try {
      const shapes = await load(this.where(wider, "&each=1"));
      if (!shapes) return;
      const box = make("div", "crowd-list");
      if (shapes.features.length < count) box.appendChild(make("p", "small quiet", say(this.box, "more", { n: shapes.features.length, all: count })));
      shapes.features.forEach((shape) => box.appendChild(popup(shape.properties)));
      marker.unbindPopup().bindPopup(box, { maxHeight: 260 }).openPopup();
      (marker.getPopup()?.getElement()?.querySelector("a[href]:not(.leaflet-popup-close-button)") as HTMLElement | null)?.focus();
    } catch (_fault) {
      this.tell("fail");
    }
  }

  /** The pin moves; the form's fields and the words under the map follow. */
  put(lat: number, lon: number, from: string, accuracy = 0): void {
    if (!this.pin) {
      const icon = L.divIcon({ className: "pin", html: PIN, iconSize: [36, 44], iconAnchor: [18, 42] });
      this.pin = L.marker([lat, lon], { icon, draggable: this.box.dataset.map === "pick", title: say(this.box, "pin") }).addTo(this.map);
      this.pin.on("dragend", () => { const at = this.pin?.getLatLng(); if (at) this.put(at.lat, at.lng, "map"); });
    }
    this.pin.setLatLng([lat, lon]);
    this.write({ lon: lon.toFixed(6), lat: lat.toFixed(6), accuracy: accuracy ? String(Math.round(accuracy)) : "", source: from });
    this.settle();
    const grid = this.gridAt(lat, lon);
    this.tell(grid === null ? "outside" : grid ? "in-grid" : "put", { grid: grid || "" });
  }

  private write(values: Record<string, string>): void {
    Object.keys(values).forEach((part) => {
      const input = this.box.querySelector<HTMLInputElement>(`[data-map-${part}]`);
      if (!input) return;
      input.value = values[part] || "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  /** Name of the grid under the point; null when outside all of them; "" when no grids are drawn. */
  private gridAt(lat: number, lon: number): string | null {
    if (!this.grids) return "";
    if (this.chosen) L.DomUtil.removeClass(this.chosen.getElement() as HTMLElement, "on");
    this.chosen = null;
    let found: string | null = null;
    this.grids.eachLayer((layer) => {
      const shape = (layer as L.Polygon).feature as Shape;
      if (found !== null || !covers(shape.geometry, lon, lat) || shape.properties.level === "village") return;
      found = shape.properties.name || "";
      this.chosen = layer as L.Path;
    });
    const lit = this.chosen as L.Path | null;
    if (lit) { L.DomUtil.addClass(lit.getElement() as HTMLElement, "on"); lit.bringToFront(); }
    return found;
  }

  /** The whole grid of the pin, by name, with its neighbours' edges around it; false where the pin stands in none. */
  showGrid(): boolean {
    const at = this.pin?.getLatLng();
    if (!at || !(this.chosen instanceof L.Polygon)) return false;
    const grid = this.chosen, name = grid.getTooltip();
    if (name && !name.options.permanent) grid.unbindTooltip().bindTooltip(name.getContent() as HTMLElement, { ...name.options, permanent: true });
    this.map.fitBounds(grid.getBounds().extend(at).pad(0.12), { animate: false });
    return true;
  }

  /** Where the person stands, as the phone tells it. */
  stand(lat: number, lon: number, accuracy: number): void {
    this.put(lat, lon, "gps", accuracy);
    this.map.setView([lat, lon], 17, { animate: false });
  }

  pick(): void {
    this.map.on("click", (event) => this.put(event.latlng.lat, event.latlng.lng, "map"));
  }
}

export async function draw(box: HTMLElement): Promise<Board | null> {
  const canvas = box.querySelector<HTMLElement>("[data-map-canvas]");
  if (!canvas) return null;
  canvas.hidden = false;
  canvas.textContent = "";
  const board = new Board(box, canvas);
  try {
    await board.drawGrids();
    await board.drawMarks();
  } catch (_fault) {
    board.tell("fail");
  }
  const lat = box.querySelector<HTMLInputElement>("[data-map-lat]")?.value || box.dataset.pinLat;
  const lon = box.querySelector<HTMLInputElement>("[data-map-lon]")?.value || box.dataset.pinLon;
  if (lat && lon) {
    board.put(Number(lat), Number(lon), box.querySelector<HTMLInputElement>("[data-map-source]")?.value || "map");
    if (box.dataset.map === "pick" || !board.showGrid()) board.map.setView([Number(lat), Number(lon)], 16, { animate: false });
  }
  if (box.dataset.map === "pick") board.pick();
  return board;
}
