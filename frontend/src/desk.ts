// The desk: parts of the page by htmx, everything by keyboard.
import { htmx } from "./htmx";
import { acts } from "./acts";
import { arrive } from "./arrival";
import { boundaries } from "./boundary-door";
import { cover } from "./cover";
import { picked } from "./desk-picks";
import { guarded } from "./guard";
import { inSight } from "./in-sight";
import { keys } from "./keys";
import { palette } from "./palette-door";
import { drafted, drafts } from "./desk-drafts";
import { panes } from "./desk-pane";
import { replies } from "./replies";
import { seek } from "./seek";

keys();
acts();
palette();
drafted();
htmx.onLoad((part) => { guarded(part as HTMLElement); cover(part as HTMLElement); drafts(part as HTMLElement, true); });
document.addEventListener("lianxin:fresh", (event) => guarded((event as CustomEvent<HTMLElement>).detail));
panes();
picked();
replies();
seek();
boundaries();
inSight(document);
arrive();
