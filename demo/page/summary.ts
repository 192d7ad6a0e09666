/** The line, the bar and the legend on top of the page: what all pictures together cost. */
import type { Arrival } from "./cards.ts";
import { KINDS, type Kind, median, milliseconds } from "./provenance.ts";

/** Shows the arrivals so far; `total` pictures are on the page. */
export function showSummary(arrivals: readonly Arrival[], total: number): void {
  const line = document.getElementById("summary");
  const bar = document.getElementById("bar");
  const legend = document.getElementById("legend");
  if (line === null || bar === null || legend === null) return;

  const counts = new Map<Kind, number>();
  for (const { provenance } of arrivals) counts.set(provenance.kind, (counts.get(provenance.kind) ?? 0) + 1);
  const order = (Object.keys(KINDS) as Kind[]).filter((kind) => counts.has(kind));
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
  // Said once, when all are there: a screen reader need not hear 36 lines.
  if (arrivals.length < total) return;
  const middle = median(arrivals.flatMap(({ provenance }) => provenance.ms ?? []));
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const sent = arrivals.reduce((sum, { bytes }) => sum + bytes, 0);
  const originals = arrivals.reduce((sum, { originalBytes }) => sum + originalBytes, 0);
  const half = middle === null ? "" : ` Half of them took the Worker ${milliseconds(middle)} at most.`;
  line.textContent = `All ${total} pictures are drawn: ${megabytes(sent)} instead of the originals' ${megabytes(originals)}.${half}`;
}
