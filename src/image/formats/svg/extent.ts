/** Where the basic shapes lie (SVG 1.1 9) and how much outline they have, in their own coordinates. */
import { type Box, lengthOf, NOTHING, numbersOf } from "./lengths.ts";
import { cornersExtent, type Extent, pathExtent } from "./path.ts";
import type { Element } from "./tree.ts";

/** What percentages refer to, in user units. */
export type Viewport = { readonly width: number; readonly height: number };

type Reader = (element: Element, viewport: Viewport) => Extent;

const EMPTY: Extent = { box: NOTHING, segments: 0, travel: 0 };

function around(box: Box, segments: number): Extent {
  const travel = 2 * (box.right - box.left + box.bottom - box.top);
  return { box, segments, travel: Number.isFinite(travel) ? travel : 0 };
}

const rectangle: Reader = ({ attributes }, { width, height }) => {
  const left = lengthOf(attributes.x, width) ?? 0;
  const top = lengthOf(attributes.y, height) ?? 0;
  const right = left + (lengthOf(attributes.width, width) ?? 0);
  return around({ left, top, right, bottom: top + (lengthOf(attributes.height, height) ?? 0) }, 8);
};

const ellipse: Reader = ({ attributes }, { width, height }) => {
  const [x, y] = [lengthOf(attributes.cx, width) ?? 0, lengthOf(attributes.cy, height) ?? 0];
  const radius = lengthOf(attributes.r, Math.max(width, height));
  const [rx, ry] = [lengthOf(attributes.rx, width), lengthOf(attributes.ry, height)];
  const [across, down] = [radius ?? rx ?? ry ?? 0, radius ?? ry ?? rx ?? 0];
  return around({ left: x - across, top: y - down, right: x + across, bottom: y + down }, 16);
};

/** By element name. */
const SHAPES: Readonly<Record<string, Reader>> = {
  rect: rectangle,
  image: rectangle,
  circle: ellipse,
  ellipse,
  line: ({ attributes }, { width, height }) =>
    cornersExtent([
      lengthOf(attributes.x1, width) ?? 0,
      lengthOf(attributes.y1, height) ?? 0,
      lengthOf(attributes.x2, width) ?? 0,
      lengthOf(attributes.y2, height) ?? 0,
    ]),
  polyline: ({ attributes }) => cornersExtent(numbersOf(attributes.points ?? "")),
  polygon: ({ attributes }) => cornersExtent(numbersOf(attributes.points ?? "")),
  path: ({ attributes }) => pathExtent(attributes.d ?? ""),
};

/** Null for an element that is no shape. */
export function extentOf(element: Element, viewport: Viewport): Extent | null {
  const read = Object.hasOwn(SHAPES, element.name) ? SHAPES[element.name] : undefined;
  if (read === undefined) return null;
  const extent = read(element, viewport);
  return Number.isNaN(extent.travel) ? EMPTY : extent;
}
