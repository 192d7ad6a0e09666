/** What an object knows, for the operator: `npm run weather -- show`. Pure. */
import type { WeatherState } from "./state.ts";
import { ownUsual } from "./usual.ts";

export type ColoView = {
  /** What each store usually takes, in milliseconds. Only where enough was measured. `/primary` is the primary bucket. */
  readonly usualMs: Readonly<Record<string, number>>;
  /** How much more the region that it reads takes now, in milliseconds; null = too few samples in the last minute. */
  readonly changeMs: number | null;
  /** Of a data centre that was moved: what the move has gained lately, in milliseconds of look-ups. Else null. */
  readonly gainMs: number | null;
  /** When it was moved last, unix ms. Null: not lately. */
  readonly movedAt: number | null;
};

export type WeatherView = {
  readonly region: string;
  /** The last decision, unix ms; 0 = none yet. */
  readonly at: number;
  readonly colos: Readonly<Record<string, ColoView>>;
};

export function viewOf(
  region: string,
  { usual, stays }: WeatherState,
  changes: Readonly<Record<string, number | null>>,
  at: number,
): WeatherView {
  const colos = Object.entries(usual.means).map(([colo, means]) => {
    const known = Object.keys(means).flatMap((store) => {
      const ms = ownUsual(usual.means, colo, store, at);
      return ms === null ? [] : [[store, ms] as const];
    });
    const stay = stays[colo];
    const change = { changeMs: changes[colo] ?? null, gainMs: stay?.gain ?? null, movedAt: stay?.at ?? null };
    return [colo, { usualMs: Object.fromEntries(known), ...change }] as const;
  });
  return { region, at, colos: Object.fromEntries(colos) };
}
