// Pages that edit a boundary: the editor comes with its map, and only there.
import { all } from "./dom";

export function boundaries(): void {
  all(document, "[data-boundary]").forEach((form) => {
    import("./boundary").then((part) => part.edit(form as HTMLFormElement)).catch(() => undefined); // the table does the same
  });
}
