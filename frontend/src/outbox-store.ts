// What waits on the phone: letters to be sent, and drafts of what is being written. No page is touched here: the
// service worker uses it too.

export type Field = [string, string] | [string, Blob, string];

/** One form on its way. `id` names the form it came from; `why` says why it still waits, `after` until when (ms). */
export interface Letter {
  key: string;
  id: string;
  to: string;
  page: string;
  fields: Field[];
  digest: string;
  at: number;
  state: "waiting" | "look" | "sent";
  why: "" | "offline" | "failed" | "later";
  after: number;
  location: string;
}

export interface Draft { id: string; key: string; fields: Field[]; at: number }

export const TOKEN = "csrfmiddlewaretoken";
const DRAFT_DAYS = 7;
const SENT_DAYS = 30;
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

export const putDraft = (draft: Draft): Promise<unknown> => deal("drafts", "readwrite", (all) => all.put(draft));
export const dropDraft = (id: string): Promise<unknown> => deal("drafts", "readwrite", (all) => all.delete(id));
export const draftOf = (id: string): Promise<Draft | undefined> => deal("drafts", "readonly", (all) => all.get(id));

/** Nothing lies here for ever: drafts a week, the addresses of what was sent unseen a month. What waits, waits. */
export async function sweep(now: number): Promise<void> {
  const drafts = await deal<Draft[]>("drafts", "readonly", (all) => all.getAll());
  for (const each of drafts) if (each.at < now - DRAFT_DAYS * DAY) await dropDraft(each.id);
  for (const each of await letters()) if (each.state === "sent" && each.at < now - SENT_DAYS * DAY) await dropLetter(each.key);
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
