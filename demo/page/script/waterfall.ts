/** What happened to each picture of a page of the race, as bars over one axis of milliseconds. */
import { milliseconds } from "./provenance.ts";
import type { Lane, Moments } from "./runner.ts";

/** The moments in their order, and what the page calls them. */
const NAMES = {
  hint: "hint sent",
  pushed: "pushed",
  stored: "stored near the reader",
  asked: "browser asks",
  firstByte: "first byte",
  drawn: "drawn",
} as const satisfies Record<keyof Moments, string>;

/** What the bars show: from one moment to another. */
const BARS = [
  ["warm", "hint", "stored"],
  ["wait", "asked", "firstByte"],
  ["bytes", "firstByte", "drawn"],
] as const satisfies readonly (readonly [string, keyof Moments, keyof Moments])[];

const NAMES_OF_LANES: Readonly<Record<Lane, string>> = { on: "Warmer on", off: "Warmer off" };
/** The axis ends at a multiple of this. */
const AXIS_STEP_MS = 100;

/** The last page of both lanes, for one common axis. */
const shown: Record<Lane, readonly Moments[]> = { on: [], off: [] };

export function drawWaterfall(section: HTMLElement, lane: Lane, pictures: readonly Moments[]): void {
  shown[lane] = pictures;
  const latest = Object.values(shown)
    .flat()
    .flatMap((moments) => Object.values(moments).flatMap((ms) => ms ?? []));
  const end = Math.ceil(Math.max(1, ...latest) / AXIS_STEP_MS) * AXIS_STEP_MS;
  for (const [name, list] of Object.entries(shown)) {
    const place = section.querySelector<HTMLElement>(`[data-waterfall="${name}"]`);
    place?.replaceChildren(...(list.length === 0 ? [] : laneOf(name as Lane, list, end)));
  }
  section.querySelector(".moments")?.replaceChildren(
    ...Object.entries(NAMES).map(([moment, name]) => {
      const item = document.createElement("li");
      item.dataset.moment = moment;
      item.textContent = name;
      return item;
    }),
  );
}

function laneOf(lane: Lane, pictures: readonly Moments[], end: number): readonly HTMLElement[] {
  const title = document.createElement("h3");
  title.textContent = NAMES_OF_LANES[lane];
  const list = document.createElement("ol");
  list.append(...pictures.map((moments) => rowOf(moments, end)));
  const axis = document.createElement("p");
  axis.className = "axis";
  axis.ariaHidden = "true";
  axis.append(...[0, 0.25, 0.5, 0.75, 1].map((part) => tick(`${Math.round(end * part)} ms`)));
  return [title, list, axis];
}

function tick(text: string): HTMLElement {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

function rowOf(moments: Moments, end: number): HTMLElement {
  const row = document.createElement("li");
  const happened = (Object.keys(NAMES) as (keyof Moments)[]).flatMap((moment) => {
    const ms = moments[moment];
    return ms === null ? [] : [{ moment, ms }];
  });
  row.title = happened.map(({ moment, ms }) => `${NAMES[moment]} ${milliseconds(ms)}`).join("\n");
  const spoken = document.createElement("span");
  spoken.className = "unseen";
  spoken.textContent = row.title.replaceAll("\n", ", ");
  const bars = BARS.flatMap(([name, from, to]) => {
    const [start, stop] = [moments[from], moments[to]];
    if (start === null || stop === null) return [];
    const bar = document.createElement("span");
    bar.className = "stretch";
    bar.dataset.bar = name;
    bar.style.left = `${(start / end) * 100}%`;
    bar.style.width = `${(Math.max(0, stop - start) / end) * 100}%`;
    return [bar];
  });
  const marks = happened.map(({ moment, ms }) => {
    const mark = document.createElement("span");
    mark.className = "mark";
    mark.dataset.moment = moment;
    mark.style.left = `${(ms / end) * 100}%`;
    return mark;
  });
  row.append(spoken, ...bars, ...marks);
  return row;
}
