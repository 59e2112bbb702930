// The day of a worker on this phone: pages of one's own cases, kept until the evening, and only where that was asked for.
// Neither pages nor answers are touched here: the service worker uses it too.

export const DAY = "lx-day";
/** Where it is kept what the day holds: as long as it lasts, this is there too. */
export const ABOUT = "/field/day-kept";

/** Whose day it is (as the pages say), until when it may be looked at (ms), since when, each page's state when kept, and
 * how many pages could not be fetched. */
export interface Kept { of: string; until: number; at: number; pages: Record<string, string>; missed?: number }

/** What is kept under an address; looking makes no empty day where there is none, or where one has just gone. */
export const inDay = (address: string): Promise<Response | undefined> =>
  caches.match(address, { cacheName: DAY, ignoreVary: true }).catch(() => undefined);

export async function about(): Promise<Kept | null> {
  const found = await inDay(ABOUT);
  return found ? found.json() as Promise<Kept> : null;
}

/** Say of the day that was opened what it holds; of one that has gone meanwhile nothing is said. */
export async function tell(day: Cache, kept: Kept): Promise<void> {
  await day.put(ABOUT, new Response(JSON.stringify(kept), { headers: { "Content-Type": "application/json" } }));
}

export const forget = (): Promise<boolean> => caches.delete(DAY);

/** What may be looked at now; a day that is over goes. One that is just being kept says nothing of itself yet. */
export async function valid(now: number): Promise<Kept | null> {
  const kept = await about();
  if (kept && kept.until <= now) await forget();
  return kept && kept.until > now ? kept : null;
}
