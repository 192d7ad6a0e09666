/** What readers got, from the Worker's log lines. Warm, background and job work does not count. */
import { LOOK_UP_DOORS, type Trace } from "../../telemetry.ts";

/** How an answer with a picture came about. `made` was derived from a larger stored picture. */
type Kind = "hit" | "made" | "miss";

/** The same classes as in the SQL of docs/operator/watch.md. What is not named is a tier, which is a hit. */
const KINDS: Readonly<Record<string, Kind>> = { derived: "made" };

export type ReaderSummary = {
  /** All requests of readers for pictures. */
  readonly requests: number;
  /** Answers with a picture, by how they came about. */
  readonly hits: number;
  readonly made: number;
  readonly misses: number;
  /** Share of answers with a picture that a store had; null without any. */
  readonly hitRatio: number | null;
  /** Milliseconds of answers with a picture; null without any. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** Exchanges with sources, for whomever. */
  readonly fetches: number;
  /** Readers' errors: reason -> number, most first. */
  readonly errors: readonly (readonly [string, number])[];
};

/** Counts lines until `summary` is asked for. Holds a number per answer and nothing else of it. */
export class ReaderFigures {
  #requests = 0;
  #fetches = 0;
  #counts: Record<Kind, number> = { hit: 0, made: 0, miss: 0 };
  #errors = new Map<string, number>();
  #ms: number[] = [];

  add({ audience, door, reason, hit, stages }: Pick<Trace, "audience" | "door" | "reason" | "hit" | "stages">): void {
    if (stages.origin !== undefined) this.#fetches++;
    if (audience !== "reader" || LOOK_UP_DOORS.includes(door)) return;
    this.#requests++;
    if (reason !== "ok") {
      this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
      return;
    }
    this.#counts[hit === null ? "miss" : (KINDS[hit] ?? "hit")]++;
    this.#ms.push(stages.total ?? 0);
  }

  summary(): ReaderSummary {
    const { hit, made, miss } = this.#counts;
    const ms = [...this.#ms].sort((a, b) => a - b);
    return {
      requests: this.#requests,
      hits: hit,
      made,
      misses: miss,
      hitRatio: ms.length === 0 ? null : hit / ms.length,
      p50: quantile(ms, 0.5),
      p95: quantile(ms, 0.95),
      fetches: this.#fetches,
      errors: [...this.#errors].sort((a, b) => b[1] - a[1]),
    };
  }
}

/** The nearest-rank quantile of sorted numbers; null of none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
