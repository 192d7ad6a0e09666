/**
 * Which hints were of use, from the log lines of sampled sources. The Worker keeps nothing for this: the line of a warmed
 * picture and the line of a reader who asks for it have the same source and variant.
 */
import type { Trace } from "../../telemetry.ts";

/** A hint is useless when nobody has read its picture in this time. */
export const USEFUL_MS = 3_600_000;

/**
 * What became of a warmed picture. `read`: a reader of the region asked for it. `other`: readers there asked for the
 * source in another size or format only. `elsewhere`: readers of other regions only. `unread`: nobody asked for the
 * source. `open`: the log ends before its hour.
 */
export const FATES = ["read", "other", "elsewhere", "unread", "open"] as const;
export type Fate = (typeof FATES)[number];

export type HintSummary = {
  readonly fates: Readonly<Record<Fate, number>>;
  /** [what the hints named, what readers asked for instead, hints], most first; options without the key's digits. */
  readonly mismatches: readonly (readonly [string, string, number])[];
};

type Event = { readonly variant: string; readonly region: string; readonly at: number; readonly weight: number };
type Source = { readonly hints: Event[]; readonly reads: Event[] };

export class HintFigures {
  #sources = new Map<string, Source>();
  #last = 0;

  /** Takes the lines in any order. `weight`: how many like it the line stands for. */
  add(
    trace: Pick<Trace, "audience" | "outcome" | "reason" | "source" | "variant" | "region" | "time">,
    weight = 1,
  ): void {
    const at = Date.parse(trace.time);
    this.#last = Math.max(this.#last, at || 0);
    if (trace.source === "" || trace.source === undefined || Number.isNaN(at)) return;
    const isHint = trace.outcome === "made" || trace.outcome === "present";
    const isRead = trace.audience === "reader" && trace.reason === "ok";
    if (!isHint && !isRead) return;
    const source = this.#sources.get(trace.source) ?? { hints: [], reads: [] };
    this.#sources.set(trace.source, source);
    (isHint ? source.hints : source.reads).push({ variant: trace.variant, region: trace.region, at, weight });
  }

  /** The log goes on to `at` (unix ms), even if nothing of a sampled source is in that part of it. */
  endsAt(at: number): void {
    this.#last = Math.max(this.#last, at);
  }

  summary(): HintSummary {
    const fates = { read: 0, other: 0, elsewhere: 0, unread: 0, open: 0 };
    const mismatches = new Map<string, number>();
    for (const { hints, reads } of this.#sources.values()) {
      for (const hint of hints) {
        const later = reads.filter(({ at }) => at >= hint.at && at <= hint.at + USEFUL_MS);
        const fate = fateOf(hint, later, this.#last);
        fates[fate] += hint.weight;
        if (fate !== "other") continue;
        const asked = later.find(({ region }) => region === hint.region)?.variant ?? "";
        const pair = JSON.stringify([optionsOf(hint.variant), optionsOf(asked)]);
        mismatches.set(pair, (mismatches.get(pair) ?? 0) + hint.weight);
      }
    }
    const sorted = [...mismatches].sort((a, b) => b[1] - a[1]);
    return {
      fates,
      mismatches: sorted.map(([pair, count]) => {
        const [named = "", asked = ""] = JSON.parse(pair) as readonly string[];
        return [named, asked, count];
      }),
    };
  }
}

function fateOf(hint: Event, later: readonly Event[], last: number): Fate {
  const there = later.filter(({ region }) => region === hint.region);
  if (there.some(({ variant }) => variant === hint.variant)) return "read";
  if (hint.at + USEFUL_MS > last) return "open";
  if (there.length > 0) return "other";
  return later.length > 0 ? "elsewhere" : "unread";
}

function optionsOf(variant: string): string {
  return variant.slice(0, variant.lastIndexOf("#"));
}
