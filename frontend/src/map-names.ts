// Names of places give way to what the map is about: each stands in its place where no mark, no button and no other
// name is, as near its middle as there is room in view; where there is none it is not shown until one looks closer.
import * as L from "leaflet";
import { covers } from "./inside";

const STEP = 12; // pixels between the spots that are tried
const AIR = 3; // pixels around a name

interface Box { left: number; top: number; right: number; bottom: number }

function apart(a: Box, b: Box): boolean {
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}

function around(at: L.Point, size: L.Point): Box {
  return { left: at.x - size.x / 2 - AIR, right: at.x + size.x / 2 + AIR, top: at.y - size.y / 2 - AIR, bottom: at.y + size.y / 2 + AIR };
}

/** What no name may lie on, in pixels of the map. */
function taken(map: L.Map): Box[] {
  const frame = map.getContainer().getBoundingClientRect();
  return Array.from(map.getContainer().querySelectorAll(".leaflet-marker-icon, .leaflet-control")).map((each) => {
    const box = each.getBoundingClientRect();
    return { left: box.left - frame.left, right: box.right - frame.left, top: box.top - frame.top, bottom: box.bottom - frame.top };
  });
}

/** Spots of a place that are in view, the nearest to its middle first. */
function spots(map: L.Map, layer: L.Polygon): L.Point[] {
  const view = map.getSize(), bounds = layer.getBounds();
  const first = map.latLngToContainerPoint(bounds.getNorthWest()), last = map.latLngToContainerPoint(bounds.getSouthEast());
  const left = Math.max(0, first.x), right = Math.min(view.x, last.x), top = Math.max(0, first.y), bottom = Math.min(view.y, last.y);
  const middle = map.latLngToContainerPoint(layer.getCenter());
  const home = L.bounds(L.point(0, 0), view).contains(middle) ? middle : L.point((left + right) / 2, (top + bottom) / 2);
  const found = [home];
  for (let x = left + STEP / 2; x < right; x += STEP) for (let y = top + STEP / 2; y < bottom; y += STEP) found.push(L.point(x, y));
  return found.sort((a, b) => a.distanceTo(home) - b.distanceTo(home));
}

export function placeNames(map: L.Map, places: L.GeoJSON): void {
  const busy = taken(map), view = map.getSize();
  const named: [L.Polygon, L.Tooltip, HTMLElement][] = [];
  places.eachLayer((layer) => {
    const name = layer.getTooltip(), drawn = name?.getElement();
    if (name && drawn && name.options.permanent && layer instanceof L.Polygon) named.push([layer, name, drawn]);
  });
  // The grid that is meant is named before all others, and villages before grids.
  const rank = (place: L.Polygon): number => (place.getElement()?.classList.contains("on") ? 2 : Number(place.feature?.properties.level === "village"));
  named.sort(([a], [b]) => rank(b) - rank(a));
  named.forEach(([layer, name, drawn]) => {
    const shape = layer.feature?.geometry as GeoJSON.Geometry;
    const size = L.point(drawn.offsetWidth, drawn.offsetHeight);
    const inside = (at: L.Point): boolean => {
      const point = map.containerPointToLatLng(at);
      return covers(shape, point.lng, point.lat);
    };
    const fits = (at: L.Point): boolean => {
      const box = around(at, size);
      return box.left >= 0 && box.top >= 0 && box.right <= view.x && box.bottom <= view.y && busy.every((each) => apart(box, each));
    };
    const free = spots(map, layer).filter(fits);
    const half = L.point(size.x / 2, 0);
    const at = free.find((spot) => inside(spot.subtract(half)) && inside(spot.add(half))) || free.find(inside);
    drawn.classList.toggle("away", !at);
    if (!at) return;
    name.setLatLng(map.containerPointToLatLng(at));
    busy.push(around(at, size));
  });
}
