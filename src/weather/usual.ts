/**
 * What a store usually takes from a data centre: a mean that decays over a day. One isolate alone cannot bend it: what
 * isolates say is collected until at least three have spoken, and their median goes into the mean. Pure.
 */
import { neighboursOf } from "../coordinate/regions.ts";
import { medianOf } from "./median.ts";
import { RULES } from "./rules.ts";
import type { Measured } from "./window.ts";

/** `weight`: the samples behind the mean at the time `at` (unix ms). They decay with it. */
export type Mean = { readonly ms: number; readonly weight: number; readonly at: number };
type Said = { readonly ms: number; readonly count: number; readonly at: number };

/** Data centre -> store -> mean. */
export type Means = Readonly<Record<string, Readonly<Record<string, Mean>>>>;
/** Data centre -> store -> isolate -> what it has said since the last median. */
type Open = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Said>>>>>>;

export type Usual = { readonly means: Means; readonly open: Open };

export const NOTHING_USUAL: Usual = { means: {}, open: {} };

/** With the reads of one window, at `now` (unix ms). */
export function withReads(usual: Usual, reads: readonly Measured[], now: number): Usual {
  const means: Record<string, Record<string, Mean>> = {};
  const open: Record<string, Record<string, Record<string, Said>>> = {};
  for (const { colo, store, isolate, ms, count } of reads) {
    const stores = (open[colo] ??= recentOf(usual.open[colo] ?? {}, now));
    const isolates = (stores[store] ??= {});
    const before = isolates[isolate] ?? { ms: 0, count: 0 };
    const all = before.count + count;
    isolates[isolate] = { ms: (before.ms * before.count + ms * count) / all, count: all, at: now };
  }
  for (const [colo, stores] of Object.entries(open)) {
    for (const [store, isolates] of Object.entries(stores)) {
      const said = Object.values(isolates);
      const ms = said.length >= RULES.isolates ? medianOf(said.map((one) => one.ms)) : undefined;
      if (ms === undefined) continue;
      stores[store] = {};
      const count = said.reduce((sum, one) => sum + Math.min(one.count, RULES.isolateSamples), 0);
      const known = usual.means[colo]?.[store];
      (means[colo] ??= { ...usual.means[colo] })[store] = withValue(known, ms, count, now);
    }
  }
  return { means: { ...usual.means, ...means }, open: { ...usual.open, ...open } };
}

/**
 * Copies of the tables of a data centre, without what is too old. An isolate that is gone never speaks again: where few
 * speak, what they have said would pile up for ever.
 */
function recentOf(stores: Open[string], now: number): Record<string, Record<string, Said>> {
  const recent = (said: Open[string][string]) =>
    Object.fromEntries(Object.entries(said).filter(([, { at }]) => now - at < RULES.recentMs));
  return Object.fromEntries(Object.entries(stores).map(([store, said]) => [store, recent(said)]));
}

/** What `store` usually takes from `colo`, in milliseconds; null when it has too few samples of its own. */
export function ownUsual(means: Means, colo: string, store: string, now: number): number | null {
  const mean = means[colo]?.[store];
  return mean !== undefined && weightAt(mean, now) >= RULES.samples ? mean.ms : null;
}

/**
 * The same. With too few samples of its own, the neighbours of the data centre say how much longer `store` takes than its
 * `home`. The difference is used and not their figure: a data centre far from all stores stays far. Null: nobody knows.
 */
export function usualMs(means: Means, colo: string, store: string, home: string, now: number): number | null {
  const own = ownUsual(means, colo, store, now);
  if (own !== null || store === home) return own;
  const base = ownUsual(means, colo, home, now);
  if (base === null) return null;
  let [weight, sum] = [0, 0];
  for (const neighbour of neighboursOf(colo)) {
    const mean = means[neighbour]?.[store];
    const near = ownUsual(means, neighbour, home, now);
    if (mean === undefined || near === null) continue;
    const samples = weightAt(mean, now);
    weight += samples;
    sum += samples * (mean.ms - near);
  }
  return weight >= RULES.samples ? Math.max(0, base + sum / weight) : null;
}

/** The mean with one more value. */
export function withValue(mean: Mean | undefined, ms: number, count: number, now: number): Mean {
  const weight = mean === undefined ? 0 : weightAt(mean, now);
  return { ms: ((mean?.ms ?? 0) * weight + ms * count) / (weight + count), weight: weight + count, at: now };
}

/** The samples behind a mean, less with time. */
export function weightAt({ weight, at }: Mean, now: number): number {
  return weight * Math.exp(-Math.max(0, now - at) / RULES.usualMs);
}
