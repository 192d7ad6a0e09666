/** One cell of a table; numbers are set to the right. */
export type Cell = string | number | null;

/**
 * A plain-text table in columns as wide as their widest cell. `null` prints as "-".
 * Takes the heads and rows of as many cells; gives lines joined by newlines.
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

/** The median of numbers in any order; the mean of the middle two for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The value below which a `share` (0..1) of the numbers lies, by nearest rank. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
