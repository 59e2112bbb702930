// The desk: parts of the page by htmx, everything by keyboard.
import { htmx } from "./htmx";
import { guarded } from "./guard";
import { keys } from "./keys";
import { palette } from "./palette-door";
import { panes } from "./desk-pane";

keys();
palette();
htmx.onLoad((part) => guarded(part as HTMLElement));
document.addEventListener("lianxin:fresh", (event) => guarded((event as CustomEvent<HTMLElement>).detail));
panes();
