/** The charts of the page: a line over time, with a cursor that mouse and arrow keys move. */
import uPlot from "uplot";
import type { Slot } from "../report/report.ts";
import { msText, numberText, percentText, timeText } from "./format.ts";

const HEIGHT = 220;
const FONT = "12px system-ui, sans-serif";
/** Distances of the marks of time, in seconds. */
const MARKS = [60, 300, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];
/** Over more seconds than this the marks are days. */
const DAYS_FROM = 2 * 86_400;

/** `isShare`: from 0 to 1, with an axis of its own on the right. */
type Line = {
  readonly label: string;
  readonly colour: string;
  readonly of: (slot: Slot) => number | null;
  readonly isShare?: boolean;
};
type Chart = {
  readonly lines: readonly Line[];
  /** What the axis says for a value. */
  readonly axis: (value: number) => string;
  /** The sentence for one slot. */
  readonly says: (slot: Slot) => string;
};

const ratioOf = ({ hits, made }: Slot) => (hits + made === 0 ? null : hits / (hits + made));

export const CHART_LINES = {
  requests: {
    lines: [
      { label: "requests", colour: "--ink", of: ({ requests }) => requests },
      { label: "hits", colour: "--hit", of: ({ hits }) => hits },
      { label: "made", colour: "--made", of: ({ made }) => made },
      { label: "hit ratio", colour: "--quiet", of: ratioOf, isShare: true },
    ],
    axis: numberText,
    says: (slot) =>
      `${numberText(slot.requests)} requests, ${numberText(slot.hits)} hits, ${numberText(slot.made)} made, hit ratio ${percentText(ratioOf(slot))}`,
  },
  latency: {
    lines: [
      { label: "p50", colour: "--hit", of: ({ p50 }) => p50 },
      { label: "p95", colour: "--made", of: ({ p95 }) => p95 },
    ],
    axis: msText,
    says: ({ p50, p95 }) => `p50 ${msText(p50)}, p95 ${msText(p95)}`,
  },
} as const satisfies Readonly<Record<string, Chart>>;

/** Draws a chart into its figure, and draws it anew when there are other slots, another width or other colours. */
export class SlotChart {
  readonly #chart: Chart;
  readonly #place: HTMLElement;
  readonly #readout: HTMLElement;
  #plot: uPlot | undefined;
  #slots: readonly Slot[] = [];
  /** The slot under the cursor. */
  #at: number | null = null;

  constructor(figure: HTMLElement, chart: Chart) {
    this.#chart = chart;
    this.#place = figure.querySelector<HTMLElement>(".plot") ?? figure;
    this.#readout = figure.querySelector<HTMLElement>(".readout") ?? figure;
    this.#place.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("resize", () => this.draw(this.#slots));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(this.#slots));
  }

  draw(slots: readonly Slot[]): void {
    this.#slots = slots;
    this.#plot?.destroy();
    const { lines } = this.#chart;
    const columns = lines.map((line) => slots.map((slot) => line.of(slot)));
    this.#plot = new uPlot(this.#options(), [slots.map(({ at }) => at), ...columns], this.#place);
    if (this.#at !== null) this.#move(Math.min(this.#at, slots.length - 1));
  }

  #options(): uPlot.Options {
    const colour = (name: string) => getComputedStyle(this.#place).getPropertyValue(name).trim();
    const drawn = (name: string) => drawnColour(this.#place, colour(name));
    const grid = { stroke: drawn("--line"), width: 1 };
    const axis = { font: FONT, stroke: drawn("--quiet"), grid, ticks: grid };
    const { lines, axis: words } = this.#chart;
    return {
      ...{ width: this.#place.clientWidth, height: HEIGHT, legend: { show: true, live: false } },
      tzDate: (second) => uPlot.tzDate(new Date(second * 1_000), "Etc/UTC"),
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] }, share: { range: [0, 1.1] } },
      axes: [
        { ...axis, incrs: MARKS, values: (_, marks) => markTexts(marks) },
        { ...axis, size: 80, values: (_, marks) => marks.map(words) },
        ...(lines.some(({ isShare }: Line) => isShare)
          ? [{ ...axis, scale: "share", side: 1 as const, size: 60, grid: { show: false }, values: shareTexts }]
          : []),
      ],
      series: [
        {},
        ...lines.map(({ label, colour: name, isShare = false }) => ({
          ...{ label, stroke: drawn(name), width: 2, points: { show: this.#slots.length < 40 } },
          ...(isShare ? { scale: "share", dash: [4, 4] } : {}),
        })),
      ],
      hooks: { setCursor: [({ cursor: { idx } }) => this.#tell(idx ?? null)] },
    };
  }

  #key(event: KeyboardEvent): void {
    const last = this.#slots.length - 1;
    const from = this.#at ?? last;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#move(Math.min(last, Math.max(0, this.#at === null && event.key === "ArrowLeft" ? last : to)));
  }

  #move(to: number): void {
    const plot = this.#plot;
    const slot = this.#slots[to];
    if (plot === undefined || slot === undefined) return;
    plot.setCursor({ left: plot.valToPos(slot.at, "x"), top: 0 });
    this.#tell(to);
  }

  #tell(at: number | null): void {
    const slot = at === null ? undefined : this.#slots[at];
    if (at === null || slot === undefined) return;
    this.#at = at;
    const text = `${timeText(slot.at * 1_000)}: ${this.#chart.says(slot)}`;
    if (this.#readout.textContent !== text) this.#readout.textContent = text;
  }
}

/** `16:40`, or `11-28` where the marks are days, in UTC. */
function markTexts(marks: readonly number[]): string[] {
  const areDays = (marks.at(-1) ?? 0) - (marks[0] ?? 0) > DAYS_FROM;
  return marks.map((at) => timeText(at * 1_000).slice(...(areDays ? [5, 10] : [11, 16])));
}

function shareTexts(_: uPlot, marks: readonly number[]): string[] {
  return marks.map((share) => (share > 1 ? "" : `${Math.round(share * 100)} %`));
}

/** A colour of the style sheet as a canvas takes it: in light or dark, as the page is. */
function drawnColour(place: HTMLElement, colour: string): string {
  const probe = document.createElement("span");
  probe.style.color = colour;
  place.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}
