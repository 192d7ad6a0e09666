/** How much there is of text, dashes, tiles and markers. */
import { lengthOf, numbersOf, stretchOf, transformOf } from "../lengths.ts";
import type { Properties } from "../style.ts";
import type { Element } from "../tree.ts";
import type { Context } from "./context.ts";

export function charactersIn(children: Element["children"]): number {
  let count = 0;
  for (const child of children) count += typeof child === "string" ? child.length : charactersIn(child.children);
  return count;
}

/** How many dashes an outline of this length has. */
export function dashesOf(properties: Properties, travel: number): number {
  const sums = (properties.get("stroke-dasharray") ?? []).map((value) => numbersOf(value).reduce((a, b) => a + b, 0));
  const shortest = Math.min(...sums.filter((sum) => sum > 0));
  return shortest === Number.POSITIVE_INFINITY ? 0 : (2 * travel) / shortest;
}

/** The pixels of one tile of a pattern. `painted`: those of what it paints, `canvas`: those of the whole picture. */
export function tileArea({ attributes }: Element, painted: number, canvas: number, context: Context): number {
  const isUser = attributes.patternUnits === "userSpaceOnUse";
  const stretch = stretchOf(context.matrix) * stretchOf(transformOf(attributes.patternTransform));
  const across = lengthOf(attributes.width, isUser ? context.viewport.width : 1) ?? 1;
  const down = lengthOf(attributes.height, isUser ? context.viewport.height : 1) ?? 1;
  const area = Math.abs(across * down) * (isUser ? stretch * stretch : painted);
  return Number.isFinite(area) ? area : canvas;
}

/** The pixels that a marker paints at most. One that may reach over its own box counts as the whole picture. */
export function markerArea({ attributes }: Element, canvas: number, { matrix, strokeWidth }: Context): number {
  const { markerUnits, markerWidth, markerHeight, overflow, style } = attributes;
  if (overflow !== undefined || style !== undefined) return canvas;
  const unit = stretchOf(matrix) * (markerUnits === "userSpaceOnUse" ? 1 : strokeWidth);
  const area = (lengthOf(markerWidth, 3) ?? 3) * (lengthOf(markerHeight, 3) ?? 3) * unit * unit;
  return Math.min(Math.abs(area), canvas);
}
