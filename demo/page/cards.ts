/** Watches the pictures arrive and writes under each where it came from and in how many milliseconds. */
import { milliseconds, type Provenance, provenanceOf, sentence } from "./provenance.ts";

/** One picture that was answered. */
export type Arrival = { readonly provenance: Provenance; readonly bytes: number; readonly originalBytes: number };

/** Calls `onArrival` with all arrivals so far whenever there is one more. */
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
  // An entry may come before or after its picture's load event: both ways end in settle.
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry instanceof PerformanceResourceTiming) timings.set(entry.name, entry);
    }
    for (const card of cards) settle(card);
  }).observe({ type: "resource", buffered: true });
}
