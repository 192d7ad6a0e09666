/** What unsigned requests may ask for. */
import { LADDER } from "../ladder.ts";
import { ascending, listOf } from "../read.ts";
import type { SomeSettings } from "../setting.ts";

export const UNSIGNED = {
  ladder: {
    variable: "LADDER",
    read: ascending(1, 16_383),
    fallback: LADDER,
    doc: "Sizes in pixels. The size of an unsigned request is raised to the next one",
  },
  ladderQualities: {
    variable: "LADDER_QUALITIES",
    read: ascending(1, 100),
    fallback: [60, 80],
    doc: "Qualities. The quality of an unsigned request is raised to the next one",
  },
  unsignedRefused: {
    variable: "UNSIGNED_REFUSED",
    read: listOf((text) => text),
    fallback: [],
    doc: "Options that unsigned requests may not use. docs/front-end/url.md marks the possible ones as refusable",
  },
} as const satisfies SomeSettings;
