/** Writes under each picture that arrives which store answered and in how many milliseconds. */
import { milliseconds, type Provenance, provenanceOf, sentence } from "./provenance.ts";

/** One picture that has arrived. */
export type Arrival = { readonly provenance: Provenance; readonly bytes: number; readonly originalBytes: number };

/** Calls `onArrival` after each arrival, with all arrivals so far. */
export function watchCards(grid: HTMLElement, onArrival: (arrivals: readonly Arrival[]) => void): void {
  const timings = new Map<string, PerformanceResourceTiming>();
  const arrivals = new Map<HTMLElement, Arrival>();

  const settle = (card: HTMLElement): void => {
    const image = card.querySelector("img");
    const note = card.querySelector<HTMLElement>("[data-how]");
    if (image === null || note === null || !image.complete || image.currentSrc === "") return;
    const timing = timings.get(image.currentSrc);
    if (image.naturalWidth === 0) {
      note.textContent = "did not come";
    } else if (timing !== undefined && !arrivals.has(card)) {
      const provenance = provenanceOf(timing.serverTiming);
      note.dataset.kind = provenance.kind;
      note.textContent = sentence(provenance, document.body.dataset.region);
      note.title = [
        provenance.cacheStatus,
        ...provenance.stages.map(({ name, ms }) => `${name} ${milliseconds(ms)}`),
      ].join("\n");
      arrivals.set(card, { provenance, bytes: timing.encodedBodySize, originalBytes: Number(card.dataset.bytes ?? 0) });
      onArrival([...arrivals.values()]);
    }
  };
  const cards = [...grid.querySelectorAll<HTMLElement>(".card")];
  for (const card of cards) {
    const image = card.querySelector("img");
    image?.addEventListener("load", () => settle(card));
    image?.addEventListener("error", () => settle(card));
  }
  // The timing entry comes before or after the load event of its picture. Both call settle.
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry instanceof PerformanceResourceTiming) timings.set(entry.name, entry);
    }
    for (const card of cards) settle(card);
  }).observe({ type: "resource", buffered: true });
}
