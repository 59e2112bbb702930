// Moments as the pages write them: 24 hours, the month by its name in English.

const locale = (): string => (/^zh/.test(document.documentElement.lang) ? "zh-CN" : "en-GB");

/** 11月23日 13:13, 23 Nov 13:13. */
export function moment(at: number | string): string {
  return new Date(at).toLocaleString(locale(), { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }).replace(",", "");
}

/** 13:13. */
export function clock(at: number | string): string {
  return new Date(at).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}
