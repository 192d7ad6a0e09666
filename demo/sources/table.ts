/** The third parties that have the page's photographs, each with a typical problem. */

export type SourceTrait = {
  readonly id: string;
  readonly name: string;
  /** Its problem, as the page says it. */
  readonly trait: string;
  readonly secure: boolean;
  /** Wait before the first byte, in milliseconds. */
  readonly delayMs: number;
  /** Gets the photographs with the most pixels. */
  readonly huge: boolean;
  /** The page has a button that kills it. */
  readonly mortal: boolean;
};

export const SOURCES = [
  {
    id: "meadow",
    name: "Old Meadow Archive",
    trait: "has no HTTPS",
    secure: false,
    delayMs: 0,
    huge: false,
    mortal: false,
  },
  {
    id: "lantern",
    name: "Slow Lantern Museum",
    trait: "takes 0.8 s to answer",
    secure: true,
    delayMs: 800,
    huge: false,
    mortal: false,
  },
  {
    id: "folio",
    name: "Grand Folio Library",
    trait: "has huge originals",
    secure: true,
    delayMs: 0,
    huge: true,
    mortal: false,
  },
  {
    id: "mayfly",
    name: "Mayfly Photos",
    trait: "dies when you press its button",
    secure: true,
    delayMs: 0,
    huge: false,
    mortal: true,
  },
] as const satisfies readonly SourceTrait[];

/**
 * Shares the photographs out. The source with huge originals gets the quarter with the most pixels, the others get the rest
 * in turn. Gives for each entry the index of its source in `sources`. Pure.
 */
export function shareOut(
  entries: readonly { readonly width: number; readonly height: number }[],
  sources: readonly SourceTrait[],
): readonly number[] {
  const huge = sources.findIndex((source) => source.huge);
  const others = sources.flatMap((source, index) => (source.huge ? [] : [index]));
  const bySize = entries.map((_, index) => index).sort((a, b) => pixels(entries[b]) - pixels(entries[a]));
  const largest = new Set(huge < 0 ? [] : bySize.slice(0, Math.ceil(entries.length / sources.length)));
  let turn = 0;
  return entries.map((_, index) => (largest.has(index) ? huge : (others[turn++ % others.length] ?? huge)));
}

function pixels(entry: { readonly width: number; readonly height: number } | undefined): number {
  return entry === undefined ? 0 : entry.width * entry.height;
}
