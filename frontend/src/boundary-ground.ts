// Borders as points they share. A point is two whole numbers, ten-millionths of a degree; a ring is x y x y…
export type Spot = [number, number];
export type Parts = number[][][];
export interface Grid { code: string; name: string; level: string; parent: string; parts: Parts }
export type Grounds = Map<string, Grid>;
export interface Edge { spot: Spot; from: Spot; to: Spot }

export const UNIT = 1e7;
export const METRE = UNIT / 111320; // units of latitude

export const same = (one: Spot, other: Spot): boolean => one[0] === other[0] && one[1] === other[1];
export const degrees = (spot: Spot): Spot => [spot[0] / UNIT, spot[1] / UNIT];
export const keyOf = (spot: Spot): string => `${spot[0]},${spot[1]}`;
export const squeeze = (spot: Spot): number => Math.cos((spot[1] / UNIT / 180) * Math.PI);

export function rings(grid: Grid): number[][] {
  return ([] as number[][]).concat(...grid.parts);
}

export function spots(ring: number[]): Spot[] {
  const found: Spot[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) found.push([ring[i] as number, ring[i + 1] as number]);
  return found;
}

export function has(grid: Grid, spot: Spot): boolean {
  return rings(grid).some((ring) => indexOf(ring, spot) >= 0);
}

function indexOf(ring: number[], spot: Spot): number {
  for (let i = 0; i + 1 < ring.length; i += 2) if (ring[i] === spot[0] && ring[i + 1] === spot[1]) return i;
  return -1;
}

function changed(grids: Grounds, change: (ring: number[]) => number[]): Grounds {
  const after: Grounds = new Map();
  grids.forEach((grid, code) => {
    let other = false;
    const parts = grid.parts.map((part) => part.map((ring) => {
      const made = change(ring);
      if (made !== ring) other = true;
      return made;
    }));
    after.set(code, other ? { ...grid, parts } : grid);
  });
  return after;
}

/** Every border that has a point has another instead, or none. The server says the rest: what merges, what meets. */
export function replaced(grids: Grounds, spot: Spot, to: Spot | null): Grounds {
  return changed(grids, (ring) => {
    const at = indexOf(ring, spot);
    return at < 0 ? ring : [...ring.slice(0, at), ...(to || []), ...ring.slice(at + 2)];
  });
}

/** Every border that has an edge has a point on it. */
export function divided(grids: Grounds, edge: Edge): Grounds {
  return changed(grids, (ring) => {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      const start: Spot = [ring[i] as number, ring[i + 1] as number];
      const j = (i + 2) % ring.length;
      const end: Spot = [ring[j] as number, ring[j + 1] as number];
      if ((same(start, edge.from) && same(end, edge.to)) || (same(start, edge.to) && same(end, edge.from))) {
        return [...ring.slice(0, i + 2), ...edge.spot, ...ring.slice(i + 2)];
      }
    }
    return ring;
  });
}

/** The point nearest to a place, no farther than `reach` (units of latitude). */
export function pointNear(grids: Iterable<Grid>, place: Spot, reach: number, but: Spot | null = null): Spot | null {
  const k = squeeze(place);
  let best: Spot | null = null;
  let far = reach * reach;
  for (const grid of grids) for (const ring of rings(grid)) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      const x = ring[i] as number;
      const y = ring[i + 1] as number;
      const away = ((x - place[0]) * k) ** 2 + (y - place[1]) ** 2;
      if (away < far && !(but && but[0] === x && but[1] === y)) { far = away; best = [x, y]; }
    }
  }
  return best;
}

/** The edge nearest to a place, with its nearest point; edges that end in `but` do not count. */
export function edgeNear(grids: Iterable<Grid>, place: Spot, reach: number, but: Spot | null = null): Edge | null {
  const k = squeeze(place);
  let best: Edge | null = null;
  let far = reach * reach;
  for (const grid of grids) for (const ring of rings(grid)) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      const j = (i + 2) % ring.length;
      const from: Spot = [ring[i] as number, ring[i + 1] as number];
      const to: Spot = [ring[j] as number, ring[j + 1] as number];
      if (Math.max(from[1], to[1]) < place[1] - reach || Math.min(from[1], to[1]) > place[1] + reach) continue;
      if (but && (same(from, but) || same(to, but))) continue;
      const dx = (to[0] - from[0]) * k;
      const dy = to[1] - from[1];
      const px = (place[0] - from[0]) * k;
      const py = place[1] - from[1];
      const share = Math.min(1, Math.max(0, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
      const away = (px - share * dx) ** 2 + (py - share * dy) ** 2;
      if (away < far) {
        far = away;
        best = { from, to, spot: [Math.round(from[0] + share * (to[0] - from[0])), Math.round(from[1] + share * dy)] };
      }
    }
  }
  return best;
}
