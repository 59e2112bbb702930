// Speaking instead of typing, where the browser offers it. What is heard goes into the field as words that can be
// changed; it stops by itself. The voice goes to the browser's own service, never to the town: the button says so.
import { make, once, say } from "./dom";

interface Heard { results: ArrayLike<{ isFinal: boolean; 0: { transcript: string } }>; resultIndex: number }
interface Listener {
  lang: string;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
  abort(): void;
}
type Maker = new () => Listener;

const LONGEST = 60000;

function maker(): Maker | undefined {
  const found = window as unknown as { SpeechRecognition?: Maker; webkitSpeechRecognition?: Maker };
  return window.isSecureContext ? found.SpeechRecognition || found.webkitSpeechRecognition : undefined;
}

const LANGUAGES: Record<string, string> = { zh: "zh-CN", en: "en-US" };

function start(el: HTMLElement): void {
  const Made = maker();
  const field = el as HTMLTextAreaElement;
  const room = field.parentElement?.querySelector(".under > span:first-child");
  if (!Made || !room) return;
  const front = field.form?.querySelector<HTMLButtonElement>("[data-speak]"); // the elder's: before the field, its room is kept
  const button = front || make("button", "btn speak") as HTMLButtonElement;
  button.type = "button";
  const told = button.querySelector("span") || make("span", "", say(field, "speak"));
  if (!front) {
    told.appendChild(make("small", "", say(field, "voice")));
    button.appendChild(told);
    room.appendChild(button);
  }
  const line = make("p", "small quiet");
  line.setAttribute("role", "status");
  field.parentElement?.appendChild(line);
  let listening: Listener | null = null;
  let timer = 0;

  const show = (on: boolean): void => {
    button.setAttribute("aria-pressed", String(on));
    told.firstChild!.textContent = say(field, on ? "listening" : "speak");
  };
  const over = (): void => {
    window.clearTimeout(timer);
    listening = null;
    show(false);
  };
  const write = (words: string): void => {
    const gap = field.value && !/[\s，。！？,.!?]$/.test(field.value) ? (document.documentElement.lang.startsWith("zh") ? "，" : " ") : "";
    field.value += gap + words.trim();
    field.dispatchEvent(new Event("input", { bubbles: true })); // counted, kept and compared as what is typed
  };
  const failed = (error: string): void => {
    if (error === "aborted") return;
    line.textContent = say(field, error === "no-speech" ? "silence" : "failed");
    if (/not-allowed|service-not-allowed|language-not-supported/.test(error)) button.hidden = true; // it does not work here
  };
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    if (listening) { listening.stop(); return; }
    const ear = new Made();
    ear.lang = LANGUAGES[document.documentElement.lang.slice(0, 2)] || "zh-CN";
    ear.interimResults = true;
    ear.onresult = ({ results, resultIndex }) => {
      let meanwhile = "";
      for (let at = resultIndex; at < results.length; at += 1) {
        const one = results[at];
        if (one && one.isFinal) write(one[0].transcript);
        else if (one) meanwhile += one[0].transcript;
      }
      line.textContent = meanwhile;
    };
    ear.onerror = ({ error }) => failed(error);
    ear.onend = over;
    line.textContent = "";
    try {
      ear.start();
    } catch (_fault) {
      failed("not-allowed");
      return;
    }
    listening = ear;
    show(true);
    timer = window.setTimeout(() => ear.stop(), LONGEST);
  });
  // Who goes on, or sends, while it still listens: what has been heard so far goes along.
  field.form?.addEventListener("click", (event) => {
    const pressed = (event.target as Element).closest("button");
    if (!listening || !pressed || pressed === button) return;
    const ear = listening;
    ear.onresult = ear.onerror = ear.onend = null;
    ear.abort();
    if (line.textContent) write(line.textContent);
    line.textContent = "";
    over();
  }, true);
  window.addEventListener("pagehide", () => listening?.abort());
}

export const speech = (root: ParentNode): void => once(root, "textarea[data-speech]", "Speech", start);
