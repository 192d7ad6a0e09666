/** What filters cost (SVG 1.1 15), and the region that they work on. */
import { type Box, boxThrough, lengthOf, numbersOf } from "../lengths.ts";
import type { Element } from "../tree.ts";
import type { Context } from "./context.ts";

/** Nanoseconds for each pixel of the region. `squared`: the part that grows with the pixels of the picture once more. */
type PrimitiveCost = { readonly plain: number; readonly squared: number };

const OTHER = 60;
/** Radii and kernels are limited by the canvas, so that the figures stay finite. */
const MAX_RADIUS = 4_000;

const plain = (nanoseconds: number): PrimitiveCost => ({ plain: nanoseconds, squared: 0 });

const PRIMITIVES: Readonly<Record<string, (element: Element, stretch: number) => PrimitiveCost>> = {
  feGaussianBlur: () => plain(260),
  feDropShadow: () => plain(400),
  feDiffuseLighting: () => plain(270),
  feSpecularLighting: () => plain(270),
  feTurbulence: ({ attributes }) => plain(60 + 80 * Math.max(1, Number(attributes.numOctaves ?? 1) || 1)),
  feMorphology: ({ attributes }, stretch) => {
    const [across = 0, down = across] = numbersOf(attributes.radius ?? "0");
    const side = (radius: number) => 2 * Math.min(MAX_RADIUS, Math.abs(radius) * stretch);
    return { plain: OTHER, squared: 3 * (side(across) + 1) * (side(down) + 1) };
  },
  feConvolveMatrix: ({ attributes }) => {
    const [across = 3, down = across] = numbersOf(attributes.order ?? "3");
    return plain(OTHER + 6 * across * down);
  },
};

/** `stretch`: pixels of the canvas for each unit of the filter's lengths. */
export function costOfPrimitive(element: Element, stretch: number): PrimitiveCost {
  const cost = Object.hasOwn(PRIMITIVES, element.name) ? PRIMITIVES[element.name] : undefined;
  return cost?.(element, stretch) ?? plain(OTHER);
}

/** A filter function such as `blur(4px)`, which has no element of its own. */
export const FILTER_FUNCTION: Element = { name: "feGaussianBlur", attributes: {}, children: [] };

/** The region on the canvas. Without a size of its own it is a tenth larger than the box on each side. */
export function filterRegion(filter: Element | undefined, box: Box, { matrix, viewport }: Context, reach: Box): Box {
  const { x, y, width, height, filterUnits } = filter?.attributes ?? {};
  if (filterUnits === "userSpaceOnUse") {
    const left = lengthOf(x, viewport.width) ?? 0;
    const top = lengthOf(y, viewport.height) ?? 0;
    const right = left + (lengthOf(width, viewport.width) ?? viewport.width);
    const bottom = top + (lengthOf(height, viewport.height) ?? viewport.height);
    return boxThrough({ left, top, right, bottom }, matrix);
  }
  if (box.right < box.left) return reach;
  const [across, down] = [box.right - box.left, box.bottom - box.top];
  const left = box.left + across * (lengthOf(x, 1) ?? -0.1);
  const top = box.top + down * (lengthOf(y, 1) ?? -0.1);
  const right = left + across * Math.abs(lengthOf(width, 1) ?? 1.2);
  const bottom = top + down * Math.abs(lengthOf(height, 1) ?? 1.2);
  return { left, top, right, bottom };
}
