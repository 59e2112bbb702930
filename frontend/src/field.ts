// Grid workers and handlers on the phone: the public islands, and parts of a page renewed in place.
import "./htmx";
import { acts } from "./acts";
import { asked, kinds } from "./asked";
import { checkIn } from "./check-in";
import { day } from "./field-day";
import { near } from "./near";
import { replies } from "./replies";
import { scan } from "./scan";
import { seek } from "./seek";

near(document);
const raised = (root: ParentNode): void => { asked(root); kinds(root); };
raised(document);
document.addEventListener("lianxin:fresh", (event) => raised((event as CustomEvent<HTMLElement>).detail));
day();
checkIn();
scan(document);
replies();
acts();
seek();
