/** What the Server-Timing of an answer says, in words. Runs in the browser. Pure. */

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

export const KINDS = {
  edge: "the edge cache",
  kv: "KV",
  region: "the regional store",
  primary: "the primary store",
  derived: "a larger copy we had",
  "stale-if-error": "a kept copy, the source fails",
  source: "the source, just now",
  unknown: "unknown",
} as const satisfies Record<string, string>;

export type Kind = keyof typeof KINDS;

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
  return Object.hasOwn(KINDS, detail) ? (detail as Kind) : "unknown";
}

/** Where an answer came from and how long it took. Unknown parts are left out; if both are unknown it is a dash. */
export function sentence({ kind, ms }: Pick<Provenance, "kind" | "ms">, region = ""): string {
  const from = kind === "region" && region !== "" ? `${KINDS.region} (${region})` : KINDS[kind];
  return [...(kind === "unknown" ? [] : [from]), ...(ms === null ? [] : [milliseconds(ms)])].join(", ") || "–";
}

/** Milliseconds as text, with one decimal below ten. The space before the unit does not break. */
export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}\u00a0ms`;
}

/** The median of some numbers; null for none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[sorted.length >> 1] ?? 0;
  const low = sorted[(sorted.length - 1) >> 1] ?? 0;
  return (low + high) / 2;
}
