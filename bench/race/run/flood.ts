/** More hints than can be pushed: for pictures that no page shows. */
import { setTimeout as pause } from "node:timers/promises";
import type { World } from "../world.ts";

export type Flood = {
  /** Hints per second. */
  readonly rate: number;
  stop(): void;
};

/** Pictures that are hinted over and over. The warmer forgets a path after a second (warmer.ts). */
const PICTURES = 1_500;
/** A rate that no edge of one machine takes, in hints per second, and for how long it finds out what the edge takes. */
const TRIAL_RATE = 1_000;
const TRIAL_MS = 3_000;
const EVERY_MS = 20;

/** Finds what can be pushed, then sends twice as many hints until it is stopped. Distances are set before. */
export async function startFlood(world: World, photographs: number): Promise<Flood> {
  const pictures = Array.from({ length: PICTURES }, (_, i) => world.stock.picture(i % photographs));
  await world.stock.store(pictures);
  const paths = pictures.map(({ path }) => path);
  const before = await taken(world);
  const trial = send(world, paths, TRIAL_RATE);
  await pause(TRIAL_MS);
  trial();
  const rate = 2 * Math.max(1, ((await taken(world)) - before) / (TRIAL_MS / 1000));
  return { rate, stop: send(world, paths, rate) };
}

/** Hints that have had a use at the edge so far: an answer of it that is no refusal. */
async function taken(world: World): Promise<number> {
  const counters = await world.warmer.counters();
  return ["made", "present"].reduce(
    (sum, outcome) => sum + (counters.get(`outcome_total{outcome="${outcome}",reason=""}`) ?? 0),
    0,
  );
}

/** Sends `rate` hints per second in small portions. The function that it gives ends that. */
function send(world: World, paths: readonly string[], rate: number): () => void {
  const started = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - started) * rate) / 1000);
    const portion: string[] = [];
    for (; sent < due; sent++) portion.push(paths[sent % paths.length] ?? "");
    if (portion.length > 0) world.hint(portion, "timely");
  }, EVERY_MS);
  return () => clearInterval(timer);
}
