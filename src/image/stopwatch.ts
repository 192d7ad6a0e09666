/** Where a picture's time goes, by stage. In production the clock stands still while code runs: true only locally. */

import type { Stopwatch } from "./picture.ts";
import type { Rendition } from "./rendition.ts";

type Stages = Rendition["stages"];

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
