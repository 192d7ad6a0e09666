/** The race's plot: how many pictures had their first byte after how many milliseconds, with medians and p95 as lines. */
import "./language.ts";
import uPlot from "uplot";
import { milliseconds, quantile } from "./provenance.ts";
import { LANES, type Lane, type Runner } from "./runner.ts";

const HEIGHT = 220;
const BINS = 36;
const COLOURS: Readonly<Record<Lane, string>> = { on: "--region", off: "--source" };
const NAMES: Readonly<Record<Lane, string>> = { on: "with the warmer", off: "without" };
/** Dashes of the line at p95, in pixels. The median's is solid. */
const DASHES = [4, 4];

let plot: uPlot | undefined;

export function drawPlot(section: HTMLElement, runners: Readonly<Record<Lane, readonly Runner[]>>): void {
  const place = section.querySelector<HTMLElement>("[data-plot]");
  if (place === null) return;
  const lanes = LANES.filter((lane) => runners[lane].length > 0);
  const times = lanes.map((lane) => runners[lane].map(({ firstByteMs }) => firstByteMs));
  plot?.destroy();
  plot = new uPlot(optionsOf(place, lanes, times), histogram(times), place);
}

/** One row of bin starts and one row of counts for each lane. All lanes have the same bins. */
export function histogram(times: readonly (readonly number[])[]): [number[], ...number[][]] {
  const most = Math.max(1, ...times.flat());
  const width = widthOf(most / BINS);
  const count = Math.floor(most / width) + 2;
  const starts = Array.from({ length: count }, (_, bin) => bin * width);
  const rows = times.map((lane) =>
    starts.map((start) => lane.filter((ms) => ms >= start && ms < start + width).length),
  );
  return [starts, ...rows];
}

/** The next of 1, 2, 5, 10, 20, … */
function widthOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= least) ?? power;
}

function optionsOf(place: HTMLElement, lanes: readonly Lane[], times: readonly (readonly number[])[]): uPlot.Options {
  const colour = (name: string) => colourOf(place, `var(${name})`);
  const line = { stroke: colour("--line"), width: 1 };
  const axis = {
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    stroke: colour("--quiet"),
    grid: line,
    ticks: line,
  };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    ...{ width: place.clientWidth, height: HEIGHT, cursor: { show: false }, legend: { show: false } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, values: (_, marks) => marks.map((ms) => `${ms} ms`) },
      { ...axis, label: "pictures", labelSize: 20, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100] },
    ],
    series: [
      {},
      ...lanes.map((lane) => ({
        label: NAMES[lane],
        stroke: colour(COLOURS[lane]),
        fill: colourOf(place, `color-mix(in srgb, var(${COLOURS[lane]}) 28%, transparent)`),
        ...(stepped === undefined ? {} : { paths: stepped }),
        points: { show: false },
      })),
    ],
    hooks: {
      draw: [
        (drawn) => {
          for (const [at, lane] of lanes.entries()) drawQuantiles(drawn, times[at] ?? [], colour(COLOURS[lane]), at);
        },
      ],
    },
  };
}

/** A colour of the style sheet as a canvas takes it: in light or dark, as the page is. */
function colourOf(place: HTMLElement, colour: string): string {
  const probe = document.createElement("span");
  probe.style.color = colour;
  place.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}

function drawQuantiles({ ctx, bbox, valToPos }: uPlot, times: readonly number[], colour: string, row: number): void {
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.font = `600 ${12 * devicePixelRatio}px system-ui, sans-serif`;
  for (const [name, share] of [
    ["median", 0.5],
    ["p95", 0.95],
  ] as const) {
    const ms = quantile(times, share) ?? 0;
    const x = valToPos(ms, "x", true);
    ctx.setLineDash(share === 0.5 ? [] : DASHES.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const text = `${name} ${milliseconds(ms)}`;
    const line = (row * 2 + (share === 0.5 ? 1 : 2)) * 15 * devicePixelRatio;
    const isRight = x + ctx.measureText(text).width + 8 * devicePixelRatio > bbox.left + bbox.width;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.fillText(text, x + (isRight ? -5 : 5) * devicePixelRatio, bbox.top + line);
  }
  ctx.restore();
}
