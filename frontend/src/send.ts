// Sending: one effect however often the button is pressed, and nothing lost when the net is gone.
import { make, once, say } from "./dom";
import { hand } from "./outbox";
import { carry, photosOf, photosReady } from "./photo";
import { showPage } from "./send-answer";

const WAIT = 90000;

export function bodyOf(form: HTMLFormElement, pressed: HTMLButtonElement | null): FormData {
  const body = new FormData(form);
  if (pressed && pressed.name) body.append(pressed.name, pressed.value);
  photosOf(form).forEach((photos, name) => {
    body.delete(name);
    photos.forEach((photo) => body.append(name, photo.blob, photo.name));
  });
  return body;
}

class Sending {
  private readonly buttons: HTMLButtonElement[];
  private readonly line: HTMLElement;
  private busy = false;
  private pressed: HTMLButtonElement | null = null;

  constructor(private readonly form: HTMLFormElement) {
    const found = Array.from(form.querySelectorAll<HTMLButtonElement>("button:not([type=button])"));
    this.buttons = found;
    this.line = make("p", "sending");
    this.line.setAttribute("role", "status");
    // Beside a button that is seen with a script and stays: a part that is fetched anew, or shut, would hide the line.
    const lasting = found.filter((button) => !button.closest(".only-plain, [aria-live], .sure"));
    const last = lasting[lasting.length - 1];
    if (last) last.insertAdjacentElement("afterend", this.line);
    else form.appendChild(this.line);
    // On the form, not on each button: some come later, with a part of the page that was fetched.
    form.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>("button:not([type=button])");
      if (button) this.pressed = button;
    }, true);
    form.addEventListener("submit", (event) => this.submit(event));
  }

  private lock(on: boolean, words: string): void {
    this.busy = on;
    this.buttons.forEach((button) => {
      if (on) button.setAttribute("aria-disabled", "true");
      else button.removeAttribute("aria-disabled");
    });
    this.line.className = "sending";
    this.line.textContent = words;
  }

  /** Not sent: said in words, and the form is again one that would be lost by leaving. */
  private failed(why: string): void {
    this.lock(false, say(this.form, why));
    this.line.className = "sending late-text";
    this.form.dispatchEvent(new CustomEvent("lianxin:unsent", { bubbles: true }));
  }

  private submit(event: Event): void {
    if (event.defaultPrevented) return;
    if (this.busy) { event.preventDefault(); return; }
    if (this.form.dataset.send === "plain") { this.lock(true, say(this.form, "sending")); return; }
    event.preventDefault();
    this.lock(true, say(this.form, "sending"));
    void photosReady(this.form).then(() => this.send(bodyOf(this.form, this.pressed)));
  }

  /** By way of the outbox, where the form and the browser have one; else at once. */
  private async send(body: FormData): Promise<void> {
    const handed = await hand(this.form, body);
    if (handed === null) { this.go(body); return; }
    if (handed === "leaving") return;
    this.lock(false, "");
  }

  private go(body: FormData): void {
    const call = new XMLHttpRequest();
    call.open("POST", this.form.action || location.href);
    call.timeout = WAIT;
    // Asks for a redirect as a header: a script cannot see one otherwise.
    call.setRequestHeader("X-Lianxin-Send", "1");
    call.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 100000) {
        this.line.textContent = say(this.form, "progress", { n: Math.round((event.loaded / event.total) * 100) });
      }
    };
    call.onload = () => this.answered(call);
    call.onerror = call.ontimeout = () => this.failed("offline");
    call.send(body);
  }

  private answered(call: XMLHttpRequest): void {
    const next = call.getResponseHeader("X-Location");
    if (next) {
      document.dispatchEvent(new CustomEvent("lianxin:sent", { detail: this.form }));
      location.assign(next);
      return;
    }
    if (call.status >= 500) { this.failed("failed"); return; }
    this.lock(false, "");
    carry(this.form);
    showPage(call.responseText);
  }
}

export const send = (root: ParentNode): void =>
  once(root, "form[data-send]", "Send", (el) => { new Sending(el as HTMLFormElement); });

// Coming back by the browser's own button: the form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[aria-disabled]").forEach((el) => el.removeAttribute("aria-disabled"));
});
