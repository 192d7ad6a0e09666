/** What one hinted page view is made of: for each picture, when what happened, in ms after the hint. */
import { setTimeout as pause } from "node:timers/promises";
import { table } from "../../table.ts";
import { ARMS, PAGE_PICTURES } from "../arms.ts";
import { legsOf, NO_DISTANCES, placeOf } from "../distances.ts";
import type { TraceEvent } from "../edge/control.ts";
import type { Phase } from "../edge/delayedBindings.ts";
import type { Picture } from "../pictures/stock.ts";
import type { Traces, World } from "../world.ts";
import { view } from "./view.ts";

/** What an event names the picture by. */
type NamedBy = "path" | "rendition" | "address";

/** A column: its head, and the event whose first time it shows. */
type Column = readonly [head: string, isolate: keyof Traces, what: string, phase: Phase, by: NamedBy];

const PUSHED: readonly Column[] = [["push received", "push", "push", "called", "path"]];
const ASKED: readonly Column[] = [
  ["reader at edge", "reader", "picture", "called", "path"],
  ["at region", "reader", "region.get", "done", "rendition"],
];
const ANSWERED: readonly Column[] = [["edge answers", "reader", "picture", "answered", "path"]];
const VISIBLE: Column = ["visible", "push", "region.put", "done", "rendition"];

/** The arms that are shown, and what happens in them. */
const SHOWN = {
  a50: [
    ...PUSHED,
    ["primary got", "push", "primary.get", "answered", "rendition"],
    ["put sent", "push", "region.put", "called", "rendition"],
    VISIBLE,
    ...ASKED,
    ["region answered", "reader", "region.get", "answered", "rendition"],
    ...ANSWERED,
  ],
  b100: [
    ...PUSHED,
    ["claim there", "push", "coordinator.ask", "done", "rendition"],
    ["source asked", "push", "source.fetch", "called", "address"],
    ["source came", "push", "source.fetch", "answered", "address"],
    ["put sent", "push", "region.put", "called", "rendition"],
    VISIBLE,
    ["told", "push", "coordinator.report", "done", "rendition"],
    ...ASKED,
    ["asks grant", "reader", "coordinator.ask", "called", "rendition"],
    ["asks source", "reader", "source.fetch", "called", "address"],
    ...ANSWERED,
  ],
} as const satisfies Partial<Record<keyof typeof ARMS, readonly Column[]>>;

const SETTLED_MS = 2_500;

/** Opens a page of each of these arms with hints, and prints a row for each picture. */
export async function waterfall(world: World, place: string, photographs: number): Promise<string> {
  const tables: string[] = [];
  for (const name of Object.keys(SHOWN) as (keyof typeof SHOWN)[]) {
    tables.push(await waterfallOf(world, place, photographs, name));
  }
  return tables.join("\n");
}

async function waterfallOf(world: World, place: string, photographs: number, name: keyof typeof SHOWN) {
  const arm = ARMS[name];
  const columns: readonly Column[] = SHOWN[name];
  await world.set(NO_DISTANCES);
  const pictures = Array.from({ length: PAGE_PICTURES }, (_, i) => world.stock.picture(i % photographs));
  if (arm.stored === "primary") await world.stock.store(pictures);
  await world.set(legsOf(placeOf(place)), { trace: true });
  const seen = await view(world, pictures, arm.on, arm.thinkMs);
  await pause(SETTLED_MS);
  const traces = await world.set(legsOf(placeOf(place)));
  const since = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms - seen.hintedAt));
  const rows = await Promise.all(
    pictures.map(async (picture, i) => {
      const times = await timesOf(world, picture, columns, traces);
      const shown = seen.pictures[i];
      const took = Math.round(shown?.firstByte ?? 0);
      return [i, since(shown?.askedAt), ...times.map(since), since(shown?.firstByteAt), took, shown?.how ?? ""];
    }),
  );
  const heads = ["", "browser asks", ...columns.map(([head]) => head), "first byte", "took", "how"];
  return `\n${placeOf(place).city}: ms after the hint, ${arm.title}\n\n${table(heads, rows)}`;
}

async function timesOf(
  world: World,
  picture: Picture,
  columns: readonly Column[],
  traces: Traces,
): Promise<(number | undefined)[]> {
  const { rendition } = await world.stock.namesOf(picture);
  const names: Record<NamedBy, string> = { path: picture.path, address: picture.address, rendition };
  const isIt = (event: TraceEvent, [, , what, phase, by]: Column) =>
    event.what === what && event.phase === phase && event.key === names[by];
  return columns.map((column) => traces[column[1]].find((event) => isIt(event, column))?.at);
}
