// The day of a worker on this phone: pages of one's own cases, kept until the evening, and only where that was asked for.
// Neither pages nor answers are touched here: the service worker uses it too.

export const DAY = "lx-day";
const ABOUT = "/field/day-kept";

/** Whose day it is (as the pages say), until when it may be looked at (ms), since when, each page's state when kept, and
 * how many pages could not be fetched. */
export interface Kept { of: string; until: number; at: number; pages: Record<string, string>; missed?: number }

export async function about(): Promise<Kept | null> {
  const found = (await caches.has(DAY)) ? await (await caches.open(DAY)).match(ABOUT) : undefined;
  return found ? found.json() as Promise<Kept> : null;
}

export async function tell(kept: Kept): Promise<void> {
  await (await caches.open(DAY)).put(ABOUT, new Response(JSON.stringify(kept), { headers: { "Content-Type": "application/json" } }));
}

export const forget = (): Promise<boolean> => caches.delete(DAY);

/** What may be looked at now; a day that is over goes. One that is just being kept says nothing of itself yet. */
export async function valid(now: number): Promise<Kept | null> {
  const kept = await about();
  if (kept && kept.until <= now) await forget();
  return kept && kept.until > now ? kept : null;
}
