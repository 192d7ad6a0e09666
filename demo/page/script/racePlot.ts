/** The race's plot: how many pictures had their first byte after how many milliseconds, with medians and p95 as lines. */
import "../../../src/cli/operator/page/language.ts";
import uPlot from "uplot";
import { milliseconds, quantile } from "./provenance.ts";
import { LANES, type Lane, type Runner } from "./runner.ts";

const HEIGHT = 220;
const BINS = 36;
const COLOURS: Readonly<Record<Lane, string>> = { on: "--region", off: "--source" };
const NAMES: Readonly<Record<Lane, string>> = { on: "with the warmer", off: "without" };
/** Dashes of the line at p95, in pixels. The median's is solid. */
const DASHES = [4, 4];
/** Height of a label, in CSS pixels. */
const LINE = 15;

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
          const marks = lanes.flatMap((lane, at) => marksOf(times[at] ?? [], colour(COLOURS[lane]), at));
          drawMarks(drawn, marks, colour("--raised"));
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

/** A vertical line with its label. `row` is the label's line of text from the top. */
type Mark = {
  readonly ms: number;
  readonly text: string;
  readonly colour: string;
  readonly dashes: number[];
  readonly row: number;
};

function marksOf(times: readonly number[], colour: string, lane: number): readonly Mark[] {
  const [middle = 0, high = 0] = [0.5, 0.95].map((share) => quantile(times, share) ?? 0);
  return [
    { ms: middle, text: `median ${milliseconds(middle)}`, colour, dashes: [], row: lane * 2 + 1 },
    { ms: high, text: `p95 ${milliseconds(high)}`, colour, dashes: DASHES, row: lane * 2 + 2 },
  ];
}

/** Draws all lines, then all labels, each with a rim in the colour of the page, so that it can be read over lines and bars. */
function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly Mark[], paper: string): void {
  const scale = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 2 * scale;
  for (const { ms, colour, dashes } of marks) {
    const x = valToPos(ms, "x", true);
    ctx.strokeStyle = colour;
    ctx.setLineDash(dashes.map((length) => length * scale));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.font = `600 ${12 * scale}px system-ui, sans-serif`;
  ctx.lineWidth = 4 * scale;
  ctx.strokeStyle = paper;
  for (const { ms, text, colour, row } of marks) {
    const x = valToPos(ms, "x", true);
    const isRight = x + ctx.measureText(text).width + 8 * scale > bbox.left + bbox.width;
    ctx.textAlign = isRight ? "right" : "left";
    ctx.fillStyle = colour;
    const place = [text, x + (isRight ? -5 : 5) * scale, bbox.top + row * LINE * scale] as const;
    ctx.strokeText(...place);
    ctx.fillText(...place);
  }
  ctx.restore();
}
