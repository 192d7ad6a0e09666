/** The race's table: median and p95 of each lane, and which stores had its pictures. */
import { KINDS, storeName } from "../stores.ts";
import { milliseconds, quantile } from "./provenance.ts";
import { LANES, type Lane, type Runner } from "./runner.ts";

export function showResults(section: HTMLElement, runners: Readonly<Record<Lane, readonly Runner[]>>): void {
  const rows = LANES.filter((lane) => runners[lane].length > 0).map((lane) => {
    const times = runners[lane].map(({ firstByteMs }) => firstByteMs);
    const [middle = 0, high = 0] = [0.5, 0.95].map((share) => quantile(times, share) ?? 0);
    return rowOf(lane, [
      { tag: "th", text: lane },
      { tag: "td", text: String(times.length) },
      { tag: "td", text: milliseconds(middle) },
      { tag: "td", text: milliseconds(high) },
      { tag: "td", text: storesOf(runners[lane]) },
    ]);
  });
  section.querySelector("tbody")?.replaceChildren(...rows);
}

/** `30 regional store, 2 primary store` */
function storesOf(runners: readonly Runner[]): string {
  const reader = { city: "the reader's city", region: "" };
  return KINDS.map((kind) => [kind, runners.filter((one) => one.kind === kind).length] as const)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind === "region" ? "near store" : storeName(kind, reader) || "unknown"}`)
    .join(", ");
}

function rowOf(lane: Lane, cells: readonly { readonly tag: "th" | "td"; readonly text: string }[]): HTMLElement {
  const row = document.createElement("tr");
  row.dataset.lane = lane;
  for (const { tag, text } of cells) {
    const cell = document.createElement(tag);
    if (tag === "th") cell.setAttribute("scope", "row");
    cell.textContent = text;
    row.append(cell);
  }
  return row;
}
