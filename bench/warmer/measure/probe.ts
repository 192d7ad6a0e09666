import type { Running } from "../contender.ts";
import { type LoadOptions, type LoadResult, runLoad } from "../load.ts";
import { sleep } from "../process.ts";
import type { Sink, SinkStats } from "../sink.ts";
import type { Tools } from "../tools.ts";

/** One run of load against a program, seen from both ends. */
export type Probe = { readonly load: LoadResult; readonly sink: SinkStats };

/** A program that delivers nothing for this long has finished. */
const QUIET_MS = 120;
const LONGEST_DRAIN_MS = 15_000;

/**
 * Sends hints for some time, waits until every picture has arrived or nothing more arrives, and returns both counts.
 */
export async function probe(
  tools: Tools,
  running: Running,
  sink: Sink,
  load: Omit<LoadOptions, "port">,
): Promise<Probe> {
  await sink.reset();
  const sent = await runLoad(tools, { ...load, port: running.port });
  const deadline = performance.now() + LONGEST_DRAIN_MS;
  let seen = await sink.stats();
  for (let quiet = 0; seen.distinct < sent.distinct && quiet < QUIET_MS && performance.now() < deadline; ) {
    await sleep(30);
    const now = await sink.stats();
    quiet = now.paths === seen.paths ? quiet + 30 : 0;
    seen = now;
  }
  return { load: sent, sink: seen };
}

/** Waits until the program has delivered everything, so that the next run starts with empty queues. */
export async function drain(sink: Sink): Promise<void> {
  const deadline = performance.now() + LONGEST_DRAIN_MS;
  let before = -1;
  for (let quiet = 0; quiet < 2 && performance.now() < deadline; ) {
    const { paths } = await sink.stats();
    quiet = paths === before ? quiet + 1 : 0;
    before = paths;
    await sleep(QUIET_MS);
  }
}
