/** The size of an SVG: `width` and `height` of its root, else those of its view box, else 512 (SVG 2 8.2). */
import type { Source } from "../../header.ts";
import { damaged } from "../byteReader.ts";
import { still } from "../still.ts";
import { lengthOf, viewBoxOf } from "./lengths.ts";
import { type Attribute, readMarkup } from "./markup.ts";
import { checkLength, svgText } from "./text.ts";

/**
 * A picture is drawn with its longer side at least this long, and made smaller after that: so small sizes all take the same
 * work, and what is refused is refused for every size.
 */
export const LEAST_DRAWN_SIDE = 128;

/** The side of a picture that says nothing of its size, in pixels. */
const DEFAULT_SIDE = 512;
/** Sides in pixels that we believe. They need not be whole. */
const MAX_SIDE = 1_000_000;
const MIN_SIDE = 0.001;

export type Attributes = Readonly<Record<string, string>>;

/** The root's start tag must end within so many bytes. */
const HEAD_BYTES = 65_536;

/** SVG bytes (inflated) -> Source. Its sides may have fractions. Throws Failure. */
export function svgHeader(bytes: Uint8Array): Source {
  checkLength(bytes);
  let root: Attributes | null = null;
  readMarkup(svgText(bytes.subarray(0, HEAD_BYTES)), {
    open(_, attributes) {
      root = recordOf(attributes);
      return false;
    },
    close: () => undefined,
    text: () => undefined,
  });
  if (root === null) throw damaged("it has no root element");
  const { width, height } = sizeOf(root);
  return still("svg", width, height, { alpha: true, colour: "rgb" });
}

/** Root attributes -> sides in pixels. One side that is missing follows from the view box. */
export function sizeOf(root: Attributes): { readonly width: number; readonly height: number } {
  const box = viewBoxOf(root.viewBox);
  const side = (text: string | undefined) => {
    const value = /%/.test(text ?? "") ? null : lengthOf(text, 0);
    return value !== null && value >= MIN_SIDE && value <= MAX_SIDE ? value : null;
  };
  const [width, height] = [side(root.width), side(root.height)];
  const [, , boxWidth, boxHeight] = box ?? [0, 0, DEFAULT_SIDE, DEFAULT_SIDE];
  if (width !== null && height !== null) return { width, height };
  const within = (value: number) => Math.min(MAX_SIDE, Math.max(MIN_SIDE, value));
  if (width !== null) return { width, height: within(box === null ? DEFAULT_SIDE : (width * boxHeight) / boxWidth) };
  if (height !== null) return { width: within(box === null ? DEFAULT_SIDE : (height * boxWidth) / boxHeight), height };
  return { width: within(boxWidth), height: within(boxHeight) };
}

/** The first of two attributes with one name counts. */
export function recordOf(attributes: readonly Attribute[]): Attributes {
  return Object.fromEntries([...attributes].reverse());
}
