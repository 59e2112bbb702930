// The server answered a form with a page (usually the form and its faults): its main part takes the place of ours.

export function showPage(html: string): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("main");
  const old = document.querySelector("main");
  if (!fresh || !old) return;
  // A page outside the work (the post has ended, somebody signed out) leaves no way back into it beside it.
  if (!page.querySelector(".rail")) document.querySelectorAll(".rail").forEach((rail) => rail.remove());
  old.replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  document.dispatchEvent(new CustomEvent("lianxin:fresh", { detail: fresh }));
  const summary = document.querySelector<HTMLElement>("[data-summary]") || fresh;
  summary.setAttribute("tabindex", "-1");
  summary.focus();
  window.scrollTo(0, 0);
}
