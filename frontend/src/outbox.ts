// What a resident writes is kept on the phone while it is typed, and sent from there: again and again, to one effect.
// So is what a worker in the field writes, by cases and in order; the page says whose pages these are (data-of).
import { all, ask, debounce, make, once, say, toast } from "./dom";
import { flush, sendNow, takeOut, type Answer } from "./outbox-post";
import { able, closeRanks, digestOf, draftOf, dropDraft, dropLetter, letterOf, lettersOf, newKey, putDraft, putLetter, renumber, sweep, TOKEN, versionFor, type Field, type Letter } from "./outbox-store";
import { privateLink, takeOff } from "./mine";
import { carry, give, photosOf, type Chosen } from "./photo";
import { showPage } from "./send-answer";
import { clock, moment } from "./when";

const TAG = "lianxin-outbox";
const TAKE = "#take=";
const SOON = 1000; // the net has only just come back, or somebody looks: the first try may still be too early
const FIRST_AGAIN = 10000;
const LAST_AGAIN = 300000;
const ROOM_DAYS = 30;

const forms = new Map<string, Writing>();
const said = "BroadcastChannel" in window ? new BroadcastChannel(TAG) : null;
let busy = false;
let asked: boolean | null = null; // another round was asked for while one ran; true: of everything
let again = 0;
let pause = FIRST_AGAIN;

/** The words of the outbox stand once on each public page and on each of the field; the desk's have none, and no outbox. */
const bar = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-outbox-bar]");
const words = (name: string, holes: Record<string, string | number> = {}): string => {
  const box = bar();
  return box ? say(box, name, holes) : "";
};

/** Whose letters this page may send: residents have no name here, a worker has one on every page of the field. */
const mine = (): string => bar()?.dataset.of || "";

