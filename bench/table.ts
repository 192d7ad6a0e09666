/** One cell of a table. Numbers are aligned to the right. */
export type Cell = string | number | null;

/**
 * Heads, and rows with as many cells -> a plain-text table: lines joined by newlines, each column as wide as its widest
 * cell. `null` prints as "-".
 */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = [heads, ...rows].map((row) => row.map((cell) => (cell === null ? "-" : String(cell))));
  const widths = heads.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)));
  const right = heads.map((_, column) => rows.some((row) => typeof row[column] === "number"));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(text[0] ?? []), rule, ...text.slice(1).map(line)].join("\n");
}

/** The median of numbers in any order. An even count gives the mean of the middle two, an empty list NaN. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The quantile of numbers in any order, by nearest rank. `share` is 0..1. An empty list gives NaN. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
