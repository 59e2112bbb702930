// The desk: parts of the page by htmx, everything by keyboard.
import "./htmx";
import { keys } from "./keys";

keys();
