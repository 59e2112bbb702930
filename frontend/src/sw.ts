// The service worker: the report opens without a net, and what waits is sent when it returns. It keeps the look and one
// empty form, never a page of somebody's; pages of staff and the programs' door pass it by.
import { flush } from "./outbox-post";
import { letters } from "./outbox-store";

interface Waiting extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetching extends Waiting { request: Request; respondWith(answer: Promise<Response>): void }
interface Syncing extends Waiting { tag: string }
interface Worker {
  LIANXIN: { version: string; files: string[]; form: string };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", run: (event: Waiting) => void): void;
  addEventListener(name: "fetch", run: (event: Fetching) => void): void;
  addEventListener(name: "sync", run: (event: Syncing) => void): void;
}

const worker = self as unknown as Worker;
const { version, files, form } = worker.LIANXIN; // the server writes it before this file: the names of the build
const CACHE = `lianxin-${version}`;
const PUBLIC = /^\/(report\/|join\/[^/]+\/|find\/|board\/.*|map\/|r\/.*)?$/;
const LOOK = "/ui/look/";
const REPORT = "/report/";
const PATIENCE = 12000;
const DAY = 86400000;

async function keep(cache: Cache, address: string): Promise<void> {
  const answer = await fetch(address, { cache: "reload", credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(address);
  await cache.put(address, answer);
}

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all([...files, form].map((address) => keep(cache, address)));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("lianxin-") && name !== CACHE).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function kept(address: string): Promise<Response | undefined> {
  return (await caches.open(CACHE)).match(address, { ignoreVary: true });
}

const late = (): Promise<never> => new Promise((_resolve, reject) => { setTimeout(() => reject(new Error("late")), PATIENCE); });

/** A page of the public: from the net; the empty form when there is none. Only the report itself does not wait long. */
async function page(request: Request): Promise<Response> {
  try {
    const asked = fetch(request);
    return await (new URL(request.url).pathname === REPORT ? Promise.race([asked, late()]) : asked);
  } catch (_fault) {
    return (await kept(form)) || Response.error();
  }
}

async function file(request: Request, address: string): Promise<Response> {
  return (await kept(address)) || fetch(request);
}

/** The form that is kept is fetched anew once a day, and when language, size or colours were changed. */
async function renew(answer: Promise<Response>, always: boolean): Promise<void> {
  try {
    await answer;
    const old = always ? undefined : await kept(form);
    const date = old ? old.headers.get("Date") : null;
    if (!date || Date.parse(date) < Date.now() - DAY) await keep(await caches.open(CACHE), form);
  } catch (_fault) {
    // No net: the old one stays.
  }
}

async function sync(): Promise<void> {
  await flush();
  if ((await letters()).some((each) => each.state === "waiting")) throw new Error("waiting"); // the browser tries again
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("sync", (event) => { if (event.tag === "lianxin-outbox") event.waitUntil(sync()); });
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (files.indexOf(pathname) >= 0) event.respondWith(file(request, pathname));
  else if (request.mode === "navigate" && (pathname === LOOK || PUBLIC.test(pathname))) {
    const answer = page(request);
    if (pathname === LOOK || pathname === REPORT) event.waitUntil(renew(answer, pathname === LOOK));
    event.respondWith(answer);
  }
});
