// What a resident writes is kept on the phone while it is typed, and sent from there: again and again, to one effect.
// So is what a worker in the field writes, by cases and in order; the page says whose pages these are (data-of).
import { all, ask, leaveRoom, make, once } from "./dom";
import { bar, button, fieldsOf, numberIn, words, Writing } from "./outbox-form";
import { flush, sendNow, takeOut, type Answer } from "./outbox-post";
import { able, closeRanks, digestOf, draftOf, dropDraft, dropLetter, letterOf, lettersOf, newKey, putDraft, putLetter, renumber, sweep, TOKEN, versionFor, type Draft, type Field, type Letter } from "./outbox-store";
import { privateLink, takeOff } from "./mine";
import { carry, give, photosOf } from "./photo";
import { showPage } from "./send-answer";
import { clock, moment } from "./when";

const TAG = "lianxin-outbox";
const TAKE = "#take=";
const SOON = 1000; // the net has only just come back, or somebody looks: the first try may still be too early
const FIRST_AGAIN = 10000;
const LAST_AGAIN = 300000;

const forms = new Map<string, Writing>();
const said = "BroadcastChannel" in window ? new BroadcastChannel(TAG) : null;
let busy = false;
let asked: boolean | null = null; // another round was asked for while one ran; true: of everything
let again = 0;
let pause = FIRST_AGAIN;
let leaving = false; // another page has been asked for: what an answer would show here is no longer read
let came = 0; // a worker's letters that were sent while this page stood open

/** Whose letters this page may send: residents have no name here, a worker has one on every page of the field. */
const mine = (): string => bar()?.dataset.of || "";

/** Send a form by way of the outbox. null: it cannot be, send it as ever; leaving: another page is on its way. */
export async function hand(form: HTMLFormElement, body: FormData): Promise<"leaving" | "here" | null> {
  const writing = Array.from(forms.values()).find((each) => each.form === form);
  if (!writing || !bar() || !writing.key || !(await able())) return null;
  leaving = false; // what was asked for was a file, or did not come
  const letter = await letterFrom(writing, { id: writing.id, key: writing.key, fields: fieldsOf(body), at: Date.now() });
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

async function letterFrom({ form }: Writing, { id, key, fields, at }: Draft): Promise<Letter> {
  const to = new URL(form.action || location.href, location.href).pathname;
  const page = location.pathname + location.search;
  const letter: Letter = { key, id, to, page, fields, digest: await digestOf(fields), at, state: "waiting", why: "", after: 0, location: "" };
  if (mine()) await sign(letter, form);
  if (form.dataset.outbox === "offline") letter.page = letter.to; // shown in place of any page, it belongs to its own
  return letter;
}

/** What was kept, and cannot come back where something else is written, waits in the outbox to be looked at in its turn. */
async function putAside(writing: Writing, kept: Draft): Promise<void> {
  const { version: _version, ...letter } = await letterFrom(writing, kept);
  await putLetter({ ...letter, state: "look", why: "draft" });
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
  if (answer.kind === "page" && !leaving) {
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
    if (sent && mine()) { came += sent; document.dispatchEvent(new CustomEvent("lianxin:sent")); }
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
  await putAside(writing, kept);
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

/** All has been sent: what it was stands there until the next page, in the same room, with nothing left to press. */
function settled(box: HTMLElement, list: HTMLElement | null, high: number): void {
  box.style.minHeight = `${high}px`;
  list?.querySelectorAll<HTMLElement>(".row").forEach((acts) => { acts.style.visibility = "hidden"; });
  leaveRoom(box.dataset.room || "", 0);
  tell([]);
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
  const high = box.hidden ? 0 : box.getBoundingClientRect().height;
  box.hidden = !found.length && !came;
  const line = sentence(found) || (came ? words("sent", { n: came }) : "");
  if (told && told.textContent !== line) told.textContent = line;
  if (!found.length && came) { settled(box, list, high); return []; }
  const rows = found.map((each) => `${each.key} ${each.state} ${each.why || ""}`).join("\n");
  if (list && !(list.querySelector(".asked") && list.dataset.rows === rows)) { // a round does not take a question away
    list.textContent = "";
    found.forEach((each) => list.appendChild(row(each)));
    list.dataset.rows = rows;
  }
  leaveRoom(box.dataset.room || "", box.hidden ? 0 : box.querySelector(".outbox-in")?.getBoundingClientRect().height || 0);
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
  else if (!document.querySelector("[data-summary]")) for (const each of forms.values()) await each.restore((kept) => putAside(each, kept));
  Writing.known = true;
  await Promise.all(Array.from(forms.values(), (each) => each.catchUp()));
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
  window.addEventListener("beforeunload", () => { leaving = true; });
  window.addEventListener("pageshow", () => { leaving = false; });
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
