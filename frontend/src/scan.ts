// Scanning a plate inside the page, where the browser can read codes by itself; elsewhere the phone's own camera does it.
import { make, once, say } from "./dom";

interface Found { rawValue: string }
interface Detector { detect(image: HTMLVideoElement): Promise<Found[]> }
type Maker = new (options: { formats: string[] }) => Detector;

const OURS = /^\/(g\/(?:[0-9]{12,18}(?:-[0-9]{3})?|[0-9A-Z]{18})|cases\/[A-Za-z]{1,4}[0-9]{8}|r\/[A-Za-z]{1,4}[0-9]{8})\/$/;
const PAUSE = 200;

/** Only the path counts: a plate may have been printed under another name of the same house. */
export function pathOf(text: string): string {
  try {
    const { pathname } = new URL(text, location.origin);
    return OURS.test(pathname) ? pathname : "";
  } catch (_fault) {
    return "";
  }
}

async function look(button: HTMLElement, detector: Detector): Promise<void> {
  const box = make("div", "over scan");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  box.setAttribute("aria-label", button.textContent || "");
  const inner = make("div", "stack-s");
  const told = make("p", "strong", say(button, "aim"));
  told.setAttribute("role", "status");
  const video = make("video") as HTMLVideoElement;
  video.muted = true;
  video.setAttribute("playsinline", "");
  const close = make("button", "btn full big", say(button, "close")) as HTMLButtonElement;
  close.type = "button";
  inner.append(told, video, close);
  box.appendChild(inner);
  document.body.appendChild(box);
  close.focus();
  let stream: MediaStream | null = null;
  let open = true;
  const dark = (): void => stream?.getTracks().forEach((track) => track.stop());
  const end = (): void => {
    open = false;
    dark();
    box.remove();
    button.focus();
  };
  close.addEventListener("click", end);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
    if (event.key === "Tab") { event.preventDefault(); close.focus(); } // there is nothing else in it
  });
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    if (!open) { dark(); return; } // shut before the camera was allowed
    video.srcObject = stream;
    video.play().catch(() => undefined); // some never say that they have begun
  } catch (_fault) {
    told.textContent = say(button, "none");
    return;
  }
  while (open) {
    const found = await detector.detect(video).catch(() => [] as Found[]);
    if (!open) return;
    const path = found.map((each) => pathOf(each.rawValue)).find(Boolean);
    if (path) { end(); location.assign(path); return; }
    if (found.length) told.textContent = say(button, "other");
    await new Promise((next) => { window.setTimeout(next, PAUSE); });
  }
}

export function scan(root: ParentNode): void {
  const maker = (window as unknown as { BarcodeDetector?: Maker }).BarcodeDetector;
  if (!maker || !navigator.mediaDevices) return;
  once(root, "[data-scan]", "Scan", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => { void look(button, new maker({ formats: ["qr_code"] })); });
  });
}
