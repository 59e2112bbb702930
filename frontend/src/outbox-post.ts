// Carrying letters to the server, from a page or from the service worker: at the latest after a time-out, again until
// it is known to have come, and gone from the phone only when the server names the digest of what was sent.
import { dropLetter, letterOf, lettersOf, putLetter, TOKEN, type Field, type Letter } from "./outbox-store";

const PATIENCE = 20000;
const SLOWEST = 10; // bytes a millisecond: the slowest network we still wait for
const FIRST = 40; // signs of what was sent that stay to tell it from others
const RECEIPT = "X-Lianxin-Receipt";
const SIGN_IN = /^\/(sign-in|post|password)\//;

/** done: taken. moved: not taken, see there. page: not taken, the page says why. waits: again later. gone: not here. */
export type Answer =
  | { kind: "done" | "moved"; location: string }
  | { kind: "page"; html: string }
  | { kind: "waits" }
  | { kind: "gone" };

async function timed<T>(bytes: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const over = (): void => stop.abort();
  const timer = setTimeout(over, PATIENCE + bytes / SLOWEST);
  self.addEventListener("online", over); // it set out on a net that was none: it is sent again on the one there is now
  try {
    return await run(stop.signal);
  } finally {
    clearTimeout(timer);
    self.removeEventListener("online", over);
  }
}

interface Told { answer: Response; html: string }

function carry(letter: Letter): Promise<Told> {
  const body = new FormData();
  let bytes = 0;
  for (const field of letter.fields) {
    if (field.length === 3) { body.append(field[0], field[1], field[2]); bytes += field[1].size; }
    else body.append(field[0], field[1]);
  }
  return timed(bytes, async (signal) => {
    const headers = { "X-Lianxin-Send": "1" };
    const answer = await fetch(letter.to, { method: "POST", body, headers, credentials: "same-origin", signal });
    return { answer, html: await answer.text() };
  });
}

/** A form that waited for days may hold an old token; one written offline holds none. False when none was found. */
async function renew(letter: Letter): Promise<boolean> {
  const html = await timed(0, async (signal) => (await fetch(letter.page, { credentials: "same-origin", cache: "no-store", signal })).text());
  const found = new RegExp(`name="${TOKEN}" value="(\\w+)"`).exec(html);
  if (!found) return false;
  letter.fields = letter.fields.filter(([name]) => name !== TOKEN);
  letter.fields.push([TOKEN, found[1] || ""]);
  return true;
}

async function waits(letter: Letter, why: Letter["why"], seconds = 0): Promise<Answer> {
  letter.why = why;
  letter.after = seconds ? Date.now() + seconds * 1000 : 0;
  await putLetter(letter);
  return { kind: "waits" };
}

function firstWords(fields: Field[]): Field[] {
  const text = fields.find(([name, value]) => name === "text" && typeof value === "string" && value.trim());
  return text ? [["text", Array.from(String(text[1]).trim()).slice(0, FIRST).join("")]] : [];
}

async function judged(letter: Letter, { answer, html }: Told): Promise<Answer> {
  const location = answer.headers.get("X-Location");
  if (location && answer.headers.get(RECEIPT) === letter.digest) {
    // Of what was written its first words stay, with its number, until somebody has looked: three sent are three.
    await putLetter({ ...letter, fields: letter.of ? [] : firstWords(letter.fields), state: "sent", at: Date.now(), location });
    return { kind: "done", location };
  }
  if (letter.of && (answer.status === 401 || (location && SIGN_IN.test(location)) || answer.headers.has("X-Lianxin-Other"))) return waits(letter, "sign-in");
  if (answer.status === 429) return waits(letter, "later", Number(answer.headers.get("Retry-After")) || 60);
  if (answer.status >= 500) return waits(letter, "failed");
  const moved = answer.status === 409 || answer.status === 404; // the case went on meanwhile, or away
  await putLetter({ ...letter, state: "look", why: letter.of ? (moved ? "moved" : "refused") : letter.why });
  return location ? { kind: "moved", location } : { kind: "page", html };
}

async function deliver(key: string): Promise<Answer> {
  const letter = await letterOf(key);
  if (!letter || letter.state === "sent") return { kind: "gone" };
  try {
    if (letter.fields.some(([name, value]) => name === TOKEN && !value)) await renew(letter);
    let told = await carry(letter);
    if (told.answer.status === 403 && await renew(letter)) told = await carry(letter);
    return await judged(letter, told);
  } catch (_fault) {
    return waits(letter, navigator.onLine === false ? "offline" : "failed");
  }
}

/** One sender at a time over all windows and the worker. Where browsers have no locks, the key alone makes it one effect. */
async function alone(key: string, patient: boolean, run: () => Promise<Answer>): Promise<Answer | null> {
  if (!navigator.locks) return run();
  return navigator.locks.request(`lianxin-${key}`, { ifAvailable: !patient }, async (lock) => (lock ? run() : null));
}

/** Send one letter now, as somebody waits for it. */
export async function sendNow(key: string): Promise<Answer> {
  return (await alone(key, true, () => deliver(key))) || { kind: "gone" };
}

/** Take a letter out of the outbox unless it is just being sent; what `keep` does is done before it goes. */
export async function takeOut(key: string, keep: (letter: Letter) => Promise<unknown>): Promise<Letter | null> {
  let taken: Letter | null = null;
  await alone(key, true, async () => {
    const letter = await letterOf(key);
    if (letter) { await keep(letter); await dropLetter(key); taken = letter; }
    return { kind: "gone" };
  });
  return taken;
}

/**
 * Send everything of one writer that waits and may be sent; tells what became of each. `all`: even what should still wait.
 * In a line nothing overtakes: what waits for an answer or for a decision holds up what was written after it.
 */
export async function flush(all = false, of = ""): Promise<Map<string, Answer>> {
  const told = new Map<string, Answer>();
  const held = new Set<string>();
  for (const { key, state, after, line } of await lettersOf(of)) {
    if (state === "sent" || (line && held.has(line))) continue;
    if (line) held.add(line);
    if (state !== "waiting" || (after > Date.now() && !all)) continue;
    const answer = await alone(key, false, async () => {
      const fresh = await letterOf(key); // another window may have sent it meanwhile
      return fresh && fresh.state === "waiting" ? deliver(key) : { kind: "gone" };
    });
    if (answer) told.set(key, answer);
    if (line && answer && answer.kind === "done") held.delete(line);
  }
  return told;
}
