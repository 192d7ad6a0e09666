/**
 * A question to the Worker's points, as data: sql.ts writes it for Analytics Engine, evaluate.ts answers it from points in
 * memory. Both weigh a point by its sampling interval.
 */
import { POINT_BLOBS, POINT_DOUBLES } from "../../../record.ts";

export type Blob = (typeof POINT_BLOBS)[number];
export type Double = (typeof POINT_DOUBLES)[number];

/** All must hold. `is` and `isNot`: one of the values; `above`: more than the number. */
export type Condition =
  | { readonly column: Blob; readonly is: readonly string[] }
  | { readonly column: Blob; readonly isNot: readonly string[] }
  | { readonly column: Double; readonly above: number };

export type Measure =
  | { readonly kind: "count"; readonly where?: readonly Condition[] }
  | { readonly kind: "sum"; readonly column: Double; readonly where?: readonly Condition[] }
  /** The weighted quantile by nearest rank. */
  | { readonly kind: "quantile"; readonly column: Double; readonly share: number }
  /** The largest sampling interval: 1 = Analytics Engine has every point. */
  | { readonly kind: "interval" };

export type Question = {
  readonly where: readonly Condition[];
  /** One row for each combination of values. `slot`: the part of the window (unix seconds of its start). */
  readonly by: readonly (Blob | "slot" | "second")[];
  /** Rows come with the most of the first measure first. */
  readonly measures: Readonly<Record<string, Measure>>;
  readonly most: number;
};

/** From `from` up to and without `to`, unix seconds. `slotMinutes`: length of a slot. */
export type Window = { readonly from: number; readonly to: number; readonly slotMinutes: number };

/** Values of `by` are texts, except `slot` and `second`; measures are numbers. */
export type Row = Readonly<Record<string, string | number>>;

/** Name of a column in Analytics Engine, such as `blob1`. */
export function columnOf(name: Blob | Double): string {
  const blob = (POINT_BLOBS as readonly string[]).indexOf(name);
  return blob >= 0 ? `blob${blob + 1}` : `double${(POINT_DOUBLES as readonly string[]).indexOf(name) + 1}`;
}
