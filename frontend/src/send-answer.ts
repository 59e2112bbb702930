// The server answered a form with a page (usually the form and its faults): its main part takes the place of ours.

export function showPage(html: string): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("main");
  const old = document.querySelector("main");
  if (!fresh || !old) return;
  old.replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("lianxin:fresh", { detail: fresh }));
  const summary = document.querySelector<HTMLElement>("[data-summary]") || fresh;
  summary.setAttribute("tabindex", "-1");
  summary.focus();
  window.scrollTo(0, 0);
}
