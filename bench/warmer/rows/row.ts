import { table } from "../../table.ts";

/** One line of the table: a figure, its baseline, and whether it reaches its target. */
export type Row = {
  readonly name: string;
  /** The figure of the 2014 loop with its unit. Null if it was not run or has none. */
  readonly baseline: string | null;
  readonly figure: string;
  /** Ratio to the baseline, or the figure itself if there is none. Null if it could not be measured. */
  readonly ratio: string | null;
  readonly target: string;
  /** Null: not judged, because there is no baseline. */
  readonly reached: boolean | null;
};

/** Compares a ratio with its target. `better` says which side is good. */
export function judge(ratio: number, target: number, better: "higher" | "lower"): boolean | null {
  if (!Number.isFinite(ratio)) return null;
  return better === "higher" ? ratio >= target : ratio <= target;
}

/** Formats a rate: `1.2 M`, `340 k`, `980`. Such a measurement is not more precise than three digits. */
export function rate(perSecond: number): string {
  if (!Number.isFinite(perSecond)) return "-";
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M`;
  return perSecond >= 1e4 ? `${Math.round(perSecond / 1e3)} k` : String(Math.round(perSecond));
}

export function times(ratio: number): string | null {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : null;
}

/** The table as text. */
export function printed(rows: readonly Row[]): string {
  const verdict = (reached: boolean | null): string =>
    reached === null ? "not judged" : reached ? "reached" : "MISSED";
  return table(
    ["", "2014 loop in Java", "Firstlight", "ratio", "target", ""],
    rows.map((row) => [row.name, row.baseline, row.figure, row.ratio, row.target, verdict(row.reached)]),
  );
}
