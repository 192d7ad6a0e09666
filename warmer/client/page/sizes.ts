/** The `sizes` attribute of an image (HTML, "parse a sizes attribute"). Pure. */
import { lengthOf, type Screen } from "./cssLength.ts";
import { conditionHolds } from "./mediaCondition.ts";
import { componentsOf, isText, type Token, tokensOf, trimmed } from "./tokens.ts";

/** One entry: the width of the picture, and when it counts. */
type SizeEntry = { readonly condition: readonly Token[]; readonly length: readonly Token[] };

/** Longest attribute that is read, in characters. No page has one of a tenth. */
const MAX_LENGTH = 4_000;

/** The entries of the attribute, in their order. Entries that cannot be read are left for `sourceSize` to skip. */
export function parseSizes(sizes: string): readonly SizeEntry[] {
  if (sizes.length > MAX_LENGTH) return [];
  const entries: Token[][][] = [[]];
  for (const component of componentsOf(tokensOf(sizes))) {
    if (isText(component[0], ",")) entries.push([]);
    else entries.at(-1)?.push(component);
  }
  return entries.map((components) => {
    const last = components.findLastIndex(([first]) => first?.kind !== "space");
    return { condition: trimmed(components.slice(0, Math.max(0, last)).flat()), length: components[last] ?? [] };
  });
}

/**
 * The width in CSS pixels that the first matching entry gives; without one it is the width of the viewport, as `100vw`.
 * `auto` is skipped: it means the width in the layout, which no server knows.
 */
export function sourceSize(entries: readonly SizeEntry[], screen: Screen): number {
  for (const { condition, length } of entries) {
    const size = lengthOf(length, screen);
    if (size === undefined || (size < 0 && length[0]?.kind === "number")) continue;
    if (conditionHolds(condition, screen)) return Math.max(0, size);
  }
  return screen.width;
}
