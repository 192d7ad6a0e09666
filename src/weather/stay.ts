/**
 * What became of a move: whether the new store has the pictures by now, and whether the move pays. Pure.
 *
 * The gain is counted in milliseconds of readers' look-ups: what they would have taken at home, less what they take. A
 * picture that the new store does not have is read from the old one, or from the primary when the change is over, so the
 * misses of a move count against its gain.
 */
import { medianOf } from "./median.ts";
import { RULES } from "./rules.ts";
import { type Measured, PRIMARY_STORE } from "./window.ts";

/** A data centre since its last change. Times in unix ms. */
export type Stay = {
  readonly from: string;
  readonly to: string;
  readonly at: number;
  /** The time of the last window that was counted. */
  readonly until: number;
  /** Reads of the new store that were counted. */
  readonly samples: number;
  /** Shares of the reads that the new and the old store had, as moving means. Null = not known yet. */
  readonly hits: { readonly now: number; readonly before: number } | null;
  /** Milliseconds, decaying. */
  readonly gain: number;
  /** Since when the store that is read has no figure; null = it has one. */
  readonly unknownSince: number | null;
};

export function newStay(from: string, to: string, now: number): Stay {
  return { from, to, at: now, until: now, samples: 0, hits: null, gain: 0, unknownSince: null };
}

/** What the stores take from the data centre now, in milliseconds; null = not known. */
export type ReadMs = { readonly now: number | null; readonly home: number | null; readonly primary: number | null };

/** Weight of the newest window in the moving means. */
const NEWEST = 0.3;

/**
 * The stay after a window: `reads` are those of the data centre, `alike` those of all data centres with the same change.
 * `moving`: the old store is read beside.
 */
export function withWindow(
  stay: Stay,
  reads: readonly Measured[],
  alike: readonly Measured[],
  figures: ReadMs,
  moving: boolean,
  now: number,
): Stay {
  const count = reads.reduce((sum, one) => sum + (one.store === stay.to ? one.count : 0), 0);
  const seen = ratios(stay, reads, moving) ?? ratios(stay, alike, moving);
  const { hits: known } = stay;
  const mean = (before: number, newest: number) => before + NEWEST * (newest - before);
  const hits =
    seen === null || (known === null && seen.before === null)
      ? known
      : {
          now: mean(known?.now ?? seen.now, seen.now),
          // Nobody reads the old store after the change: what it had then stays the measure.
          before: mean(known?.before ?? seen.before ?? 0, seen.before ?? known?.before ?? 0),
        };
  const decay = Math.exp(-Math.max(0, now - stay.until) / RULES.gainMs);
  const gain = stay.gain * decay + count * gainOfRead(hits, figures, moving);
  const unknownSince = figures.now === null ? (stay.unknownSince ?? now) : null;
  return { ...stay, until: now, samples: stay.samples + count, hits, gain, unknownSince };
}

/** The change is over: the new store has what the old one has, or it has had its time. */
export function isSettled({ at, samples, hits }: Stay, now: number): boolean {
  if (now - at >= RULES.mostMovingMs) return true;
  return hits !== null && samples >= RULES.samples && hits.now >= RULES.settled * hits.before;
}

/** Enough was read to say that the move costs more than it gains. */
export function isUnpaid({ samples, gain }: Stay): boolean {
  return samples >= RULES.samples && gain < 0;
}

/** What a read gains on average, in milliseconds. Without a figure it is 0. */
function gainOfRead(hits: Stay["hits"], { now, home, primary }: ReadMs, moving: boolean): number {
  if (hits === null || now === null || home === null) return 0;
  const had = Math.min(hits.now, hits.before);
  const lost = moving ? 0 : (hits.before - had) * ((primary ?? Math.max(now, home)) - home);
  return had * (home - now) - lost;
}

/** By the isolates' medians. Null: too few isolates. While moving only those count that read both stores. */
function ratios(
  { from, to }: Stay,
  reads: readonly Measured[],
  moving: boolean,
): { readonly now: number; readonly before: number | null } | null {
  const of = (store: string) =>
    new Map(
      reads.flatMap((one) => (one.store === store ? [[`${one.colo} ${one.isolate}`, one.hitRatio] as const] : [])),
    );
  const [news, olds] = [of(to), of(from)];
  const isolates = [...news.keys()].filter((isolate) => !moving || olds.has(isolate));
  if (isolates.length < RULES.isolates) return null;
  const now = medianOf(isolates.map((isolate) => news.get(isolate) ?? 0)) ?? 0;
  return { now, before: moving ? (medianOf(isolates.map((isolate) => olds.get(isolate) ?? 0)) ?? 0) : null };
}

/** What the primary takes from the data centre in this window, in milliseconds; null = not known. */
export function primaryMs(reads: readonly Measured[]): number | null {
  const own = reads.filter(({ store }) => store === PRIMARY_STORE);
  return own.length < RULES.isolates ? null : (medianOf(own.map(({ ms }) => ms)) ?? null);
}
