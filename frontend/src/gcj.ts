// GCJ-02, the datum of map pictures made in China: how far it lies from WGS-84 at a place. The server's own arithmetic is
// in places/datum.py; a test holds the two together.
const AXIS = 6378245;
const FLAT = 0.006693421622965943;

function waves(x: number, y: number, long: number[][]): number {
  const rough = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * 2 / 3;
  return long.reduce((sum, [height, turn, along]) => sum + (height as number) * Math.sin((along ? y : x) * (turn as number) * Math.PI), 0) * 2 / 3 + rough;
}

/** The place of a WGS-84 point (longitude, latitude, degrees) on a picture in GCJ-02. Outside China nothing is shifted. */
export function toGcj(lon: number, lat: number): [number, number] {
  if (!(lon > 73.66 && lon < 135.05 && lat > 3.86 && lat < 53.55)) return [lon, lat];
  const x = lon - 105;
  const y = lat - 35;
  const root = Math.sqrt(Math.abs(x));
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves(x, y, [[20, 1, 1], [40, 1 / 3, 1], [160, 1 / 12, 1], [320, 1 / 30, 1]]);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves(x, y, [[20, 1, 0], [40, 1 / 3, 0], [150, 1 / 12, 0], [300, 1 / 30, 0]]);
  const angle = (lat / 180) * Math.PI;
  const magic = 1 - FLAT * Math.sin(angle) ** 2;
  const up = (AXIS * (1 - FLAT)) / (magic * Math.sqrt(magic));
  const across = (AXIS / Math.sqrt(magic)) * Math.cos(angle);
  return [lon + (east * 180) / (across * Math.PI), lat + (north * 180) / (up * Math.PI)];
}
