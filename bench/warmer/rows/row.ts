import { table } from "../../table.ts";

/** One line of the table: a figure, what it is measured against, and whether it reaches its target. */
export type Row = {
  readonly name: string;
  /** The 2014 loop's own figure, with its unit; null when it was not run or has none. */
  readonly baseline: string | null;
  readonly figure: string;
  /** Ratio to the baseline, or the figure itself where there is none; null when it could not be taken. */
  readonly ratio: string | null;
  readonly target: string;
  /** null: not judged, for want of a baseline. */
  readonly reached: boolean | null;
};

/** Compares a ratio with its target. `better` says which side is good. */
export function judge(ratio: number, target: number, better: "higher" | "lower"): boolean | null {
  if (!Number.isFinite(ratio)) return null;
  return better === "higher" ? ratio >= target : ratio <= target;
}

/** `1.2 M`, `340 k`, `980`: three digits are all that such a measurement knows. */
export function rate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "-";
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M`;
  return perSecond >= 1e4 ? `${Math.round(perSecond / 1e3)} k` : String(Math.round(perSecond));
}

export function times(ratio: number): string | null {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : null;
}

/** The table as printed. */
export function printed(rows: readonly Row[]): string {
  const verdict = (reached: boolean | null): string =>
    reached === null ? "not judged" : reached ? "reached" : "MISSED";
  return table(
    ["", "2014 loop in Java", "Firstlight", "ratio", "target", ""],
    rows.map((row) => [row.name, row.baseline, row.figure, row.ratio, row.target, verdict(row.reached)]),
  );
}
