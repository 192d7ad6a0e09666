/** Runs the race: pages with the warmer, then pages without it, one at a time, and shows what happened. */
import type { EdgeMoments } from "../../race/moments.ts";
import type { RacePage } from "../../race/raceServer.ts";
import { median, milliseconds, provenanceOf } from "./provenance.ts";
import { showResults } from "./raceResults.ts";
import { LANES, type Lane, type Runner } from "./runner.ts";
import { drawWaterfall } from "./waterfall.ts";

/** Connects the form of the section. Each press of the button adds nothing to the last race: it starts anew. */
export function watchRace(section: HTMLElement): void {
  const form = section.querySelector("form");
  const button = form?.querySelector("button");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button == null || button.disabled) return;
    button.disabled = true;
    await race(section, new FormData(form)).catch((error: unknown) => {
      say(section, error instanceof Busy ? "Another race is running. Try again." : "The race could not be run.");
    });
    button.disabled = false;
  });
}

class Busy extends Error {}

/** Whether this page has raced before. */
let isWarm = false;

async function race(section: HTMLElement, choice: FormData): Promise<void> {
  const chosen = choice.get("warmer");
  const lanes = LANES.filter((lane) => chosen === "both" || chosen === lane);
  const runs = Number(choice.get("runs"));
  const runners: Record<Lane, Runner[]> = { on: [], off: [] };
  const results = section.querySelector<HTMLElement>(".results");
  if (results === null) return;
  say(section, "Starting two data centres and a warmer …");
  // Without the plot the table still says all of it.
  const plot = await import("./racePlot.ts").catch(() => undefined);
  // Isolates that have just been started compile what they run. That page is not counted.
  if (!isWarm) for (const lane of lanes) await onePage(section, choice, lane);
  isWarm = true;
  for (let run = 1; run <= runs; run++) {
    // The lanes run apart: pictures of one must not wait for those of the other.
    for (const lane of lanes) {
      const page = await onePage(section, choice, lane);
      runners[lane].push(...page);
      results.hidden = false;
      say(section, `Page ${run} of ${runs}, warmer ${lane} …`, true);
      drawWaterfall(
        section,
        lane,
        page.map(({ moments }) => moments),
      );
    }
    showResults(section, runners);
    plot?.drawPlot(section, runners);
  }
  for (const lane of LANES) if (!lanes.includes(lane)) drawWaterfall(section, lane, []);
  say(section, verdict(runners, choice.get("distances") !== null));
}

/** Asks the API server for a page, loads its pictures, and asks the edges what they saw. */
async function onePage(section: HTMLElement, choice: FormData, lane: Lane): Promise<readonly Runner[]> {
  const settings = new URLSearchParams({
    place: String(choice.get("place")),
    think: String(choice.get("think")),
    distances: choice.get("distances") === null ? "off" : "on",
    warmer: lane,
  });
  const answer = await fetch(`/race/start?${settings}`, { method: "POST" });
  if (answer.status === 409) throw new Busy();
  const { hintedAt, pictures, trips } = (await answer.json()) as RacePage;
  showTrips(section, trips);
  const stage = document.createElement("div");
  stage.className = "stage";
  document.body.append(stage);
  try {
    const drawn = await Promise.all(pictures.map(({ src, alt }) => draw(stage, src, alt)));
    const edges = (await (await fetch("/race/end", { method: "POST" })).json()) as readonly EdgeMoments[];
    return drawn.map(({ timing, drawnAt }, at): Runner => {
      const since = (unixMs: number | null | undefined) => (unixMs == null ? null : unixMs - hintedAt);
      const origin = performance.timeOrigin;
      const { pushed, stored } = edges[at] ?? { pushed: null, stored: null };
      return {
        firstByteMs: timing.responseStart - timing.requestStart,
        kind: provenanceOf(timing.serverTiming).kind,
        moments: {
          ...{ hint: lane === "on" ? 0 : null, pushed: since(pushed), stored: since(stored) },
          asked: since(origin + timing.requestStart) ?? 0,
          firstByte: since(origin + timing.responseStart) ?? 0,
          drawn: since(origin + drawnAt) ?? 0,
        },
      };
    });
  } finally {
    stage.remove();
  }
}

function showTrips(section: HTMLElement, { readerEdge, edgeRegion, edgePrimary }: RacePage["trips"]): void {
  const line = section.querySelector("[data-trips]");
  if (line === null) return;
  line.textContent =
    `Round trips: reader to edge ${readerEdge} ms, edge to near store ${edgeRegion} ms, ` +
    `edge to primary store ${edgePrimary} ms.`;
}

/** Loads one picture. Throws when it does not come. */
async function draw(stage: HTMLElement, src: string, alt: string) {
  const image = document.createElement("img");
  image.alt = alt;
  const address = new URL(src, location.href).href;
  const timed = new Promise<PerformanceResourceTiming>((resolve) => {
    const observer = new PerformanceObserver((list) => {
      const entry = list.getEntriesByName(address).at(-1);
      if (!(entry instanceof PerformanceResourceTiming)) return;
      observer.disconnect();
      resolve(entry);
    });
    observer.observe({ type: "resource" });
  });
  image.src = src;
  stage.append(image);
  await image.decode();
  return { drawnAt: performance.now(), timing: await timed };
}

/** The race in one or two sentences. */
function verdict(runners: Readonly<Record<Lane, readonly Runner[]>>, distances: boolean): string {
  const medianOf = (lane: Lane) => median(runners[lane].map(({ firstByteMs }) => firstByteMs));
  const [on, off] = [medianOf("on"), medianOf("off")];
  const near = runners.on.filter(({ kind }) => kind === "region" || kind === "edge").length;
  const medians = [
    ...(on === null ? [] : [`${milliseconds(on)} with the warmer`]),
    ...(off === null ? [] : [`${milliseconds(off)} without`]),
  ];
  return [
    `Median time to the first byte: ${medians.join(", ")}.`,
    ...(on === null ? [] : [`${near} of ${runners.on.length} hinted pictures were near the reader in time.`]),
    ...(distances ? [] : ["All distances were 0, so there was little to gain."]),
  ].join(" ");
}

/** `quiet`: not for screen readers, which would read every page. */
function say(section: HTMLElement, text: string, quiet = false): void {
  const line = section.querySelector("[data-result]");
  if (line === null) return;
  line.setAttribute("aria-live", quiet ? "off" : "polite");
  line.textContent = text;
}
