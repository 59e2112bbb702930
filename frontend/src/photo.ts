// Photos: chosen, turned upright, shrunk on the phone, removed again before sending.
import { cross, make, once, say } from "./dom";
import { headOf } from "./exif";
import { offerPlace } from "./photo-place";
import { shrink } from "./shrink";

export interface Chosen { blob: Blob; name: string }

const kept = new WeakMap<HTMLElement, Chosen[]>();

/** The shrunk photos of a form's pickers, by field name; `send` puts them in place of the files. */
export function photosOf(form: HTMLFormElement): Map<string, Chosen[]> {
  const found = new Map<string, Chosen[]>();
  form.querySelectorAll<HTMLElement>("[data-photos]").forEach((box) => {
    const input = box.querySelector<HTMLInputElement>("input[type=file]");
    if (input && kept.has(box)) found.set(input.name, kept.get(box) || []);
  });
  return found;
}

const shrinking = new WeakMap<HTMLElement, Promise<void>>();

/** Until all that was chosen for a form is small: what is sent before that would lack it. */
export async function photosReady(form: HTMLFormElement): Promise<void> {
  await Promise.all(Array.from(form.querySelectorAll<HTMLElement>("[data-photos]"), (box) => shrinking.get(box)));
}

const adders = new WeakMap<HTMLElement, (photos: Chosen[]) => void>();

/** Put photos that were kept on the phone into a form's picker again. */
export function give(form: HTMLFormElement, name: string, photos: Chosen[]): void {
  form.querySelectorAll<HTMLElement>("[data-photos]").forEach((box) => {
    const input = box.querySelector<HTMLInputElement>("input[type=file]");
    if (input && input.name === name) adders.get(box)?.(photos);
  });
}

const carried = new Map<string, Chosen[]>();

/** A form refused comes back as a new page: its photos go over to the new form's pickers. */
export function carry(form: HTMLFormElement): void {
  photosOf(form).forEach((photos, name) => { if (photos.length) carried.set(name, photos); });
}

function start(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement>("input[type=file]");
  const list = box.querySelector<HTMLElement>("[data-chosen]");
  const errors = box.querySelector<HTMLElement>("[data-errors]");
  if (!input || !list || !errors) return;
  const most = Number(box.dataset.most || 9);
  const mega = Number(box.dataset.mega || 10);
  const side = Number(box.dataset.side || 1600);
  const photos: Chosen[] = carried.get(input.name) || [];
  carried.delete(input.name);
  kept.set(box, photos);

  const complain = (words: string): void => {
    errors.textContent = words;
    errors.hidden = !words;
  };
  const show = (): void => {
    list.textContent = "";
    photos.forEach((photo, index) => {
      const item = make("li");
      const image = new Image();
      image.src = URL.createObjectURL(photo.blob);
      image.onload = () => URL.revokeObjectURL(image.src);
      image.alt = say(box, "photo", { n: index + 1 });
      const away = make("button") as HTMLButtonElement;
      away.type = "button";
      away.setAttribute("aria-label", say(box, "remove", { n: index + 1 }));
      away.appendChild(cross());
      away.addEventListener("click", () => { photos.splice(index, 1); complain(""); show(); tell(); input.focus(); });
      item.appendChild(image);
      item.appendChild(make("span", "size", `${Math.max(1, Math.round(photo.blob.size / 1024))} KB`));
      item.appendChild(away);
      list.appendChild(item);
    });
  };
  const tell = (): void => { box.dispatchEvent(new Event("input", { bubbles: true })); }; // what follows the form follows this too
  if (photos.length) { input.required = false; show(); }
  adders.set(box, (more) => { photos.push(...more.slice(0, most - photos.length)); input.required = false; show(); });
  const take = async (files: File[]): Promise<void> => {
    const wrong: string[] = [];
    for (const file of files) {
      if (photos.length >= most) { wrong.push(say(box, "most", { n: most })); break; }
      if (!/^image\//.test(file.type) && !/\.(jpe?g|png|webp|heic|heif)$/i.test(file.name)) {
        wrong.push(say(box, "kind", { name: file.name }));
        continue;
      }
      try {
        const head = await headOf(file);
        offerPlace(box, head);
        const blob = await shrink(file, side, head);
        if (blob.size > mega * 1048576) wrong.push(say(box, "large", { name: file.name, n: mega }));
        else photos.push({ blob, name: blob === file ? file.name : file.name.replace(/\.\w+$/, "") + ".jpg" });
      } catch (_fault) {
        wrong.push(say(box, "broken", { name: file.name }));
      }
    }
    input.value = "";
    input.required = false;
    complain(wrong.join(" "));
    show();
    tell();
  };
  input.addEventListener("change", () => {
    const files = Array.from(input.files || []);
    shrinking.set(box, (shrinking.get(box) || Promise.resolve()).then(() => take(files)));
  });
}

export const photo = (root: ParentNode): void => once(root, "[data-photos]", "Photo", start);
