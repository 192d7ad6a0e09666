/** What one hinted page view is made of: for each picture, when what happened, in ms after the hint. */
import { setTimeout as pause } from "node:timers/promises";
import { table } from "../table.ts";
import { ARMS, PAGE_PICTURES } from "./arms.ts";
import { legsOf, NO_DISTANCES, placeOf } from "./distances.ts";
import type { TraceEvent } from "./edge/control.ts";
import type { Phase } from "./edge/delayedBindings.ts";
import type { Picture } from "./stock.ts";
import { view } from "./view.ts";
import type { World } from "./world.ts";

/** A column: its head, and the event whose first time it shows. */
const COLUMNS = [
  ["push received", "push", "push", "called", "path"],
  ["primary got", "push", "primary.get", "answered", "key"],
  ["region put sent", "push", "region.put", "called", "key"],
  ["visible", "push", "region.put", "done", "key"],
  ["reader at edge", "reader", "picture", "called", "path"],
  ["at region", "reader", "region.get", "done", "key"],
  ["region answered", "reader", "region.get", "answered", "key"],
  ["edge answers", "reader", "picture", "answered", "path"],
] as const satisfies readonly (readonly [string, "push" | "reader", string, Phase, "path" | "key"])[];

const SETTLED_MS = 1_500;

/** Opens one page of (A) at thinking 50 with hints, and prints a row for each picture. */
export async function waterfall(world: World, place: string, photographs: number): Promise<string> {
  await world.set(NO_DISTANCES);
  const pictures = Array.from({ length: PAGE_PICTURES }, (_, i) => world.stock.picture(i % photographs));
  await world.stock.store(pictures);
  await world.set(legsOf(placeOf(place)), { trace: true });
  const arm = ARMS.a50;
  const seen = await view(world, pictures, arm.on, arm.thinkMs);
  await pause(SETTLED_MS);
  const traces = await world.set(legsOf(placeOf(place)));
  const rows = await Promise.all(
    pictures.map(async (picture, i) => {
      const at = await timesOf(world, picture, traces);
      const shown = seen.pictures[i];
      const since = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms - seen.hintedAt));
      const asked = [since(shown?.askedAt), ...at.map(since), since(shown?.firstByteAt)];
      return [i, ...asked, Math.round(shown?.firstByte ?? 0), shown?.how ?? ""];
    }),
  );
  const heads = ["", "browser asks", ...COLUMNS.map(([head]) => head), "first byte", "took", "how"];
  return `\n${placeOf(place).city}: ms after the hint, (A) at thinking 50\n\n${table(heads, rows)}`;
}

async function timesOf(
  world: World,
  picture: Picture,
  traces: Readonly<Record<"push" | "reader", readonly TraceEvent[]>>,
): Promise<(number | undefined)[]> {
  const names = await world.stock.namesOf(picture);
  const wanted = { path: picture.path, key: names.rendition };
  return COLUMNS.map(
    ([, isolate, what, phase, by]) =>
      traces[isolate].find((event) => event.what === what && event.phase === phase && event.key === wanted[by])?.at,
  );
}
