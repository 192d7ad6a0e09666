/** The line, the bar and the legend at the top of the page: bytes and times of all pictures. */
import type { Arrival } from "./cards.ts";
import { KINDS, type Kind, median, milliseconds } from "./provenance.ts";

/** Shows the arrivals so far. The page has `total` pictures. */
export function showSummary(arrivals: readonly Arrival[], total: number): void {
  const line = document.getElementById("summary");
  const bar = document.getElementById("bar");
  const legend = document.getElementById("legend");
  if (line === null || bar === null || legend === null) return;

  const counts = new Map<Kind, number>();
  for (const { provenance } of arrivals) counts.set(provenance.kind, (counts.get(provenance.kind) ?? 0) + 1);
  const order = (Object.keys(KINDS) as Kind[]).filter((kind) => kind !== "unknown" && counts.has(kind));
  bar.replaceChildren(
    ...order.map((kind) => {
      const part = document.createElement("span");
      part.dataset.kind = kind;
      part.style.flex = String(counts.get(kind));
      return part;
    }),
  );
  legend.replaceChildren(
    ...order.map((kind) => {
      const item = document.createElement("li");
      item.dataset.kind = kind;
      item.textContent = `${counts.get(kind)} from ${KINDS[kind]}`;
      return item;
    }),
  );
  // Written once, when all have arrived, so that a screen reader does not read 36 lines.
  if (arrivals.length === total) line.textContent = summaryLine(arrivals);
}

/** One line on bytes and times of all pictures. What the browser does not know is left out. */
export function summaryLine(arrivals: readonly Arrival[]): string {
  const sum = (of: (arrival: Arrival) => number) => arrivals.reduce((total, arrival) => total + of(arrival), 0);
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const sizes = arrivals.every(({ bytes }) => bytes > 0)
    ? `: ${megabytes(sum(({ bytes }) => bytes))} instead of the originals' ${megabytes(sum((one) => one.originalBytes))}`
    : "";
  const middle = median(arrivals.flatMap(({ provenance }) => provenance.ms ?? []));
  const half = middle === null ? "" : ` Half of them took the Worker ${milliseconds(middle)} at most.`;
  return `All ${arrivals.length} pictures are drawn${sizes}.${half}`;
}
