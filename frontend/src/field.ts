// Grid workers and handlers on the phone: the public islands, and parts of a page renewed in place.
import "./htmx";
import { near } from "./near";

near(document);
