/** Takes the figures: CPU time in turns on the same files, and what the first renders of a fresh process take. */
import { writeFileSync } from "node:fs";
import { likenessTo } from "../engine/quality.ts";
import type { Started } from "../engine/runners.ts";
import { cpuMillis } from "../engine/workerd.ts";
import { processBytes } from "../processMemory.ts";
import { say } from "../say.ts";
import { median } from "../table.ts";
import { CONTESTANTS, type ContestantName, NAMES } from "./contestants.ts";
import type { Timings } from "./ratios.ts";
import type { Source } from "./source.ts";

export type Steady = {
  readonly timings: Timings;
  /** Of the median file. */
  readonly bytes: number;
  readonly ssim: number;
};

export type Fresh = {
  /** The first render of a process that is ready: the code is compiled in it. CPU milliseconds, and those that pass. */
  readonly coldMs: number;
  readonly coldWallMs: number;
  /** What the process grows by at most while it renders the largest photograph. In MB of 1 000 000 bytes. */
  readonly peakMb: number;
};

/** Length of a batch. The kernel counts CPU in ticks of 10 ms, so one tick is a few percent of a batch. */
const BATCH_MS = 300;
/** Renders after which V8 has optimised the code, as in a process that serves. */
const WARM_UP = 5;

type ByName<T> = Readonly<Record<ContestantName, T>>;

/** All contestants run at once and take turns: a batch of one file each, then the next round, then the next file. */
export async function measureSteady(files: readonly string[], rounds: number, source: Source): Promise<ByName<Steady>> {
  const running = new Map<ContestantName, Started>();
  const timings = byName((): number[][] => []);
  const bytes = byName((): number[] => []);
  const ssims = byName((): number[] => []);
  try {
    for (const name of NAMES) running.set(name, await CONTESTANTS[name].start(source));
    for (const [i, file] of files.entries()) {
      const likeness = await likenessTo(file);
      const batch = new Map<ContestantName, number>();
      for (const [name, { runner }] of running) {
        say(`file ${i + 1} of ${files.length}, ${CONTESTANTS[name].label}`);
        const { settings } = CONTESTANTS[name];
        const { picture } = await runner.make(file, settings, i === 0 ? WARM_UP : 1);
        bytes[name].push(picture.length);
        ssims[name].push(await likeness(picture));
        const before = cpuMillis(runner.pid);
        await runner.make(file, settings, 1);
        batch.set(name, Math.max(1, Math.ceil(BATCH_MS / Math.max(10, cpuMillis(runner.pid) - before))));
        timings[name].push([]);
      }
      for (let round = 0; round < rounds; round++) {
        for (const [name, { runner }] of running) {
          const times = batch.get(name) ?? 1;
          const before = cpuMillis(runner.pid);
          await runner.make(file, CONTESTANTS[name].settings, times);
          timings[name][i]?.push((cpuMillis(runner.pid) - before) / times);
        }
      }
    }
  } finally {
    await Promise.all([...running.values()].map(({ stop }) => stop()));
  }
  return byName((name) => ({ timings: timings[name], bytes: median(bytes[name]), ssim: median(ssims[name]) }));
}

/** Each contestant `starts` times as a fresh process, in turns. `first` is rendered first, then `largest` for its memory. */
export async function measureFresh(
  { first, largest }: { readonly first: string; readonly largest: string },
  starts: number,
  source: Source,
): Promise<ByName<Fresh>> {
  const cold = byName((): number[] => []);
  const wall = byName((): number[] => []);
  const peak = byName((): number[] => []);
  for (let start = 0; start < starts; start++) {
    for (const name of NAMES) {
      say(`start ${start + 1} of ${starts}, ${CONTESTANTS[name].label}`);
      const { settings } = CONTESTANTS[name];
      const { runner, stop } = await CONTESTANTS[name].start(source);
      try {
        const idle = processBytes(runner.pid, "VmRSS");
        const [began, before] = [performance.now(), cpuMillis(runner.pid)];
        await runner.make(first, settings, 1);
        wall[name].push(performance.now() - began);
        cold[name].push(cpuMillis(runner.pid) - before);
        // From here on the kernel notes the greatest size anew (proc_pid_clear_refs(5)).
        writeFileSync(`/proc/${runner.pid}/clear_refs`, "5");
        await runner.make(largest, settings, 1);
        peak[name].push((processBytes(runner.pid, "VmHWM") - idle) / 1e6);
      } finally {
        await stop();
      }
    }
  }
  return byName((name) => ({
    coldMs: median(cold[name]),
    coldWallMs: median(wall[name]),
    peakMb: median(peak[name]),
  }));
}

function byName<T>(make: (name: ContestantName) => T): Record<ContestantName, T> {
  return Object.fromEntries(NAMES.map((name) => [name, make(name)])) as Record<ContestantName, T>;
}
