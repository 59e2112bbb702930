// Finding by a few letters: characters, the first letters of their pinyin, or the letters of a word in their order.

import { inOrder } from "./dom";

// The first character of each letter in the order of pinyin, as every browser that sorts Chinese knows it.
const FIRST = "阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他穵夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";

const order = ((): Intl.Collator | null => {
  try {
    const made = new Intl.Collator("zh-Hans-CN-u-co-pinyin");
    return made.compare("波", "张") < 0 && made.compare("张", "波") > 0 && made.compare("龙", "明") < 0 ? made : null;
  } catch (_fault) {
    return null;
  }
})();

const known = new Map<string, string>(); // a thousand names are written with few characters

function letter(sign: string): string {
  const told = known.get(sign) ?? sorted(sign);
  known.set(sign, told);
  return told;
}

function sorted(sign: string): string {
  if (!/[\u4e00-\u9fff]/.test(sign)) return /[a-z0-9]/.test(sign) ? sign : "";
  if (!order) return "";
  let at = FIRST.length - 1;
  while (at > 0 && order.compare(sign, FIRST[at] as string) < 0) at -= 1;
  return LETTERS[at] as string;
}

/** 收件箱 → sjx; what is no character stays. "" where the browser does not sort by pinyin. */
export function initials(text: string): string {
  return order ? Array.from(text.toLowerCase()).map(letter).join("") : "";
}

/** How well a text answers to what is typed: 0 not at all, more is better. */
export function fits(typed: string, text: string): number {
  const wanted = typed.toLowerCase().replace(/\s+/g, "");
  const whole = text.toLowerCase();
  const said = whole.replace(/\s+/g, "");
  if (!wanted || !said) return 0;
  if (said === wanted) return 100;
  if (said.startsWith(wanted)) return 90;
  if (whole.split(/[\s·,，、]+/).some((word) => word.startsWith(wanted))) return 80;
  if (said.includes(wanted)) return 70;
  const first = initials(said);
  if (first && /^[a-z0-9]+$/.test(wanted)) {
    if (first.startsWith(wanted)) return 60;
    if (first.includes(wanted)) return 50;
  }
  return wanted.length > 1 && inOrder(wanted, said) ? 20 : 0;
}
