// Small islands of a few lines each.
import { all, debounce, make, once, say, toast, waits } from "./dom";

/** How many characters are left. */
export function counted(root: ParentNode): void {
  once(root, "[data-count]", "Count", (line) => {
    const input = document.getElementById(line.dataset.count || "") as HTMLTextAreaElement | null;
    if (!input) return;
    const most = Number(line.dataset.most || 0);
    const show = (): void => {
      const used = Array.from(input.value).length;
      line.textContent = used > most ? say(line, "over", { n: used - most }) : say(line, "left", { n: most - used });
      line.parentElement?.classList.toggle("over", used > most);
    };
    input.addEventListener("input", show);
    show();
  });
}

/** Chosen radio cards look chosen, without :has(). */
export function chosen(root: ParentNode): void {
  once(root, ".opts", "Opts", (box) => {
    const show = (): void => all<HTMLInputElement>(box, "input").forEach((input) => {
      input.closest(".opt")?.classList.toggle("on", input.checked);
    });
    box.addEventListener("change", show);
    show();
  });
}

export function copied(root: ParentNode): void {
  once(root, "[data-copy]", "Copy", (button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.dataset.copy || "";
      try {
        await navigator.clipboard.writeText(text);
      } catch (_fault) {
        const area = make("textarea", "unseen") as HTMLTextAreaElement;
        area.value = text;
        document.body.appendChild(area);
        area.select();
        document.execCommand("copy");
        area.remove();
      }
      toast(say(button, "done"));
    });
  });
}

/** What cannot be undone asks once more, on the page: a fold without a script; with one, "no" and Escape shut it. */
export function sure(root: ParentNode): void {
  once(root, "details.sure", "Sure", (el) => {
    const not = el.querySelector<HTMLElement>("[data-sure-not]");
    const shut = (): void => { el.removeAttribute("open"); el.querySelector("summary")?.focus(); };
    if (not) { not.hidden = false; not.addEventListener("click", shut); }
    el.addEventListener("keydown", (event) => { if (event.key === "Escape" && el.hasAttribute("open")) { event.stopPropagation(); shut(); } });
  });
}

export function printed(root: ParentNode): void {
  once(root, "[data-print]", "Print", (el) => {
    el.hidden = false;
    el.addEventListener("click", () => window.print());
  });
}

/** A part of the page that follows what is being written. Sent as a form: what is typed stands in no address or log. */
export function similar(root: ParentNode): void {
  once(root, "[data-similar]", "Similar", (box) => {
    const form = box.closest("form");
    if (!form) return;
    const names = (box.dataset.from || "").split(",").map((name) => name.trim()).filter(Boolean);
    let asked = "";
    const look = debounce(700, async () => {
      const typed = new FormData(form);
      const query = new URLSearchParams();
      names.forEach((name) => {
        const value = String(typed.get(name) || "").trim();
        if (value) query.set(name, value);
      });
      const question = query.toString();
      if (question === asked) return;
      asked = question;
      if (!question) { box.textContent = ""; return; }
      const headers = { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": String(typed.get("csrfmiddlewaretoken") || "") };
      try {
        const answer = await fetch(box.dataset.similar || "", { method: "POST", body: question, headers, credentials: "same-origin" });
        if (answer.ok && question === asked) box.innerHTML = await answer.text();
      } catch (_fault) {
        asked = "";  // No net: nothing is shown, and the next change asks again.
      }
    });
    form.addEventListener("input", (event) => {
      if (names.indexOf((event.target as HTMLInputElement).name) >= 0) look();
    });
    look();
  });
}

/** A list that is slow to come after its filter: said over the button, so that nothing moves. */
export function slow(root: ParentNode): void {
  once(root, "[data-waits]", "Waits", (box) => {
    let arrived = (): void => undefined;
    const start = (): void => { arrived(); arrived = waits(box.querySelector("[data-waiting]"), say(box, "waiting")); };
    ["submit", "lianxin:leaves"].forEach((name) => box.closest("form")?.addEventListener(name, start));
    window.addEventListener("pageshow", () => arrived());
  });
}

/** A select whose choices follow another's: fetched from the page itself, which fills it without a script by its button. */
export function below(root: ParentNode): void {
  once(root, "[data-below]", "Below", (box) => {
    const form = box.closest("form"), above = box.querySelector<HTMLSelectElement>("select");
    const id = box.dataset.below || "";
    if (!form || !above) return;
    let turn = 0;
    above.addEventListener("change", async () => {
      const now = ++turn, old = document.getElementById(id) as HTMLSelectElement | null;
      if (old) { old.value = ""; old.disabled = true; } // a grid of the other village is not asked for
      try {
        const asked = `${form.action.split("?")[0]}?${new URLSearchParams({ [above.name]: above.value })}`;
        const answer = await fetch(asked, { credentials: "same-origin" });
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
        if (answer.ok && fresh && now === turn) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
      } catch (_fault) {
        // No net: the village alone is asked for.
      }
    });
  });
}

/** Menus close on a click elsewhere and on Escape. */
export function menus(root: ParentNode): void {
  once(root, "details.menu", "Menu", (menu) => {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target as Node)) menu.removeAttribute("open");
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { menu.removeAttribute("open"); menu.querySelector("summary")?.focus(); }
    });
  });
}

/** A filter changed by hand is a filter applied; one changed by keys is applied by Enter or its button. */
const AT = "lianxin-filter";

/** The page comes back with the answer; who filters by keyboard goes on from where one was. */
function backTo(form: HTMLFormElement, at: number): void {
  const el = form.elements[at];
  if (!(el instanceof HTMLElement)) return;
  const fold = el.closest("details");
  if (fold) fold.open = true;
  el.focus();
}

export function autosubmit(root: ParentNode): void {
  once(root, "form[data-auto]", "Auto", (el) => {
    const form = el as HTMLFormElement;
    let pointed = false; // an arrow key changes a select at every step: only what was pointed at or picked is sent at once
    const keep = (): void => {
      const at = Array.from(form.elements).indexOf(document.activeElement as Element);
      try { sessionStorage.setItem(AT, `${location.pathname} ${at}`); } catch (_fault) { /* no such store: the focus starts anew */ }
    };
    const go = (): void => { keep(); form.dispatchEvent(new Event("lianxin:leaves")); form.submit(); };
    form.addEventListener("pointerdown", () => { pointed = true; });
    form.addEventListener("keydown", (event) => {
      pointed = false;
      if (event.key !== "Enter" || !(event.target instanceof HTMLSelectElement)) return;
      event.preventDefault(); // no browser sends a form from a select by itself
      go();
    });
    form.addEventListener("lianxin:picked", () => { pointed = true; });
    form.addEventListener("submit", keep);
    form.addEventListener("change", () => { if (pointed) go(); });
    try {
      const [path, at] = (sessionStorage.getItem(AT) || "").split(" ");
      sessionStorage.removeItem(AT);
      if (path === location.pathname) backTo(form, Number(at));
    } catch (_fault) { /* no such store */ }
  });
}
