// The service worker: the report opens without a net, and what waits is sent when it returns. It keeps the look and one
// empty form, never a page of somebody's; pages of staff and the programs' door pass it by.
import { flush } from "./outbox-post";
import { lettersOf } from "./outbox-store";
import { follow, keep, kept, late, tellPages, type Worker } from "./sw-kit";

const worker = self as unknown as Worker;
const { files, form } = worker.LIANXIN;
const CACHE = follow(worker, "lianxin-");
const PUBLIC = /^\/(report\/|join\/[^/]+\/|find\/|board\/.*|map\/|r\/.*)?$/;
const LOOK = "/ui/look/";
const REPORT = "/report/";
const PATIENCE = 12000;
const DAY = 86400000;

/** A page of the public: from the net; the empty form when there is none. Only the report itself does not wait long. */
async function page(request: Request): Promise<Response> {
  try {
    const asked = fetch(request);
    return await (new URL(request.url).pathname === REPORT ? Promise.race([asked, late(PATIENCE)]) : asked);
  } catch (_fault) {
    return (await kept(CACHE, form)) || Response.error();
  }
}

async function file(request: Request, address: string): Promise<Response> {
  return (await kept(CACHE, address)) || fetch(request);
}

/** The form that is kept is fetched anew once a day, and when language, size or colours were changed. */
async function renew(answer: Promise<Response>, always: boolean): Promise<void> {
  try {
    await answer;
    const old = always ? undefined : await kept(CACHE, form);
    const date = old ? old.headers.get("Date") : null;
    if (!date || Date.parse(date) < Date.now() - DAY) await keep(await caches.open(CACHE), form);
  } catch (_fault) {
    // No net: the old one stays.
  }
}

async function sync(): Promise<void> {
  await flush();
  tellPages();
  if ((await lettersOf("")).some((each) => each.state === "waiting")) throw new Error("waiting"); // the browser tries again
}

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
