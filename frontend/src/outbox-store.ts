// What waits on the phone: letters to be sent, and drafts of what is being written. No page is touched here: the
// service worker uses it too.

export type Field = [string, string] | [string, Blob, string];

/**
 * One form on its way. `id` names the form it came from; `why` says why it still waits, `after` until when (ms).
 * Letters of staff say whose they are (`of`; residents have no name here), what they do (`what`), and go in their order
 * where they belong to one case (`line`), each with the version of the case that its writer's own letters lead to.
 */
export interface Letter {
  of?: string;
  line?: string;
  version?: number;
  what?: string;
  key: string;
  id: string;
  to: string;
  page: string;
  fields: Field[];
  digest: string;
  at: number;
  state: "waiting" | "look" | "sent";
  why: "" | "offline" | "failed" | "later" | "sign-in" | "moved" | "refused" | "draft";
  after: number;
  location: string;
}

export interface Draft { id: string; key: string; fields: Field[]; at: number }

export const TOKEN = "csrfmiddlewaretoken";
const DRAFT_DAYS = 7;
const SENT_DAYS = 30;
const STAFF_PAGES = "/field/";
const DAY = 86400000;
const OPENING = 3000; // an old WebKit sometimes never answers: then the form goes without an outbox

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  if (opened) return opened;
  const fresh = new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open("lianxin-outbox", 1);
    const timer = setTimeout(() => reject(new Error("slow")), OPENING);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("letters", { keyPath: "key" });
      asked.result.createObjectStore("drafts", { keyPath: "id" });
    };
    asked.onsuccess = () => { clearTimeout(timer); resolve(asked.result); };
    asked.onerror = () => { clearTimeout(timer); reject(asked.error); };
  });
  opened = fresh;
  fresh.then((db) => { db.onclose = () => { opened = null; }; }, () => { opened = null; });
  return fresh;
}

function deal<T>(name: string, mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return database().then((db) => new Promise<T>((resolve, reject) => {
    const whole = db.transaction(name, mode);
    const asked = run(whole.objectStore(name));
    whole.oncomplete = () => resolve(asked.result);
    whole.onabort = whole.onerror = () => reject(whole.error);
  }));
}

/** Whether this browser can keep an outbox: private windows and plain http often cannot. */
export async function able(): Promise<boolean> {
  try {
    if (!self.crypto || !crypto.subtle || !self.indexedDB || !self.AbortController) return false;
    await database();
    return true;
  } catch (_fault) {
    return false;
  }
}

export const putLetter = (letter: Letter): Promise<unknown> => deal("letters", "readwrite", (all) => all.put(letter));
export const dropLetter = (key: string): Promise<unknown> => deal("letters", "readwrite", (all) => all.delete(key));
export const letterOf = (key: string): Promise<Letter | undefined> => deal("letters", "readonly", (all) => all.get(key));

export async function letters(): Promise<Letter[]> {
  const found = await deal<Letter[]>("letters", "readonly", (all) => all.getAll());
  return found.sort((one, other) => one.at - other.at);
}

/** The letters of whoever works here: `of` as the page says, "" for residents. */
export const lettersOf = async (of: string): Promise<Letter[]> => (await letters()).filter((each) => (each.of || "") === of);

/** What staff wrote goes when they sign out: letters and drafts. What residents wrote stays. */
export async function forgetStaff(): Promise<void> {
  for (const each of await letters()) if (each.of) await dropLetter(each.key);
  const drafts = await deal<Draft[]>("drafts", "readonly", (all) => all.getAll());
  for (const each of drafts) if (each.id.startsWith(STAFF_PAGES)) await dropDraft(each.id);
}

/** The version of the case that a new letter of a line is to carry: the page's, or what one's own letters lead to. */
export async function versionFor(line: string, seen: number): Promise<number> {
  const own = (await letters()).filter((each) => each.line === line && each.version !== undefined);
  return Math.max(seen, ...own.map((each) => (each.version as number) + 1));
}

/** A letter was dropped: what one wrote after it in the same line no longer builds on it. */
export async function closeRanks(dropped: Letter): Promise<void> {
  if (dropped.version === undefined) return;
  for (const each of await letters()) {
    if (each.line !== dropped.line || each.version === undefined || each.version <= dropped.version || each.state !== "waiting") continue;
    await renumber(each, each.version - 1);
    await putLetter(each);
  }
}

/** Give a letter another version of its case; what was seen is part of what is sent, so its digest is another one. */
export async function renumber(letter: Letter, version: number): Promise<void> {
  letter.version = version;
  letter.fields = letter.fields.map((field): Field => (field[0] === "version" ? ["version", String(version)] : field));
  letter.digest = await digestOf(letter.fields);
}

export const putDraft = (draft: Draft): Promise<unknown> => deal("drafts", "readwrite", (all) => all.put(draft));
export const dropDraft = (id: string): Promise<unknown> => deal("drafts", "readwrite", (all) => all.delete(id));
export const draftOf = (id: string): Promise<Draft | undefined> => deal("drafts", "readonly", (all) => all.get(id));

/** Nothing lies here for ever: drafts a week, the addresses of what was sent unseen a month. What waits, waits. */
export async function sweep(now: number): Promise<void> {
  const drafts = await deal<Draft[]>("drafts", "readonly", (all) => all.getAll());
  for (const each of drafts) if (each.at < now - DRAFT_DAYS * DAY) await dropDraft(each.id);
  const old = (each: Letter): boolean => each.at < now - (each.of ? DAY : SENT_DAYS * DAY);
  for (const each of await letters()) if (each.state === "sent" && old(each)) await dropLetter(each.key);
}

async function sha256(bytes: BufferSource): Promise<string> {
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The digest of a form: a line "name digest" for each value, sorted. The server makes it of what it received. */
export async function digestOf(fields: Field[]): Promise<string> {
  const text = new TextEncoder();
  const lines: string[] = [];
  for (const [name, value] of fields) {
    if (name === TOKEN) continue;
    const bytes = typeof value === "string" ? text.encode(value.replace(/\r\n?/g, "\n")) : await new Response(value).arrayBuffer();
    lines.push(`${name} ${await sha256(bytes)}`);
  }
  return sha256(text.encode(lines.sort().join("\n")));
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
