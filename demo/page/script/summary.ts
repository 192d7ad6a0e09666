/** The figures, the bars and the path at the top of the page. */
import { KINDS, type Kind } from "../stores.ts";
import type { Arrival } from "./cards.ts";
import { keepLoad, type Load, lastLoad } from "./loads.ts";
import { median, megabytes, milliseconds } from "./provenance.ts";

/** Shows the load before this one. Call it once, at the start. */
export function showLastLoad(): void {
  const load = lastLoad();
  const line = document.getElementById("before");
  if (load === null || line === null) return;
  line.hidden = false;
  drawBar(line, load, `the load before, ${load.direct ? "without Firstlight" : `in ${load.city}`}`);
}

/** Shows the arrivals so far. The page has `total` pictures. */
export function showSummary(arrivals: readonly Arrival[], total: number): void {
  const { city = "", direct } = document.body.dataset;
  const load = loadOf(arrivals, city, direct !== undefined);
  const line = document.getElementById("now");
  if (line !== null) drawBar(line, load, load.direct ? "this load, without Firstlight" : `this load, in ${city}`);
  for (const kind of KINDS) {
    const count = load.counts[kind] ?? 0;
    for (const element of document.querySelectorAll<HTMLElement>(`.report li[data-kind="${kind}"]`)) {
      setText(element.querySelector("[data-count]"), count === 0 ? "" : String(count));
      element.dataset.used = String(count > 0);
    }
  }
  setText(document.getElementById("bytes"), bytesLine(arrivals, load.direct));
  setText(document.getElementById("median"), load.medianMs === null ? "not known" : milliseconds(load.medianMs));
  const drawn = arrivals.filter(({ broken }) => !broken);
  const withheld = document.getElementById("withheld");
  if (withheld !== null) withheld.hidden = load.direct || !drawn.some((one) => one.withheld);
  if (load.direct || drawn.some((one) => one.withheld)) {
    setText(document.getElementById("median-label"), "median time of a download");
  }
  if (arrivals.length < total) return;
  keepLoad(load);
  // Written once, when all have arrived, so that a screen reader does not read 36 lines.
  setText(document.getElementById("summary"), summaryLine(arrivals, load));
}

export function loadOf(arrivals: readonly Arrival[], city: string, direct: boolean): Load {
  const counts: Partial<Record<Kind, number>> = {};
  const drawn = arrivals.filter(({ broken }) => !broken);
  for (const { provenance } of drawn) counts[provenance.kind] = (counts[provenance.kind] ?? 0) + 1;
  const times = drawn.map(({ provenance, downloadMs }) => provenance.ms ?? downloadMs).filter((ms) => ms > 0);
  return { counts, city, direct, broken: arrivals.length - drawn.length, medianMs: median(times) };
}

/** What the originals weigh and what came. A browser that tells no sizes leaves the second out. */
export function bytesLine(arrivals: readonly Arrival[], direct: boolean): string {
  const sum = (of: (arrival: Arrival) => number) => arrivals.reduce((total, arrival) => total + of(arrival), 0);
  const originals = megabytes(sum(({ originalBytes }) => originalBytes));
  const drawn = arrivals.filter(({ broken }) => !broken);
  if (!drawn.every(({ bytes }) => bytes > 0)) return originals;
  const came = megabytes(sum(({ bytes }) => bytes));
  return direct ? came : `${originals} → ${came}`;
}

/** All figures in one sentence. */
export function summaryLine(arrivals: readonly Arrival[], load: Load): string {
  const { broken, medianMs } = load;
  const drawn =
    broken === 0 ? `All ${arrivals.length} pictures are drawn` : `${broken} of ${arrivals.length} pictures are broken`;
  const bytes = bytesLine(arrivals, load.direct).replace(" → ", " became ");
  return `${drawn}: ${bytes}.${medianMs === null ? "" : ` The median time was ${milliseconds(medianMs)}.`}`;
}

/** One part for each store, as wide as its number of pictures. */
function drawBar(line: HTMLElement, { counts, broken, medianMs }: Load, name: string): void {
  const parts = [...KINDS.map((kind) => [kind, counts[kind] ?? 0] as const), ["broken", broken] as const];
  const spans = parts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => {
      const part = document.createElement("span");
      part.dataset.kind = kind;
      part.style.flex = String(count);
      part.textContent = kind === "broken" ? `${count} broken` : String(count);
      return part;
    });
  line.querySelector(".bar")?.replaceChildren(...spans);
  setText(line.querySelector(".load-name"), medianMs === null ? name : `${name}: median ${milliseconds(medianMs)}`);
}

export function setText(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}
