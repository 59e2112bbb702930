// Whoever signs out leaves nothing behind in the browser of what they were writing.

export const PREFIX = "lx-draft:";
export const KEPT = (): Storage => window.localStorage;
export const BRIEF = (): Storage => window.sessionStorage;

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!/\/sign-out\/$/.test(form.action)) return;
  [KEPT, BRIEF].forEach((place) => {
    try {
      const held = place();
      Object.keys(held).filter((key) => key.indexOf(PREFIX) === 0).forEach((key) => held.removeItem(key));
    } catch (_fault) { /* a browser that keeps nothing */ }
  });
});
