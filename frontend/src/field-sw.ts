// The service worker of the field: the day's pages open without a net when their worker has kept them on this phone.
// It keeps nothing of anybody's by itself; what the page has kept it shows only while it lasts, and never to the public.
import { inDay, valid } from "./day";
import { flush } from "./outbox-post";
import { letters } from "./outbox-store";
import { follow, kept, late, tellPages, type Worker } from "./sw-kit";

const worker = self as unknown as Worker;
const { files, form } = worker.LIANXIN;
const CACHE = follow(worker, "lx-field-");
const FIELD = /^\/field\//;
const PHOTO = /^\/cases\/[^/]+\/photos\//;
const PATIENCE = 6000; // in a lift the net is there and answers nothing

async function ofDay(request: Request): Promise<Response | undefined> {
  if (!(await valid(Date.now()))) return undefined;
  const { pathname, search } = new URL(request.url);
  return inDay(PHOTO.test(pathname) ? pathname + search : pathname);
}

/** From the net; from the phone when there is none, or when it does not answer and the phone has the page. */
async function page(request: Request): Promise<Response> {
  const asked = fetch(request);
  try {
    return await Promise.race([asked, late(PATIENCE)]);
  } catch (_fault) {
    const held = await ofDay(request);
    if (held) { asked.catch(() => undefined); return held; }
    return asked.catch(async () => (await kept(CACHE, form)) || Response.error());
  }
}

async function photo(request: Request): Promise<Response> {
  return (await ofDay(request)) || fetch(request);
}

/** Send what any worker wrote on this phone: the server takes it from the one alone who is signed in. */
async function sync(): Promise<void> {
  const writers = new Set((await letters()).map((each) => each.of || "").filter(Boolean));
  for (const of of writers) await flush(false, of);
  tellPages();
  if ((await letters()).some((each) => each.of && each.state === "waiting")) throw new Error("waiting"); // the browser tries again
}

worker.addEventListener("sync", (event) => { if (event.tag === "lianxin-outbox") event.waitUntil(sync()); });
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (files.indexOf(pathname) >= 0) event.respondWith(kept(CACHE, pathname).then((found) => found || fetch(request)));
  else if (PHOTO.test(pathname)) event.respondWith(photo(request));
  else if (request.mode === "navigate" && FIELD.test(pathname)) event.respondWith(page(request));
});
