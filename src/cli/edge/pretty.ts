/** The Worker's log for people: a short line per request, and a summary every minute. */
import type { UsageLine } from "../../record.ts";
import type { Trace } from "../../telemetry.ts";
import { HintFigures } from "../figures/hints.ts";
import { ReaderFigures } from "../figures/readers.ts";
import { tracesIn, usageIn } from "../figures/traces.ts";
import { hintLines, readerLine } from "../figures/words.ts";

/** `12:34:56 reader 200 edge 3 ms photon images.example.org weur webp`; what is not the Worker's own stays as it is. */
export function prettyLine(message: string): string {
  const [trace] = tracesIn(message);
  if (trace !== undefined) return lineOf(trace);
  const [usage] = usageIn(message);
  return usage === undefined ? message : usageText(usage);
}

/** `12:34:56 background used kvWrites 1, r2Writes 5`. */
function usageText({ time, audience, usage }: UsageLine): string {
  const used = Object.entries(usage ?? {}).map(([kind, count]) => `${kind} ${count}`);
  return `${time.slice(11, 19)} ${audience} used ${used.join(", ")}`;
}

function lineOf(trace: Trace): string {
  const { time, level, audience, status, outcome, hit, reason, stages, door, sourceHost, region, format, failure } =
    trace;
  // A job stores no AVIF that is not smaller than the WebP.
  const kept = audience === "job" && door === "avif" && reason === "ok" ? (trace.stored ? "stored" : "not stored") : "";
  const how = reason === "ok" ? [outcome, hit ?? (door === "" || door === "behind" ? "" : "miss")] : [outcome, reason];
  const why = failure === undefined ? [] : [`(${failure})`];
  const ms = `${(stages.total ?? 0).toFixed(0)} ms`;
  const words = [time.slice(11, 19), level === "error" ? "ERROR" : "", audience, status, ...how, ms, door, sourceHost];
  return [...words, region, format, kept, ...why].filter((word) => word !== "").join(" ");
}

/** Collects lines; `take` gives the summary since the last call, empty when no line came. */
export class MinuteSummary {
  #readers = new ReaderFigures();
  #hints = new HintFigures();
  #lines = 0;

  add(message: string): void {
    for (const trace of tracesIn(message)) {
      this.#lines++;
      this.#readers.add(trace);
      this.#hints.add(trace);
    }
  }

  /** The hints are those since the start: an hour decides about each. */
  take(): readonly string[] {
    if (this.#lines === 0) return [];
    const readers = this.#readers.summary();
    this.#readers = new ReaderFigures();
    this.#lines = 0;
    return [`-- ${readerLine(readers)}`, ...hintLines(this.#hints.summary()).map((line) => `-- ${line}`)];
  }
}
