// What is typed and not yet sent is kept in this browser, for this person and this case, until it is sent or thrown away.
// What may be a telephone, a number of a paper or a caller's details lasts no longer than the tab: drafts-end.ts wipes the rest.
import { make, once, say } from "./dom";
import { BRIEF, KEPT, PREFIX } from "./drafts-end";
import { moment } from "./when";
import { photosOf } from "./photo";

const LASTS = 7 * 24 * 3600 * 1000;
const NUMBERS = /\d[\d -]{5,}\d/;
const AGAIN = ["category", "grid"]; // who is proposed follows from these

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
interface Draft { at: number; version: string; values: Record<string, string[]>; texts?: string[] } // texts: the names of what was written, not chosen

let words: HTMLElement | null = null;
let putting = false; // what is put back is not typed
let said = ""; // the draft that was told of: drawn anew, its form says so again

const written = (el: Control): boolean => el instanceof HTMLTextAreaElement || (el instanceof HTMLInputElement && el.type === "text");
const keyOf = (form: HTMLFormElement): string => `${PREFIX}${words?.dataset.account}:${form.dataset.draft}`;
const versionOf = (form: HTMLFormElement): string => form.querySelector<HTMLInputElement>("input[name=version]")?.value || "";

function typedInto(target: EventTarget | null): target is Control {
  if (target instanceof HTMLInputElement) return !/^(hidden|file|password|submit|button)$/.test(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

function controls(form: HTMLFormElement, name: string): Control[] {
  return Array.from(form.elements).filter((el): el is Control => typedInto(el) && el.name === name);
}

const ticked = (el: Control): el is HTMLInputElement => el instanceof HTMLInputElement && /^(checkbox|radio)$/.test(el.type);

function valuesOf(form: HTMLFormElement, name: string): string[] {
  return controls(form, name).filter((el) => !ticked(el) || el.checked).map((el) => el.value);
}

function read(place: Storage, key: string): Draft | null {
  try {
    const held = JSON.parse(place.getItem(key) || "null") as Draft | null;
    return held && held.at > Date.now() - LASTS ? held : null;
  } catch (_fault) {
    return null;
  }
}

function write(place: Storage, key: string, draft: Draft): void {
  try {
    if (Object.keys(draft.values).length) place.setItem(key, JSON.stringify(draft));
    else place.removeItem(key);
  } catch (_fault) { /* a full or a forbidden store: the page works as it did without drafts */ }
}

function drop(key: string): void {
  [KEPT, BRIEF].forEach((place) => { try { place().removeItem(key); } catch (_fault) { /* there is none */ } });
}

/** Keep what the person has just changed; a value that names somebody goes to the store that ends with the tab. */
function keep(form: HTMLFormElement, name: string): void {
  const key = keyOf(form), now = Date.now(), version = versionOf(form), value = valuesOf(form, name);
  const brief = "draftBrief" in form.dataset || value.some((one) => NUMBERS.test(one));
  [KEPT, BRIEF].forEach((place) => {
    try {
      const draft = read(place(), key) || { at: now, version, values: {} };
      draft.at = now;
      draft.version = version;
      delete draft.values[name];
      if (AGAIN.indexOf(name) >= 0) delete draft.values.holder;
      if (brief === (place === BRIEF)) draft.values[name] = value;
      if (controls(form, name).some(written)) draft.texts = (draft.texts || []).filter((one) => one !== name).concat(name);
      write(place(), key, draft);
    } catch (_fault) { /* no such store */ }
  });
}

/** Whether all that somebody chose or wrote in a form comes back by itself. Photos do not, and some browsers keep nothing. */
export function draftHolds(form: HTMLFormElement): boolean {
  const draft = form.dataset.draft && words ? found(keyOf(form)) : null;
  const photos = Array.from(photosOf(form).values()).some((each) => each.length > 0);
  if (!draft || photos || form.querySelector("input[name=photos_kept]")) return false;
  const own = (el: Control): boolean => {
    if (ticked(el)) return el.checked !== el.defaultChecked;
    if (!(el instanceof HTMLSelectElement)) return el.value !== "";
    const plain = Array.from(el.options).find((one) => one.defaultSelected) || el.options[0];
    return el.value !== (plain ? plain.value : "");
  };
  const chosen = Array.from(form.elements).filter((el): el is Control => typedInto(el) && el.name !== "" && own(el));
  return chosen.every((el) => (draft.values[el.name] || []).join("\n") === valuesOf(form, el.name).join("\n"));
}

function found(key: string): Draft | null {
  let made: Draft | null = null;
  [KEPT, BRIEF].forEach((place) => {
    try {
      const one = read(place(), key);
      if (one) made = made ? { ...made, values: { ...made.values, ...one.values }, texts: (made.texts || []).concat(one.texts || []) } : one;
    } catch (_fault) { /* no such store */ }
  });
  return made;
}

/** Put a value back; whether the page showed another. What was chosen for an earlier state of the case is not chosen again. */
function put(form: HTMLFormElement, name: string, value: string[], same: boolean): boolean {
  if (valuesOf(form, name).join("\n") === value.join("\n")) return false;
  let changed = false;
  controls(form, name).forEach((el) => {
    if (ticked(el) || el instanceof HTMLSelectElement) {
      if (!same) return;
      if (ticked(el)) { el.checked = value.indexOf(el.value) >= 0; changed = true; }
      else if (Array.from(el.options).some((one) => one.value === value[0])) { el.value = value[0] || ""; changed = true; }
    } else if (value[0]) {
      el.value = value[0];
      changed = true;
    }
    if (!changed) return;
    for (let fold = el.closest("details"); fold; fold = fold.parentElement?.closest("details") || null) fold.open = true;
  });
  return changed;
}

/** A line about a draft, with the button that throws it away. */
function line(home: HTMLElement, name: string, at: number, gone: () => void): HTMLElement {
  const time = moment(at);
  const made = make("p", "desk-draft", say(home, name, { when: time }));
  made.setAttribute("role", "status");
  const away = make("button", "btn bare", say(home, "drop")) as HTMLButtonElement;
  away.type = "button";
  away.addEventListener("click", gone);
  made.appendChild(away);
  return made;
}

function told(form: HTMLFormElement, at: number): void {
  if (!words) return;
  said = keyOf(form);
  form.insertBefore(line(words, "restored", at, () => {
    drop(keyOf(form));
    if (form.closest("[data-pane]")) form.dispatchEvent(new CustomEvent("lianxin:again", { bubbles: true }));
    else location.reload();
  }), form.firstChild);
}

/** What was written in a form of this case that is offered no longer: shown to be copied, unless the server just did. */
function over(root: ParentNode): void {
  const head = root.querySelector<HTMLElement>("[data-case] > .page-head, .case-head[data-case]");
  const number = (head?.dataset.case || head?.parentElement?.dataset.case) ?? "";
  if (!words || !head || !number || root.querySelector("[data-lost]")) return;
  const own = `${PREFIX}${words.dataset.account}:`, keys = new Set<string>();
  [KEPT, BRIEF].forEach((place) => { try { Object.keys(place()).forEach((key) => keys.add(key)); } catch (_fault) { /* no such store */ } });
  keys.forEach((key) => {
    const [kind, of, act] = key.indexOf(own) === 0 ? key.slice(own.length).split(":") : [];
    const draft = of === number && act ? found(key) : null;
    const texts = draft ? (draft.texts || []).map((name) => (draft.values[name] || []).join("\n")).filter((text) => text.trim()) : [];
    if (!words || !draft || !kind || !texts.length || root.querySelector(`form[data-draft$=":${of}:${act}"]`)) return;
    const box = make("div", "stack-s desk-over");
    box.appendChild(line(words, "over", draft.at, () => { drop(key); box.remove(); }));
    texts.forEach((text) => box.appendChild(make("p", "pre", text)));
    head.parentNode?.insertBefore(box, head.nextSibling);
  });
}

/** `quiet`: the form was only drawn anew under the writer's hands. */
export function drafts(root: ParentNode, quiet = false): void {
  if (!words) return;
  if (!quiet) said = "";
  once(root, "form[data-draft]", "Draft", (el) => {
    const form = el as HTMLFormElement, draft = found(keyOf(form));
    if (!draft) return;
    const same = draft.version === versionOf(form);
    const back = Object.keys(draft.values).filter((name) => put(form, name, draft.values[name] || [], same));
    if (!back.length) return;
    if (!quiet || said === keyOf(form)) told(form, draft.at);
    const again = back.find((name) => AGAIN.indexOf(name) >= 0);
    putting = true;
    if (again) controls(form, again)[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    putting = false;
  });
}

function changed(event: Event): void {
  if (putting || !typedInto(event.target) || !event.target.name) return;
  const form = event.target.form;
  if (form && form.dataset.draft) keep(form, event.target.name);
}

/** Another person's drafts, and old ones, are not kept. */
function tidy(): void {
  try {
    const own = `${PREFIX}${words?.dataset.account}:`, place = KEPT();
    Object.keys(place).filter((key) => key.indexOf(PREFIX) === 0).forEach((key) => {
      if (key.indexOf(own) !== 0 || !read(place, key)) place.removeItem(key);
    });
  } catch (_fault) { /* no store */ }
}

export function drafted(): void {
  words = document.querySelector<HTMLElement>("[data-drafts]");
  if (!words) return;
  tidy();
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("lianxin:sent", (event) => { const form = (event as CustomEvent<unknown>).detail; if (form instanceof HTMLFormElement && form.dataset.draft) drop(keyOf(form)); });
  drafts(document);
  over(document);
  document.addEventListener("lianxin:fresh", (event) => { const fresh = (event as CustomEvent<HTMLElement>).detail; drafts(fresh); over(fresh); });
}
