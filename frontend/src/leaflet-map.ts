// Leaflet over our own grid boundaries: no outside tiles unless the town sets a layer.
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";
import { make, say } from "./dom";

interface Facts { name?: string; level?: string; state?: string; title?: string; text?: string; href?: string; number?: string }
type Shape = GeoJSON.Feature<GeoJSON.Geometry, Facts>;

const PIN = '<svg viewBox="0 0 36 44" aria-hidden="true"><path d="M18 2a14 14 0 0 1 14 14c0 10-14 25-14 25S4 26 4 16A14 14 0 0 1 18 2z"/><rect x="12" y="10" width="12" height="12" rx="2" fill="#fff" stroke="none"/></svg>';
// Shapes, not colours alone: square open, triangle late, diamond soon, round done.
const SPOTS: Record<string, string> = {
  late: '<svg viewBox="0 0 24 24"><path d="M12 2l10 19H2z"/></svg>',
  soon: '<svg viewBox="0 0 24 24"><path d="M12 1l11 11-11 11L1 12z"/></svg>',
  done: '<svg viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/></svg>',
  ok: '<svg viewBox="0 0 24 24"><rect x="3" y="3" width="18" height="18" rx="3"/></svg>',
};

const CROWD = 60; // marks a reader can still tell apart

async function load(url: string | undefined): Promise<GeoJSON.FeatureCollection<GeoJSON.Geometry, Facts> | null> {
  if (!url) return null;
  const answer = await fetch(url, { credentials: "same-origin" });
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

export class Board {
  readonly map: L.Map;
  private grids: L.GeoJSON | null = null;
  private pin: L.Marker | null = null;
  private chosen: L.Path | null = null;
  private readonly line: HTMLElement | null;

  constructor(private readonly box: HTMLElement, canvas: HTMLElement) {
    this.line = box.querySelector<HTMLElement>("[data-map-say]");
    this.map = L.map(canvas, { attributionControl: false, zoomControl: false, minZoom: 8, maxZoom: 19, zoomSnap: 0.25 });
    L.control.zoom({ position: "bottomright", zoomInTitle: say(box, "in"), zoomOutTitle: say(box, "out") }).addTo(this.map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    this.map.setView([Number(box.dataset.lat || 34.6), Number(box.dataset.lon || 117)], Number(box.dataset.zoom || 13));
    if (box.dataset.tiles) {
      L.control.attribution({ prefix: false }).addTo(this.map);
      L.tileLayer(box.dataset.tiles, { attribution: box.dataset.credit || "", maxZoom: 19 }).addTo(this.map);
    }
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
        if (name) layer.bindTooltip(name, { permanent: always, direction: "center", className: "grid-name" });
        // Where a place is picked, a tap on a grid must reach the map: a popup would swallow it.
        if (shape.properties.href && this.box.dataset.map !== "pick") layer.bindPopup(() => popup(shape.properties));
      },
    }).addTo(this.map);
    const edges = this.grids.getBounds();
    if (edges.isValid()) this.map.fitBounds(edges, { animate: false });
  }

  async drawMarks(): Promise<void> {
    const shapes = await load(this.box.dataset.marks);
    if (!shapes) return;
    const marks = L.geoJSON<Facts>(shapes, {
      pointToLayer: (shape: Shape, at) => {
        const state = shape.properties.state || "ok";
        const icon = L.divIcon({ className: `spot ${state}`, html: SPOTS[state] || SPOTS.ok, iconSize: [22, 22] });
        return L.marker(at, { icon, title: shape.properties.title || shape.properties.number || "", keyboard: true });
      },
      onEachFeature: (shape: Shape, layer) => { layer.bindPopup(() => popup(shape.properties)); },
    });
    if (shapes.features.length <= CROWD || !this.crowd(shapes, marks)) marks.addTo(this.map);
    if (shapes.features.length && !this.grids) this.map.fitBounds(marks.getBounds().pad(0.2), { animate: false, maxZoom: 17 });
  }

  /** Too many marks to tell apart: from afar each village shows how many are its own; a tap goes there. */
  private crowd(shapes: GeoJSON.FeatureCollection<GeoJSON.Geometry, Facts>, marks: L.Layer): boolean {
    const counts = L.layerGroup();
    const near = this.map.getZoom() + 1;
    this.grids?.eachLayer((layer) => {
      const { geometry, properties } = (layer as L.Polygon).feature as Shape;
      if (properties.level !== "village") return;
      const own = shapes.features.filter(({ geometry: at }) => at.type === "Point" && covers(geometry, at.coordinates[0] as number, at.coordinates[1] as number));
      if (!own.length) return;
      const edges = (layer as L.Polygon).getBounds();
      const html = make("span");
      html.appendChild(make("b", "num", String(own.length)));
      html.appendChild(make("span", "", properties.name || ""));
      const icon = L.divIcon({ className: "crowd", html, iconSize: [64, 44] });
      L.marker(edges.getCenter(), { icon, title: `${properties.name || ""} ${own.length}`, keyboard: true })
        .on("click", () => this.map.setView(edges.getCenter(), Math.max(near, this.map.getBoundsZoom(edges)), { animate: false }))
        .addTo(counts);
    });
    if (!counts.getLayers().length) return false;
    const show = (): void => {
      const far = this.map.getZoom() < near;
      this.map.getContainer().classList.toggle("crowded", far);
      (far ? marks : counts).remove();
      (far ? counts : marks).addTo(this.map);
    };
    this.map.on("zoomend", show);
    show();
    return true;
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

  /** Where the person stands, as the phone tells it. */
  stand(lat: number, lon: number, accuracy: number): void {
    this.put(lat, lon, "gps", accuracy);
    this.map.setView([lat, lon], 17, { animate: false });
  }

  pick(): void {
    this.map.on("click", (event) => this.put(event.latlng.lat, event.latlng.lng, "map"));
  }
}

function ringCovers(ring: GeoJSON.Position[], lon: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as [number, number];
    const [xj, yj] = ring[j] as [number, number];
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function covers(geometry: GeoJSON.Geometry, lon: number, lat: number): boolean {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return parts.some((rings) => rings.reduce((odd, ring) => odd !== ringCovers(ring, lon, lat), false));
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
    board.map.setView([Number(lat), Number(lon)], 16, { animate: false });
  }
  if (box.dataset.map === "pick") board.pick();
  return board;
}
