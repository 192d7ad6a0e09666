/** Writes under each picture that arrives which store answered and in how many milliseconds. */
import type { Reader } from "../stores.ts";
import { megabytes, milliseconds, type Provenance, provenanceOf, sentence } from "./provenance.ts";

/** One picture that has arrived, or has not. */
export type Arrival = {
  readonly provenance: Provenance;
  /** What came over the network; 0 if the browser does not say. */
  readonly bytes: number;
  readonly originalBytes: number;
  /** From the request to the last byte. */
  readonly downloadMs: number;
  /** The browser withholds Server-Timing. */
  readonly withheld: boolean;
  /** No picture came. */
  readonly broken: boolean;
};

/** How long a picture may be drawn before its timing entry comes. Some browsers never give one. */
const TIMING_WITHIN_MS = 1_500;
const NOTHING: Provenance = { kind: "unknown", ms: null, stages: [], cacheStatus: "" };

/** Calls `onArrival` after each arrival, with all arrivals so far. `direct`: the pictures are plain originals. */
export function watchCards(
  grid: HTMLElement,
  reader: Reader,
  direct: boolean,
  onArrival: (arrivals: readonly Arrival[]) => void,
): void {
  const timings = new Map<string, PerformanceResourceTiming>();
  const arrivals = new Map<HTMLElement, Arrival>();

  const settle = (card: HTMLElement, untimed = false): void => {
    const image = card.querySelector("img");
    const note = card.querySelector<HTMLElement>("[data-how]");
    if (image === null || note === null || !image.complete || image.currentSrc === "" || arrivals.has(card)) return;
    const timing = timings.get(image.currentSrc);
    const broken = image.naturalWidth === 0;
    if (timing === undefined && !broken && !untimed) return;
    const arrival = arrivalOf(card, timing, broken);
    arrivals.set(card, arrival);
    write(note, card, arrival, reader, direct);
    onArrival([...arrivals.values()]);
  };

  const cards = [...grid.querySelectorAll<HTMLElement>(".card")];
  for (const card of cards) {
    const image = card.querySelector("img");
    const note = card.querySelector<HTMLElement>("[data-how]");
    if (note !== null) note.textContent = "on its way";
    const later = () => {
      settle(card);
      setTimeout(() => settle(card, true), TIMING_WITHIN_MS);
    };
    if (image?.complete) later();
    image?.addEventListener("load", later);
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

function arrivalOf(card: HTMLElement, timing: PerformanceResourceTiming | undefined, broken: boolean): Arrival {
  const entries = timing?.serverTiming ?? [];
  return {
    provenance: timing === undefined || broken ? NOTHING : provenanceOf(entries),
    bytes: timing?.encodedBodySize ?? 0,
    originalBytes: Number(card.dataset.bytes ?? 0),
    downloadMs: timing?.duration ?? 0,
    withheld: !broken && entries.length === 0,
    broken,
  };
}

function write(note: HTMLElement, card: HTMLElement, arrival: Arrival, reader: Reader, direct: boolean): void {
  const { provenance, broken, bytes, downloadMs } = arrival;
  const dead = card.dataset.dead !== undefined;
  card.dataset.broken = String(broken);
  if (direct) {
    const why = card.dataset.insecure === undefined ? "" : "refused: this page has HTTPS, the source has not";
    const failed = dead ? "broken: the source is dead" : why || "broken";
    note.textContent = broken ? failed : `${megabytes(bytes)}, ${milliseconds(downloadMs)}`;
    return;
  }
  note.dataset.kind = provenance.kind;
  note.textContent = broken ? "did not come" : sentence(provenance, reader, { downloadMs, dead });
  note.title = [provenance.cacheStatus, ...provenance.stages.map(({ name, ms }) => `${name} ${milliseconds(ms)}`)].join(
    "\n",
  );
}
