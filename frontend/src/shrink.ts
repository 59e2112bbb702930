// A photo made small on the phone: nine megabytes take minutes on a slow line, four hundred kilobytes do not.
import type { Head } from "./exif";

const MOST = 400 * 1024;
const TRIES: [number, number][] = [[1, 0.82], [1, 0.68], [0.8, 0.68], [0.64, 0.6], [0.5, 0.5]]; // side, quality

type Drawn = HTMLImageElement | ImageBitmap;

const sizeOf = (picture: Drawn): [number, number] => ("naturalWidth" in picture ? [picture.naturalWidth, picture.naturalHeight] : [picture.width, picture.height]);

/** Two pixels side by side, to be turned by a quarter: a browser that heeds it shows them one above the other. */
const TURNED = "data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAIBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z";

function from(url: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => reject(new Error("unreadable"));
    image.src = url;
  });
}

async function load(file: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file);
  try {
    return await from(url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

let heeded: Promise<boolean> | null = null;

/** Whether pictures stand upright here by themselves: before Chrome 81 and iOS 13.4 they lie as the camera was held. */
function heeds(): Promise<boolean> {
  heeded = heeded || from(TURNED).then((image) => image.naturalWidth < image.naturalHeight, () => true);
  return heeded;
}

/** How a picture of this width and height is to be laid so that it stands upright, by what its head says (EXIF 2 to 8). */
function laid(turned: number, wide: number, high: number): [number, number, number, number, number, number] {
  switch (turned) {
    case 2: return [-1, 0, 0, 1, wide, 0];
    case 3: return [-1, 0, 0, -1, wide, high];
    case 4: return [1, 0, 0, -1, 0, high];
    case 5: return [0, 1, 1, 0, 0, 0];
    case 6: return [0, 1, -1, 0, high, 0];
    case 7: return [0, -1, -1, 0, high, wide];
    case 8: return [0, -1, 1, 0, 0, wide];
    default: return [1, 0, 0, 1, 0, 0];
  }
}

/**
 * Decoded and made small beside the page, where the browser can: while it works, the page answers. Only where the
 * result can be checked: a picture that was to be turned by a quarter must come out turned.
 */
async function apart(file: Blob, side: number, head: Head | null): Promise<ImageBitmap | null> {
  if (!head || !head.width || !("createImageBitmap" in window) || [1, 6, 8].indexOf(head.turned) < 0) return null;
  if (head.turned > 1 && head.width === head.height) return null; // a square comes out as a square, turned or not
  const scale = Math.min(1, side / Math.max(head.width, head.height));
  const [width, height] = [Math.max(1, Math.round(head.width * scale)), Math.max(1, Math.round(head.height * scale))];
  try {
    const wanted = head.width >= head.height ? { resizeWidth: width } : { resizeHeight: height };
    const made = await createImageBitmap(file, { ...wanted, resizeQuality: "medium" } as ImageBitmapOptions);
    if (Math.abs(made.width - width) <= 2 && Math.abs(made.height - height) <= 2) return made;
    made.close();
  } catch (_fault) {
    // an old browser takes no options, or cannot read it here: the page tries
  }
  return null;
}

function encode(canvas: HTMLCanvasElement, quality: number): Promise<Blob | null> {
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

function draw(picture: Drawn, side: number, turned: number): HTMLCanvasElement | null {
  const [wide, high] = sizeOf(picture);
  const scale = Math.min(1, side / Math.max(wide, high));
  const canvas = document.createElement("canvas");
  const [width, height] = [Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale))];
  [canvas.width, canvas.height] = turned > 4 ? [height, width] : [width, height];
  const ink = canvas.getContext("2d");
  if (!ink) return null;
  ink.fillStyle = "#fff"; // what is transparent would turn black
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.setTransform(...laid(turned, width, height));
  ink.drawImage(picture, 0, 0, width, height);
  return canvas;
}

/** At most `side` pixels and four hundred kilobytes, JPEG, upright, without what the camera wrote into it. */
export async function shrink(file: File, side: number, head: Head | null): Promise<Blob> {
  let picture: Drawn;
  let turned = 1; // what is still to be done
  try {
    picture = (await apart(file, side, head)) || (await load(file));
    if (head && head.turned > 1 && "naturalWidth" in picture && !(await heeds())) turned = head.turned;
  } catch (fault) {
    // HEIC is not readable here but is on the server: it goes as it is.
    if (/heic|heif/i.test(file.type + file.name)) return file;
    throw fault;
  }
  let smallest: Blob | null = null;
  for (const [part, quality] of TRIES) {
    const canvas = draw(picture, side * part, turned);
    const blob = canvas ? await encode(canvas, quality) : null;
    if (blob && (!smallest || blob.size < smallest.size)) smallest = blob;
    if (!blob || blob.size <= MOST) break;
  }
  if ("close" in picture) picture.close();
  return smallest || file;
}
