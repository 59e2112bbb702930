// A form that is kept on the phone while it is written in: as a draft, back into its fields, out of the way once it is sent.
import { debounce, make, say } from "./dom";
import { draftOf, dropDraft, newKey, putDraft, TOKEN, type Draft, type Field } from "./outbox-store";
import { give, photosOf, type Chosen } from "./photo";

/** The words of the outbox stand once on each public page and on each of the field; the desk's have none, and no outbox. */
export const bar = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-outbox-bar]");
export const words = (name: string, holes: Record<string, string | number> = {}): string => {
  const box = bar();
  return box ? say(box, name, holes) : "";
};

export function button(text: string, press: () => unknown, className = "btn"): HTMLElement {
  const made = make("button", className, text) as HTMLButtonElement;
  made.type = "button";
  made.addEventListener("click", () => { made.setAttribute("aria-disabled", "true"); void press(); });
  return made;
}

export function fieldsOf(body: FormData): Field[] {
  const fields: Field[] = [];
  body.forEach((value, name) => {
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) fields.push([name, value.slice(0, value.size, value.type), value.name]);
  });
  return fields;
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const typed = (control: Control): boolean => !/^(hidden|file|submit|button|fieldset|output)$/.test(control.type);

function named(form: HTMLFormElement, name: string): Control[] {
  return (Array.from(form.elements) as Control[]).filter((each) => each.name === name);
}

/** The number of a case as it is read out, where an address names one. */
export function numberIn(address: string): string {
  const found = /\b([A-Z]{1,4})(\d{4})(\d{4})\b/.exec(address);
  return found ? found.slice(1).join(" ") : "";
}
/** One form that is kept. Its name: where it goes, and which act it is for. */
export class Writing {
  static known = false; // what was kept for this page has been looked at: nothing is written over it before
  readonly id: string;
  kept = true; // false: it is on its way, or thrown away
  private touched = false;
  private readonly keep = debounce(400, () => { void this.save(); });

  constructor(readonly form: HTMLFormElement) {
    const act = form.querySelector<HTMLInputElement>("input[type=hidden][name=act]");
    this.id = `${new URL(form.action || location.href, location.href).pathname} ${act ? act.value : ""}`.trim();
    if (form.dataset.outbox) this.key = newKey(); // the page may come from the phone: its key is no new one
    ["input", "change"].forEach((name) => form.addEventListener(name, (event) => {
      if (event.isTrusted || !(event.target as Control).name) this.touched = true;
      this.keep();
    }));
  }

  get key(): string { return named(this.form, "idempotency_key")[0]?.value || ""; }
  set key(value: string) { const input = named(this.form, "idempotency_key")[0]; if (input) input.value = value; }

  body(): FormData {
    const body = new FormData(this.form);
    photosOf(this.form).forEach((photos, name) => {
      body.delete(name);
      photos.forEach((photo) => body.append(name, photo.blob, photo.name));
    });
    return body;
  }

  /** Something was written, chosen or photographed: not what the page itself filled in. */
  private filled(): boolean {
    const controls = (Array.from(this.form.elements) as Control[]).filter(typed);
    const unchosen = (each: HTMLSelectElement): boolean => each.value === (Array.from(each.options).find((one) => one.defaultSelected) || each.options[0])?.value;
    const marked = (each: Control): boolean => (each as HTMLInputElement).checked && !(each as HTMLInputElement).defaultChecked;
    return controls.some((each) => (/^(radio|checkbox)$/.test(each.type) ? marked(each) : each.value.trim() !== "" && !(each instanceof HTMLSelectElement && unchosen(each))))
      || Array.from(photosOf(this.form).values()).some((photos) => photos.length > 0);
  }

  /** Keep it as a draft; false when it was not to be kept, or could not. */
  async save(): Promise<boolean> {
    if (!Writing.known || !this.form.isConnected || this.form.hidden || !this.kept) return false;
    const fields = fieldsOf(this.body()).filter(([name]) => name !== TOKEN);
    try {
      if (this.filled()) await putDraft({ id: this.id, key: this.key, fields, at: Date.now() });
      else await dropDraft(this.id);
      return true;
    } catch (_fault) {
      this.kept = false; // this browser keeps nothing, or has no room
      return false;
    }
  }

