/** What is compared: in each arm, page views of one kind take turns with page views of another. */

/** `late`: the datagrams take 60 ms longer, so every hint is older than the 50 ms that the warmer allows. */
export type Hints = "none" | "timely" | "late";

/** The data centre, its country, or its region in the fixed table. */
export type HintedBy = "colo" | "country" | "region";

/** One side of a comparison. `preload`: the API server sends `103 Early Hints` with the first picture. */
export type Side = { readonly hints: Hints; readonly preload: boolean };

export type Arm = {
  readonly title: string;
  /** `primary`: new addresses, in the primary and not in the region. `nowhere`: new addresses. `kept`: a catalogue. */
  readonly stored: "primary" | "nowhere" | "kept";
  /** From the hint to the API server's answer, in ms. */
  readonly thinkMs: number;
  readonly on: Side;
  readonly off: Side;
  /** With the bandwidth of reader and backbone. */
  readonly limited: boolean;
  /** Twice as many further hints as can be pushed, all the time. */
  readonly flooded: boolean;
  /** All distances 0. */
  readonly near: boolean;
  /** The data centre reads another region than the fixed table says, which is farther away. */
  readonly moved: boolean;
  /** What the hints say of the reader's place. */
  readonly hintedBy: HintedBy;
  /** Pairs of page views, and how many of `--quick` (0 = left out). */
  readonly pairs: number;
  readonly quickPairs: number;
};

const HINTED: Side = { hints: "timely", preload: false };
const PLAIN: Side = { hints: "none", preload: false };

const BASE = {
  ...{ stored: "primary", thinkMs: 50, on: HINTED, off: PLAIN, limited: false, flooded: false, near: false },
  ...{ moved: false, hintedBy: "colo" },
  ...{ pairs: 60, quickPairs: 0 },
} as const satisfies Omit<Arm, "title">;

export const ARMS = {
  floor: { ...BASE, title: "floor: all distances 0", near: true, on: PLAIN, pairs: 30, quickPairs: 10 },
  a50: { ...BASE, title: "(A) thinking 50", pairs: 200, quickPairs: 40 },
  offOff: { ...BASE, title: "off against off", on: PLAIN, quickPairs: 10 },
  a200: { ...BASE, title: "(A) thinking 200", thinkMs: 200, pairs: 200 },
  b100: { ...BASE, title: "(B) thinking 100", stored: "nowhere", thinkMs: 100 },
  late: { ...BASE, title: "late", on: { hints: "late", preload: false } },
  drowned: { ...BASE, title: "drowned", flooded: true },
  early: { ...BASE, title: "103 alone", on: { hints: "none", preload: true } },
  earlyHinted: { ...BASE, title: "103 and the warmer", on: { hints: "timely", preload: true } },
  limited: { ...BASE, title: "(A) thinking 50, 20 Mbit/s", limited: true },
  mixed: { ...BASE, title: "mixed", stored: "kept" },
  // Last, because the isolates take half a minute to read another map.
  movedCountry: { ...BASE, title: "moved, by country", moved: true, hintedBy: "country" },
  movedRegion: { ...BASE, title: "moved, by region", moved: true, hintedBy: "region" },
} as const satisfies Record<string, Arm>;

export type ArmName = keyof typeof ARMS;
export const ARM_NAMES = Object.keys(ARMS) as readonly ArmName[];

/** Pictures of a page. */
export const PAGE_PICTURES = 20;
/** Pictures of the mixed arm's catalogue. */
export const CATALOGUE_PICTURES = 400;
/** How much later the hints of the late arm come, in ms. */
export const LATE_MS = 60;
