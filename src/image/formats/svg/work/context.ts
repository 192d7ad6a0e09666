/** What an element of an SVG takes over from those around it: its place, its paints, its font size. */
import type { Viewport } from "../extent.ts";
import type { Attributes } from "../header.ts";
import { lengthOf, type Matrix, multiply, transformOf, viewBoxOf } from "../lengths.ts";
import { type Properties, referenceOf } from "../style.ts";
import type { Element } from "../tree.ts";
import { COST } from "./costs.ts";

/** Nanoseconds for each pixel, and the pattern that has to be drawn first. */
export type Paint = { readonly nanoseconds: number; readonly pattern: Element | null };
export const NO_PAINT: Paint = { nanoseconds: 0, pattern: null };
export const BLACK: Paint = { nanoseconds: COST.opaque, pattern: null };

export type Context = {
  /** User units -> pixels of the canvas. */
  readonly matrix: Matrix;
  readonly viewport: Viewport;
  readonly fill: Paint;
  readonly stroke: Paint;
  readonly strokeWidth: number;
  readonly fontSize: number;
  readonly depth: number;
  /** Inside masks, clips, patterns and markers: the pixels that each shape counts with in place of its own. */
  readonly cover: number | null;
};

type ById = ReadonlyMap<string, Element>;

/** The context inside an element: with its transform, its viewport and its own paints. */
export function contextInside(element: Element, properties: Properties, outer: Context, byId: ById): Context {
  let context = outer;
  for (const transform of properties.get("transform") ?? []) {
    context = { ...context, matrix: multiply(context.matrix, transformOf(transform)) };
  }
  if (element.name === "svg" && outer.depth > 0) context = insideViewport(element.attributes, context);
  if (properties.size === 0) return context;
  const widths = properties.get("stroke-width")?.map((one) => lengthOf(one, context.viewport.width) ?? 0);
  const sizes = properties.get("font-size")?.map((one) => lengthOf(one, context.fontSize) ?? 32);
  return {
    ...context,
    fill: paintOf("fill", properties, context.fill, byId),
    stroke: paintOf("stroke", properties, context.stroke, byId),
    strokeWidth: widths === undefined ? context.strokeWidth : Math.max(...widths),
    fontSize: sizes === undefined ? context.fontSize : Math.max(...sizes),
  };
}

/** Inside a nested `svg` or a `symbol`: its place, and its view box stretched over its size. */
export function insideViewport({ x, y, width, height, viewBox }: Attributes, context: Context): Context {
  const { viewport } = context;
  const across = lengthOf(width, viewport.width) ?? viewport.width;
  const down = lengthOf(height, viewport.height) ?? viewport.height;
  const left = lengthOf(x, viewport.width) ?? 0;
  const top = lengthOf(y, viewport.height) ?? 0;
  const box = viewBoxOf(viewBox);
  if (box === null) {
    const matrix = multiply(context.matrix, [1, 0, 0, 1, left, top]);
    return { ...context, matrix, viewport: { width: across, height: down } };
  }
  return {
    ...context,
    matrix: multiply(context.matrix, boxOnto(box, left, top, across, down)),
    viewport: { width: box[2], height: box[3] },
  };
}

/**
 * A view box stretched over a rectangle. The larger of both scales counts for both sides, as with `slice`: more than what
 * is drawn with `meet`.
 */
export function boxOnto(
  [x, y, width, height]: readonly [number, number, number, number],
  left: number,
  top: number,
  across: number,
  down: number,
): Matrix {
  const [sx, sy] = [across / width, down / height];
  const scale = Math.max(sx, sy);
  // Both are centred on the same point.
  return [scale, 0, 0, scale, left + across / 2 - scale * (x + width / 2), top + down / 2 - scale * (y + height / 2)];
}

/** The dearest paint that any source gives the property. style.ts has made all colours `black` or `rgba()`. */
function paintOf(property: "fill" | "stroke", properties: Properties, inherited: Paint, byId: ById): Paint {
  const own = (properties.get(property) ?? []).map((value): Paint => {
    if (value === "none" || value === "transparent") return NO_PAINT;
    const target = byId.get(referenceOf(value) ?? "");
    if (target?.name === "pattern") return { nanoseconds: COST.pattern, pattern: target };
    if (target !== undefined) return { nanoseconds: COST.gradient, pattern: null };
    if (value === "inherit" || value.startsWith("context-")) return inherited;
    return { nanoseconds: value === "rgba()" ? COST.translucent : COST.opaque, pattern: null };
  });
  const paints = own.length > 0 ? own : [inherited];
  const dearest = paints.reduce((a, b) => (b.nanoseconds > a.nanoseconds ? b : a));
  if (dearest.nanoseconds === 0 || !properties.has(`${property}-opacity`)) return dearest;
  return { ...dearest, nanoseconds: Math.max(dearest.nanoseconds, COST.translucent) };
}
