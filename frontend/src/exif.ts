// What a photo's own head says: how large it is, which way up, and whether it knows where it was taken. The place is
// read from it only once somebody has said yes; nothing of this leaves the phone by itself.

export interface Place { lon: number; lat: number }
export interface Head { width: number; height: number; turned: number; place: (() => Place | null) | null }

const HEAD = 262144; // bytes: the head of a photo, with its own small picture, is shorter

/** Read a JPEG's head; null for other files. */
export async function headOf(file: Blob): Promise<Head | null> {
  try {
    return read(new DataView(await new Response(file.slice(0, HEAD)).arrayBuffer()));
  } catch (_fault) {
    return null; // cut off or strange: it is shrunk all the same
  }
}

function read(view: DataView): Head | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  const head: Head = { width: 0, height: 0, turned: 1, place: null };
  for (let at = 2; at + 4 < view.byteLength;) {
    const mark = view.getUint16(at);
    if ((mark & 0xff00) !== 0xff00) return null;
    if (mark === 0xffe1 && view.getUint32(at + 4) === 0x45786966) exif(view, at + 10, head);
    if (mark >= 0xffc0 && mark <= 0xffcf && mark !== 0xffc4 && mark !== 0xffc8 && mark !== 0xffcc) {
      head.height = view.getUint16(at + 5);
      head.width = view.getUint16(at + 7);
      if (head.turned > 4) [head.width, head.height] = [head.height, head.width];
      return head;
    }
    at += 2 + view.getUint16(at + 2);
  }
  return null;
}

function exif(view: DataView, base: number, head: Head): void {
  const little = view.getUint16(base) === 0x4949;
  const tags = list(view, base, view.getUint32(base + 4, little), little);
  const turned = tags.get(0x0112);
  if (turned !== undefined) head.turned = view.getUint16(turned + 8, little);
  const gps = tags.get(0x8825);
  if (gps === undefined) return;
  const found = list(view, base, view.getUint32(gps + 8, little), little);
  const [south, lat, west, lon] = [1, 2, 3, 4].map((tag) => found.get(tag));
  if (south === undefined || lat === undefined || west === undefined || lon === undefined) return;
  const degrees = (entry: number): number => {
    const at = base + view.getUint32(entry + 8, little);
    const part = (n: number): number => view.getUint32(at + n * 8, little) / view.getUint32(at + n * 8 + 4, little);
    return part(0) + part(1) / 60 + part(2) / 3600;
  };
  head.place = () => {
    const place = {
      lat: degrees(lat) * (view.getUint8(south + 8) === 0x53 ? -1 : 1),
      lon: degrees(lon) * (view.getUint8(west + 8) === 0x57 ? -1 : 1),
    };
    const real = Math.abs(place.lat) <= 90 && Math.abs(place.lon) <= 180 && (place.lat !== 0 || place.lon !== 0);
    return real ? place : null; // not a number is not real either
  };
}

/** Where the entries of a list of tags lie. */
function list(view: DataView, base: number, offset: number, little: boolean): Map<number, number> {
  const tags = new Map<number, number>();
  const count = view.getUint16(base + offset, little);
  for (let n = 0; n < count; n += 1) {
    const at = base + offset + 2 + n * 12;
    tags.set(view.getUint16(at, little), at);
  }
  return tags;
}
