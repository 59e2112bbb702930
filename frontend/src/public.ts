// Pages of residents and of the public.
import { dayGone } from "./day-gone";
import "./drafts-end";
import { map } from "./map";
import { mine } from "./mine";
import { outbox } from "./outbox";
import { photo } from "./photo";
import { picks } from "./picks";
import { send } from "./send";
import { speech } from "./speech";
import { steps } from "./steps";
import { autosubmit, below, chosen, copied, counted, menus, printed, similar, slow, sure } from "./small";

const islands = [steps, sure, below, slow, photo, map, send, counted, chosen, copied, printed, similar, menus, autosubmit, mine, speech, outbox, dayGone, picks];

export function wake(root: ParentNode): void {
  islands.forEach((island) => island(root));
}

document.documentElement.classList.add("js");
document.addEventListener("lianxin:fresh", (event) => wake((event as CustomEvent<HTMLElement>).detail));
wake(document);
