/** The first bytes of both sides as an SVG: one row per place, bars for each side, and its median. Pure. */
import { quantileOf } from "./interval.ts";

export type HistogramRow = {
  readonly title: string;
  /** First bytes in ms. */
  readonly on: readonly number[];
  readonly off: readonly number[];
};

const PLOT = { left: 120, width: 760, rowHeight: 100, barHeight: 65, top: 40, bottom: 50 } as const;
const BIN_MS = 10;
/** Text and colours follow the reader's scheme; the two hues differ in lightness too. */
const STYLE = `<style>
text{font:12px system-ui,sans-serif;fill:#333}.on{fill:#0b7a4b}.off{fill:#d08a2e;fill-opacity:.75}.axis{stroke:#999}.median{font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#ddd}.on{fill:#3fc98a}.off{fill:#e8ac5c}}
</style>`;

/** The document. Values beyond the 99th percentile of all are counted in the last bin. */
export function histogram(rows: readonly HistogramRow[]): string {
  const all = rows.flatMap(({ on, off }) => [...on, ...off]).sort((a, b) => a - b);
  const most = Math.max(BIN_MS, all[Math.floor((all.length - 1) * 0.99)] ?? BIN_MS);
  const bins = Math.ceil(most / BIN_MS);
  const height = PLOT.top + rows.length * PLOT.rowHeight + PLOT.bottom;
  const width = PLOT.left + PLOT.width + 20;
  const step = PLOT.width / bins;
  const body = rows.map(({ title, on, off }, i) => {
    const base = PLOT.top + (i + 1) * PLOT.rowHeight - 10;
    const counts = { off: counted(off, bins), on: counted(on, bins) };
    const highest = Math.max(1, ...counts.on, ...counts.off);
    const bars = (["off", "on"] as const).flatMap((side) =>
      counts[side].map((count, bin) => {
        const tall = (count / highest) * PLOT.barHeight;
        const x = PLOT.left + bin * step;
        return count === 0
          ? ""
          : `<rect class="${side}" x="${x.toFixed(1)}" y="${(base - tall).toFixed(1)}" width="${Math.max(1, step - 1).toFixed(1)}" height="${tall.toFixed(1)}"/>`;
      }),
    );
    const medians = [on, off].map((values) =>
      median(values, (ms) => PLOT.left + (ms / (bins * BIN_MS)) * PLOT.width, base),
    );
    const end = PLOT.left + PLOT.width;
    return `<text x="10" y="${base - 10}">${escaped(title)}</text>${bars.join("")}${medians.join("")}<line class="axis" x1="${PLOT.left}" y1="${base}" x2="${end}" y2="${base}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="First bytes with and without the warmer, and their medians">
${STYLE}
<text x="${PLOT.left}" y="20">First byte of each picture, ms</text>
<rect class="on" x="${PLOT.left + 300}" y="10" width="12" height="12"/><text x="${PLOT.left + 318}" y="20">with the warmer</text>
<rect class="off" x="${PLOT.left + 440}" y="10" width="12" height="12"/><text x="${PLOT.left + 458}" y="20">without</text>
${body.join("\n")}
${ticks(most, bins * BIN_MS, height - PLOT.bottom + 15)}
</svg>
`;
}

/** A mark above the bars, with its ms. */
function median(values: readonly number[], x: (ms: number) => number, base: number): string {
  if (values.length === 0) return "";
  const ms = quantileOf(values, 0.5);
  const [at, top] = [x(ms).toFixed(1), base - PLOT.barHeight - 4];
  return `<line class="axis" x1="${at}" y1="${base}" x2="${at}" y2="${top}"/><text class="median" x="${at}" y="${top - 3}" text-anchor="middle">${Math.round(ms)}</text>`;
}

function counted(values: readonly number[], bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(value / BIN_MS)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function ticks(most: number, end: number, y: number): string {
  const every = most > 1_000 ? 200 : most > 400 ? 100 : 50;
  const at = Array.from({ length: Math.floor(most / every) + 1 }, (_, i) => i * every);
  return at
    .map(
      (ms) =>
        `<text x="${(PLOT.left + (ms / end) * PLOT.width).toFixed(1)}" y="${y}" text-anchor="middle">${ms}</text>`,
    )
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
