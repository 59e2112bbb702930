// What both service workers are made of: the events of a worker, and copies of what never belongs to anybody.

export interface Waiting extends Event { waitUntil(work: Promise<unknown>): void }
export interface Fetching extends Waiting { request: Request; respondWith(answer: Promise<Response>): void }
export interface Syncing extends Waiting { tag: string }
export interface Worker {
  LIANXIN: { version: string; files: string[]; form: string }; // the server writes it before the file: the names of the build
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", run: (event: Waiting) => void): void;
  addEventListener(name: "fetch", run: (event: Fetching) => void): void;
  addEventListener(name: "sync", run: (event: Syncing) => void): void;
}

export async function keep(cache: Cache, address: string): Promise<void> {
  const answer = await fetch(address, { cache: "reload", credentials: "same-origin" });
  if (!answer.ok || answer.redirected) throw new Error(address);
  await cache.put(address, answer);
}

/** Take the files of this build and the one empty page before taking over; throw the copies of older builds away. */
export function follow(worker: Worker, prefix: string): string {
  const { version, files, form } = worker.LIANXIN;
  const mine = prefix + version;
  worker.addEventListener("install", (event) => event.waitUntil((async () => {
    const cache = await caches.open(mine);
    await Promise.all([...files, form].map((address) => keep(cache, address)));
    await worker.skipWaiting();
  })()));
  worker.addEventListener("activate", (event) => event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(prefix) && name !== mine).map((name) => caches.delete(name)));
    await worker.clients.claim();
  })()));
  return mine;
}

export async function kept(name: string, address: string): Promise<Response | undefined> {
  return (await caches.open(name)).match(address, { ignoreVary: true });
}

/** Pages that stand open learn that letters were sent behind their backs. */
export function tellPages(): void {
  if (!("BroadcastChannel" in self)) return;
  const channel = new BroadcastChannel("lianxin-outbox");
  channel.postMessage("");
  channel.close();
}

export const late = (patience: number): Promise<never> => new Promise((_resolve, reject) => { setTimeout(() => reject(new Error("late")), patience); });