function fieldsOf(body: FormData): Field[] {
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
function numberIn(address: string): string {
  const found = /\b([A-Z]{1,4})(\d{4})(\d{4})\b/.exec(address);
  return found ? found.slice(1).join(" ") : "";
}

/** One form that is kept. Its name: where it goes, and which act it is for. */
class Writing {
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
    const marked = (each: Control): boolean => (each as HTMLInputElement).checked && !(each as HTMLInputElement).defaultChecked;
    return controls.some((each) => (/^(radio|checkbox)$/.test(each.type) ? marked(each) : each.value.trim() !== ""))
      || Array.from(photosOf(this.form).values()).some((photos) => photos.length > 0);
  }

  /** Keep it as a draft; false when it was not to be kept, or could not. */
  async save(): Promise<boolean> {
    if (!this.form.isConnected || this.form.hidden || !this.kept) return false;
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

  async restore(): Promise<void> {
    const kept = await draftOf(this.id);
    if (!kept || this.touched || !bar()) return;
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
    this.form.querySelector<HTMLElement>("textarea, input:not([type=hidden])")?.focus();
  }
}

function button(text: string, press: () => unknown, className = "btn"): HTMLElement {
  const made = make("button", className, text) as HTMLButtonElement;
  made.type = "button";
  made.addEventListener("click", () => { made.setAttribute("aria-disabled", "true"); void press(); });
  return made;
}

/** Send a form by way of the outbox. null: it cannot be, send it as ever; leaving: another page is on its way. */
export async function hand(form: HTMLFormElement, body: FormData): Promise<"leaving" | "here" | null> {
  const writing = Array.from(forms.values()).find((each) => each.form === form);
  if (!writing || !bar() || !writing.key || !(await able())) return null;
  const fields = fieldsOf(body);
  const page = location.pathname + location.search;
  const to = new URL(form.action || location.href, location.href).pathname;
  const letter: Letter = {
    key: writing.key, id: writing.id, to, page, fields,
    digest: await digestOf(fields), at: Date.now(), state: "waiting", why: "", after: 0, location: "",
  };
  if (mine()) await sign(letter, form);
  if (form.dataset.outbox === "offline") letter.page = letter.to; // shown in place of any page, it belongs to its own
  writing.kept = false; // as a draft: it is a letter now
  try {
    await putLetter(letter);
    await dropDraft(writing.id);
  } catch (_fault) {
    return null; // no room on the phone
  }
  said?.postMessage("");
  return settle(writing, letter.line ? (await flush(false, mine())).get(letter.key) || { kind: "waits" } : await sendNow(letter.key));
}

/** Whose letter it is, what it does, and its place among those about the same case. */
async function sign(letter: Letter, form: HTMLFormElement): Promise<void> {
  letter.of = mine();
  const heading = form.closest("li, main")?.querySelector("h3 a, h1");
  letter.what = [form.dataset.what, heading?.textContent].filter(Boolean).join(" · ");
  letter.fields.push(["of", letter.of]);
  const seen = letter.fields.find(([name]) => name === "version");
  if (seen) {
    letter.line = letter.to.replace(/[^/]*$/, "");
    letter.page = letter.line;
    await renumber(letter, await versionFor(letter.line, Number(seen[1])));
  } else {
    letter.digest = await digestOf(letter.fields);
  }
}

/** What the answer means for the form on this page. */
async function settle(writing: Writing, answer: Answer): Promise<"leaving" | "here"> {
  if (answer.kind === "done" && writing.form.hidden && writing.form.hasAttribute("data-say-done")) {
    await dropLetter(writing.key);
    writing.done(answer.location);
    return "here";
  }
  if (answer.kind === "done" || answer.kind === "moved") { location.assign(answer.location); return "leaving"; }
  if (answer.kind === "page") {
    carry(writing.form);
    forms.delete(writing.id);
    const { key } = writing;
    showPage(answer.html);
    const fresh = forms.get(writing.id);
    // As typed, with what the server asks: a draft again. Without its form it stays a letter to be looked at.
    if (fresh && await fresh.save()) await dropLetter(key);
    await show();
    return "here";
  }
  writing.aside();
  if (answer.kind === "waits") wait();
  await show();
  return "here";
}

/** Ask the browser to send in the background, where it can; and try again ourselves while the page stands open. */
function wait(): void {
  navigator.serviceWorker?.ready
    .then((worker) => (worker as unknown as { sync?: { register(tag: string): Promise<void> } }).sync?.register(TAG))
    .catch(() => undefined); // not allowed here: the page sends
  window.clearTimeout(again);
  again = window.setTimeout(() => { void round(); }, pause);
  pause = Math.min(pause * 2, LAST_AGAIN);
}

/** One round: send what waits, then say what still does. */
async function round(everything = false): Promise<void> {
  if (!bar()) return;
  if (busy) { asked = asked || everything; return; }
  busy = true;
  try {
    let sent = 0;
    for (const [key, answer] of await flush(everything, mine())) {
      if (answer.kind === "done") sent += 1;
      const writing = Array.from(forms.values()).find((each) => each.key === key && each.form.hidden);
      if (writing && (answer.kind === "done" || answer.kind === "page")) await settle(writing, answer);
    }
    await arrived();
    if (sent && mine()) { toast(words("sent", { n: sent })); document.dispatchEvent(new CustomEvent("lianxin:sent")); }
    if ((await show()).some((each) => each.state === "waiting")) wait();
    else pause = FIRST_AGAIN;
  } finally {
    busy = false;
    said?.postMessage("");
  }
  const more = asked;
  asked = null;
  if (more !== null) await round(more);
}

/** Another window or the service worker may have sent what was written on this page. */
async function arrived(): Promise<void> {
  for (const writing of Array.from(forms.values())) {
    if (!writing.form.hidden || !writing.key) continue;
    const letter = await letterOf(writing.key);
    if (letter && letter.state === "sent") {
      document.dispatchEvent(new CustomEvent("lianxin:sent"));
      await settle(writing, { kind: "done", location: letter.location });
    }
  }
}

/** The net is back, or somebody looks at the page: at once, and soon again where the first try comes too early. */
function hurry(): void {
  pause = SOON;
  void round();
}

/** Back from the outbox into its form: on this page, or on the one it was written on. The form shows when it is filled. */
async function look(letter: Letter): Promise<void> {
  const writing = forms.get(letter.id);
  if (!writing) { location.assign(letter.page.split("#")[0] + TAKE + letter.key); return; }
  await makeRoom(writing, letter);
  const taken = await takeOut(letter.key, (found) => putDraft({ id: found.id, key: found.key, fields: found.fields.filter(([name]) => name !== TOKEN), at: Date.now() }));
  if (!taken) { await show(); return; }
  photosOf(writing.form).forEach((photos, name) => { photos.splice(0); give(writing.form, name, []); }); // those of the letter come instead
  writing.fill(taken.key, taken.fields);
  if (writing.form.hidden) writing.back();
  await show();
  // What is wrong, or has to be settled, the server says again, beside the fields; what was being written it has not seen.
  if (taken.state === "look" && taken.why !== "draft" && !taken.of) writing.form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

/** What is being written where a letter comes back is not lost: it waits in the outbox to be looked at in its turn. */
async function makeRoom(writing: Writing, letter: Letter): Promise<void> {
  await writing.save();
  const kept = await draftOf(letter.id);
  if (!kept || kept.key === letter.key) return;
  const { version: _version, ...rest } = letter;
  await putLetter({ ...rest, key: kept.key, fields: kept.fields, digest: await digestOf(kept.fields), at: kept.at, state: "look", why: "draft", after: 0 });
  writing.form.reset();
}

/** The case has gone on without it: what was written is sent all the same, as a note beside the case. */
async function asNote(letter: Letter): Promise<void> {
  await takeOut(letter.key, async (found) => {
    const { version: _version, ...rest } = found;
    const fields: Field[] = [...found.fields.filter(([name]) => !/^(late|idempotency_key)$/.test(name)), ["late", "1"]];
    const key = newKey();
    fields.push(["idempotency_key", key]);
    await putLetter({ ...rest, key, fields, digest: await digestOf(fields), state: "waiting", why: "", after: 0 });
  });
  await round(true);
}

function row(letter: Letter): HTMLElement {
  const item = make("li");
  const text = letter.fields.find(([name, value]) => /^(text|note|words)$/.test(name) && value);
  const at = moment(letter.at);
  item.appendChild(make("p", "what", [at, letter.what, text ? String(text[1]).slice(0, 40) : ""].filter(Boolean).join(" ")));
  if (letter.state === "look" && letter.of) item.appendChild(make("p", "", words(letter.why)));
  const acts = make("div", "row");
  if (letter.state === "sent") {
    const link = make("a", "btn main", [words("number"), numberIn(letter.location)].filter(Boolean).join(" ")) as HTMLAnchorElement;
    link.href = letter.location;
    const off = button(words("off"), () => { takeOff(letter.location); void drop(letter, true); });
    acts.append(link, off);
  } else {
    if (letter.state === "waiting") acts.appendChild(button(words("now"), () => round(true), "btn main"));
    acts.appendChild(button(words("look"), () => look(letter), letter.state === "look" ? "btn main" : "btn"));
    if (letter.why === "moved" && letter.line) acts.appendChild(button(words("note"), () => asNote(letter)));
    acts.appendChild(button(words("delete"), () => { acts.replaceWith(ask(words("sure"), words("delete"), words("keep"), (yes) => void drop(letter, yes))); }));
  }
  item.appendChild(acts);
  return item;
}

async function drop(letter: Letter, sure: boolean): Promise<void> {
  if (sure) {
    await takeOut(letter.key, async () => undefined);
    await closeRanks(letter);
    forms.get(letter.id)?.back();
    said?.postMessage("");
  }
  bar()?.querySelector(".asked")?.remove(); // answered: the row may be drawn anew
  await show();
}

function sentence(found: Letter[]): string {
  const waiting = found.filter((each) => each.state === "waiting");
  const asked = found.filter((each) => each.state === "look").length;
  const sent = found.filter((each) => each.state === "sent").length;
  const later = waiting.filter((each) => each.why === "later").map((each) => each.after).sort()[0];
  const time = later ? clock(later) : "";
  const why = waiting.some((each) => each.why === "sign-in") ? "sign-in" : waiting.some((each) => each.why === "offline") ? (navigator.onLine === false ? "offline" : "sending") : later ? "later" : waiting.some((each) => each.why) ? "failed" : "sending";
  const parts = [];
  if (waiting.length) parts.push(words(why, { n: waiting.length, time }));
  if (asked) parts.push(words("asked", { n: asked }));
  if (sent) parts.push(words("sent", { n: sent }));
  return parts.join(" ");
}

/** What has come is looked at on this page: its thanks, or the page of its private link. */
const seen = (letter: Letter): boolean => letter.state === "sent" && privateLink(letter.location) === privateLink(location.pathname);

const tell = (found: Letter[]): boolean => document.dispatchEvent(new CustomEvent("lianxin:outbox", { detail: found }));

/** The next page leaves it its room: the server learns how high it is, and no more. */
function roomFor(box: HTMLElement): void {
  const inner = box.querySelector<HTMLElement>(".outbox-in");
  const high = box.hidden || !inner ? 0 : Math.ceil(inner.getBoundingClientRect().height);
  document.cookie = `${box.dataset.room}=${high}; path=/; max-age=${high ? ROOM_DAYS * 86400 : 0}; samesite=lax`;
}

/** Say in words what waits, with what can be done about it. */
async function show(): Promise<Letter[]> {
  const box = bar();
  if (!box) return [];
  let found = await lettersOf(mine());
  if (mine()) found = found.filter((each) => each.state !== "sent");
  for (const each of found.filter(seen)) await dropLetter(each.key);
  found = found.filter((each) => !seen(each));
  const told = box.querySelector<HTMLElement>("[data-outbox-say]");
  const list = box.querySelector<HTMLElement>("ul");
  box.hidden = !found.length;
  if (told && told.textContent !== sentence(found)) told.textContent = sentence(found);
  const rows = found.map((each) => `${each.key} ${each.state} ${each.why || ""}`).join("\n");
  if (list && !(list.querySelector(".asked") && list.dataset.rows === rows)) { // a round does not take a question away
    list.textContent = "";
    found.forEach((each) => list.appendChild(row(each)));
    list.dataset.rows = rows;
  }
  roomFor(box);
  tell(found);
  return found;
}

/** The page was opened: fill in what was kept, and what was asked for by its address. */
async function begin(): Promise<void> {
  if (!(await able())) { tell([]); return; }
  await sweep(Date.now());
  await show(); // before the net is asked
  const key = location.hash.startsWith(TAKE) ? location.hash.slice(TAKE.length) : "";
  const letter = key ? await letterOf(key) : undefined;
  if (key) history.replaceState(history.state, "", location.pathname + location.search);
  if (letter && (letter.of || "") === mine() && forms.has(letter.id)) await look(letter);
  else if (!document.querySelector("[data-summary]")) for (const each of forms.values()) await each.restore();
  await round();
}

export function outbox(root: ParentNode): void {
  once(root, "form[data-outbox]", "Outbox", (el) => {
    const writing = new Writing(el as HTMLFormElement);
    forms.set(writing.id, writing);
  });
  if (root !== document || !bar()) return;
  void begin();
  window.addEventListener("online", hurry);
  window.addEventListener("pagehide", () => forms.forEach((each) => { void each.save(); }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") hurry();
    else forms.forEach((each) => { void each.save(); });
  });
  said?.addEventListener("message", () => { void arrived().then(show); });
  // The worker comes with the first form, after all that the page itself needs.
  if (!mine() && "serviceWorker" in navigator && all(document, "form[data-outbox]").length) {
    window.addEventListener("load", () => { navigator.serviceWorker.register("/sw.js").catch(() => undefined); });
  }
}
