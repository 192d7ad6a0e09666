/** What the Server-Timing of an answer says, in words. Runs in the browser. Pure. */
import { KINDS, type Kind, type Reader, storeName } from "../stores.ts";

/** One entry of Server-Timing, as `PerformanceResourceTiming.serverTiming` has it. */
export type TimingEntry = { readonly name: string; readonly duration: number; readonly description: string };

export type Provenance = {
  /** Which store answered, or `source`, or `unknown`. */
  readonly kind: Kind;
  /** Milliseconds inside the Worker; null when the answer does not say. */
  readonly ms: number | null;
  /** Its stages, in the order in which the Worker lists them. */
  readonly stages: readonly { readonly name: string; readonly ms: number }[];
  /** The value of Cache-Status (RFC 9211). */
  readonly cacheStatus: string;
};

/** Reads the entries of one answer. `answer` is the entry in which the demo's server repeats Cache-Status. */
export function provenanceOf(timing: readonly TimingEntry[]): Provenance {
  const cacheStatus = timing.find((entry) => entry.name === "answer")?.description ?? "";
  const stages = timing
    .filter((entry) => entry.name !== "answer" && entry.name !== "total")
    .map(({ name, duration }) => ({ name, ms: duration }));
  return {
    kind: kindOf(cacheStatus),
    ms: timing.find(({ name }) => name === "total")?.duration ?? null,
    stages,
    cacheStatus,
  };
}

/** `firstlight; hit; detail=kv` -> `kv`; `firstlight; fwd=miss; …` -> `source`. */
export function kindOf(cacheStatus: string): Kind {
  const [, ...parameters] = cacheStatus.split(";").map((part) => part.trim());
  if (parameters.some((part) => part.startsWith("fwd="))) return "source";
  const detail = parameters.find((part) => part.startsWith("detail="))?.slice("detail=".length) ?? "";
  return KINDS.find((kind) => kind === detail) ?? "unknown";
}

/**
 * Where an answer came from and how long it took. Without Server-Timing it is the time of the whole download, which
 * `downloadMs` gives. `dead`: the picture's source refuses every connection.
 */
export function sentence(
  { kind, ms }: Pick<Provenance, "kind" | "ms">,
  reader: Reader,
  { downloadMs, dead }: { readonly downloadMs: number; readonly dead: boolean },
): string {
  if (kind === "unknown") {
    const time = ms === null ? `download took ${milliseconds(downloadMs)}` : milliseconds(ms);
    return dead ? `source is dead; ${time}` : time;
  }
  const store = storeName(kind, reader);
  const time = ms === null ? "" : `, ${milliseconds(ms)}`;
  return dead && kind !== "source" ? `source is dead; served from the ${store}${time}` : `${store}${time}`;
}

/** Milliseconds as text, with one decimal below ten. The space before the unit does not break. */
export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u00a0ms`;
}

/** Bytes as megabytes, with one decimal from one on, else with two. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)}\u00a0MB`;
}

/**
 * The value below which the share lies, by linear interpolation between the sorted values (0.5: the median); null for no
 * values.
 */
export function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? 0;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number | null => quantile(values, 0.5);
