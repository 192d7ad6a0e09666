/**
 * How much more than usual a store takes now, pooled over the data centres that read it. Each isolate counts once, by its
 * median, so one that is broken changes nothing. Pure.
 *
 * A bad way may hit some of the data centres only. So the data centres are pooled in three groups: slower than usual,
 * faster than usual, and as usual. A data centre with enough reads of its own is its own group.
 */
import { neighboursOf } from "../coordinate/regions.ts";
import { medianOf } from "./median.ts";
import { RULES } from "./rules.ts";

/** The reads of one isolate, against what is usual in its data centre. Milliseconds. */
export type Deviation = {
  readonly colo: string;
  readonly isolate: string;
  readonly count: number;
  readonly usual: number;
  readonly delta: number;
};

/** The median of the isolates' deltas, in milliseconds; null when there are too few samples or isolates. */
export function pooledDelta(deviations: readonly Deviation[]): number | null {
  return samplesOf(deviations) >= RULES.samples ? medianOfIsolates(deviations, "delta") : null;
}

/** Of one store's reads: data centre -> how much more than usual it takes, in milliseconds; null = not known. */
export function changeByColo(deviations: readonly Deviation[]): ReadonlyMap<string, number | null> {
  const all = pooledDelta(deviations);
  const byColo = Map.groupBy(deviations, ({ colo }) => colo);
  const changes = new Map<string, number | null>([...byColo].map(([colo, own]) => [colo, pooledDelta(own) ?? all]));
  for (const units of Map.groupBy(unitsOf(byColo), kindOf).values()) {
    const ofGroup = pooledDelta(units.flat()) ?? all;
    for (const unit of units) {
      // Noise may put a data centre among those in trouble, or into a group of its own that is too small: it is not moved
      // for what the others suffer.
      const most = 2 * Math.max(0, medianOfIsolates(unit, "delta") ?? 0);
      const delta = ofGroup === null ? null : Math.min(ofGroup, most);
      for (const { colo } of unit) changes.set(colo, pooledDelta(byColo.get(colo) ?? []) ?? delta);
    }
  }
  return changes;
}

/** A data centre, or neighbours together that have too few isolates each. Those with too few together are in none. */
function unitsOf(byColo: ReadonlyMap<string, readonly Deviation[]>): readonly (readonly Deviation[])[] {
  const hasEnough = (unit: readonly Deviation[]) => isolatesOf(unit).size >= RULES.isolates;
  const units = [...byColo.values()].filter(hasEnough);
  const few = [...byColo].filter(([, own]) => !hasEnough(own));
  const together = Map.groupBy(few, ([colo]) => neighboursOf(colo)[0]);
  return [...units, ...[...together.values()].map((colos) => colos.flatMap(([, own]) => own)).filter(hasEnough)];
}

function kindOf(unit: readonly Deviation[]): "slower" | "usual" | "faster" {
  const delta = medianOfIsolates(unit, "delta") ?? 0;
  const limit = RULES.better * (medianOfIsolates(unit, "usual") ?? 0);
  if (delta > limit) return "slower";
  return delta < -limit ? "faster" : "usual";
}

function medianOfIsolates(deviations: readonly Deviation[], of: "delta" | "usual"): number | null {
  const isolates = isolatesOf(deviations);
  if (isolates.size < RULES.isolates) return null;
  const medians = [...isolates.values()].flatMap((own) => medianOf(own.map((one) => one[of])) ?? []);
  return medianOf(medians) ?? null;
}

function isolatesOf(deviations: readonly Deviation[]): ReadonlyMap<string, readonly Deviation[]> {
  return Map.groupBy(deviations, ({ isolate }) => isolate);
}

function samplesOf(deviations: readonly Deviation[]): number {
  const isolates = [...isolatesOf(deviations).values()];
  const counts = isolates.map((own) => own.reduce((sum, { count }) => sum + count, 0));
  return counts.reduce((sum, count) => sum + Math.min(count, RULES.isolateSamples), 0);
}
