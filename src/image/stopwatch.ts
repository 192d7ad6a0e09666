/** How long each stage of a picture takes. In production the clock stands still while code runs: true only locally. */
import type { Rendition } from "./rendition.ts";

type Stages = Rendition["stages"];

/** Adds up time by stage. `lap` gives the time since the last lap to a stage. */
export type Stopwatch = { lap(stage: keyof Stages): void };

/** Starts at once. `now` gives milliseconds. */
export function startStopwatch(now: () => number = () => performance.now()): Stopwatch & { stages(): Stages } {
  const spent = { decode: 0, resize: 0, encode: 0 };
  let since = now();
  return {
    lap(stage) {
      const at = now();
      spent[stage] += at - since;
      since = at;
    },
    stages: () => ({ ...spent }),
  };
}
