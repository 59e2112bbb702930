// The questions of a category, asked on the page itself: it knows every sheet, so it asks without a net as well. What an
// answer brings up is shown at once; advice stands beside the answer that calls for it and never hides the way to send.
import { all, once } from "./dom";

type Answers = Record<string, string>;
type Control = HTMLInputElement | HTMLTextAreaElement;

const controls = (box: ParentNode): Control[] =>
  all<HTMLElement>(box, "input, textarea").filter((each) => (each as Control).type !== "hidden") as Control[];

const chosen = (each: Control): boolean => each.type !== "radio" || (each as HTMLInputElement).checked;

function given(box: ParentNode): Answers {
  const found: Answers = {};
  controls(box).filter(chosen).forEach((each) => { found[each.name] = each.value; });
  return found;
}

function fill(box: ParentNode, answers: Answers): void {
  controls(box).forEach((each) => {
    const value = answers[each.name];
    if (value === undefined) return;
    if (each.type === "radio") (each as HTMLInputElement).checked = each.value === value;
    else each.value = value;
  });
}

/** One question: hidden while the answers before it do not bring it up; what is hidden is not sent. */
function question(box: HTMLElement, before: Answers): boolean {
  const when = JSON.parse(box.dataset.when || "{}") as Record<string, string[]>;
  const shown = Object.keys(when).every((key) => (when[key] || []).indexOf(before[key] || "") >= 0);
  box.hidden = !shown;
  controls(box).forEach((each) => { each.disabled = !shown; });
  return shown;
}

/** What an answer should make one do first. Said once, when the answer is given. */
function advise(box: HTMLElement, answer: string): boolean {
  const words = (JSON.parse(box.dataset.stops || "{}") as Answers)[answer] || "";
  const place = box.querySelector<HTMLElement>("[data-advice]");
  const notice = box.querySelector("template");
  if (!place || !notice || (place.dataset.said || "") === words) return words !== "";
  place.dataset.said = words;
  place.textContent = "";
  if (!words) return false;
  place.appendChild(notice.content.cloneNode(true));
  const line = place.querySelector("[data-advice-words]");
  if (line) line.textContent = words;
  return true;
}

function look(box: HTMLElement): void {
  const before: Answers = {};
  const marks: string[] = [];
  let advised = false;
  all<HTMLElement>(box, "[data-q]").forEach((each) => {
    const shown = question(each, before);
    const answer = shown ? given(each)[each.dataset.q || ""] || "" : "";
    before[each.dataset.q || ""] = answer;
    if (shown) marks.push(each.dataset.mark || "");
    advised = advise(each, answer) || advised;
  });
  const told = box.querySelector<HTMLInputElement>("input[name=shown_q]");
  if (told) told.value = marks.join(",");
  const anyway = box.querySelector<HTMLInputElement>("input[name=anyway]");
  if (anyway) anyway.disabled = !advised;
}

export function asked(root: ParentNode): void {
  once(root, "[data-asked]", "Asked", (box) => {
    const form = box.closest("form");
    const category = form?.querySelector<HTMLSelectElement>("select[name=category]");
    if (!form || !category) return;
    const held: Answers = given(box);
    let of = "";
    const choose = (): void => {
      Object.assign(held, given(box));
      const sheets = all<HTMLTemplateElement>(form, "template[data-sheet]");
      const sheet = sheets.find((each) => category.value !== "" && (each.dataset.sheet || "").split(" ").indexOf(category.value) >= 0);
      const now = sheet?.dataset.sheet || "";
      if (now !== of || !sheet) {
        box.textContent = "";
        if (sheet) { box.appendChild(sheet.content.cloneNode(true)); fill(box, held); }
        of = now;
      }
      look(box);
    };
    form.addEventListener("input", (event) => { if (box.contains(event.target as Node)) look(box); });
    form.addEventListener("change", (event) => {
      if (event.target === category) choose();
      else if (box.contains(event.target as Node)) look(box);
    });
    choose();
  });
}

/** What holds for some kinds of case alone is shown for those, and sent for no other. */
export function kinds(root: ParentNode): void {
  once(root, "[data-for-kinds]", "Kinds", (box) => {
    const kind = box.closest("form")?.querySelector<HTMLSelectElement>("select[name=kind]");
    if (!kind) return;
    const fits = (): void => {
      box.hidden = (box.dataset.forKinds || "").split(" ").indexOf(kind.value) < 0;
      controls(box).forEach((each) => { each.disabled = box.hidden; });
    };
    kind.addEventListener("change", fits);
    fits();
  });
}