  /** What was written before it was known what had been kept. */
  async catchUp(): Promise<void> {
    if (this.touched) await this.save();
  }

  /** Put kept words and photos back; what the page itself does not ask for now is left out. */
  fill(key: string, fields: Field[]): void {
    const photos = new Map<string, Chosen[]>();
    for (const field of fields) {
      const [name, value] = field;
      if (field.length === 3) { photos.set(name, [...(photos.get(name) || []), { blob: field[1], name: field[2] }]); continue; }
      if (/^(idempotency_key|act|version|datum|plate)$/.test(name) || name === TOKEN) continue;
      for (const control of named(this.form, name)) {
        if (/^(radio|checkbox)$/.test(control.type)) (control as HTMLInputElement).checked = control.value === value;
        else if (control.type !== "file" && control.type !== "submit") control.value = value as string;
        if ((control as HTMLInputElement).checked || typed(control)) this.reveal(control);
        control.dispatchEvent(new Event("input", { bubbles: true }));
        control.dispatchEvent(new Event("change", { bubbles: true }));
        if (control.type !== "radio") break;
      }
    }
    photos.forEach((each, name) => give(this.form, name, each));
    if (key) this.key = key;
  }

  private reveal(control: Control): void {
    if (/^(radio|checkbox)$/.test(control.type) && !(control as HTMLInputElement).checked) return;
    for (let box = control.closest("details"); box; box = box.parentElement ? box.parentElement.closest("details") : null) box.open = true;
  }

  /** What was kept comes back; where somebody writes already it goes `aside`. */
  async restore(aside: (kept: Draft) => Promise<unknown>): Promise<void> {
    const kept = await draftOf(this.id);
    if (!kept || !bar()) return;
    if (this.touched) { if (kept.key !== this.key) await aside(kept); return; }
    this.fill(kept.key, kept.fields);
    const note = make("div", "notice kept-note");
    note.setAttribute("role", "status");
    note.appendChild(make("p", "", words("draft")));
    const afresh = button(words("afresh"), async () => {
      this.kept = false;
      await dropDraft(this.id);
      location.reload();
    });
    note.appendChild(afresh);
    this.form.insertAdjacentElement("beforebegin", note);
  }

  /** In the outbox now: the form steps aside for a sentence that says so. */
  aside(): void {
    this.form.hidden = true;
    this.form.parentElement?.querySelectorAll(".kept-note").forEach((each) => each.remove());
    const note = make("div", "notice done kept-note", words("kept"));
    note.setAttribute("role", "status");
    note.tabIndex = -1;
    this.form.insertAdjacentElement("beforebegin", note);
    note.focus();
    window.scrollTo(0, 0);
  }

  /** It has come to the town after all: what it was, its number, and the way to the next one. */
  done(address: string): void {
    this.form.parentElement?.querySelectorAll(".kept-note").forEach((each) => each.remove());
    const note = make("div", "notice done kept-note");
    note.setAttribute("role", "status");
    const text = make("div", "stack-s");
    text.append(make("p", "strong", say(this.form, "done", { number: numberIn(address) })), make("p", "small", (named(this.form, "text")[0]?.value || "").slice(0, 40)));
    const acts = make("div", "row");
    for (const [name, href, looks] of [["again", this.form.action, "btn main"], ["see", address, "btn"]] as const) {
      if (href.indexOf("#") >= 0) continue; // it has gone to the desk: there is no page of it here
      const link = make("a", looks, say(this.form, name)) as HTMLAnchorElement;
      link.href = href;
      acts.appendChild(link);
    }
    text.appendChild(acts);
    note.appendChild(text);
    note.tabIndex = -1;
    this.form.insertAdjacentElement("beforebegin", note);
    note.focus();
  }

  back(): void {
    this.form.hidden = false;
    this.kept = true;
    this.form.parentElement?.querySelectorAll(".kept-note").forEach((each) => each.remove());
    this.form.dispatchEvent(new CustomEvent("lianxin:back"));
    this.form.querySelector<HTMLElement>("textarea, input:not([type=hidden])")?.focus();
  }
}
