/** Numbers, lengths, view boxes and transforms of SVG attributes. Time grows with the length of the text only. */

/** a b c d e f of SVG's `matrix(...)`: x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [number, number, number, number, number, number];
export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** `left`..`right`, `top`..`bottom`. Empty when a side is reversed. */
export type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
export const NOTHING: Box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/g;
const LENGTH = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(px|pt|pc|mm|cm|in|em|ex|%)?\s*$/i;
const MAX_LENGTH_CHARACTERS = 64;
/** Pixels of each unit at 96 pixels an inch, and a font of 12 px for the relative ones, as resvg has it. */
const PIXELS: Readonly<Record<string, number>> = {
  ...{ px: 1, pt: 4 / 3, pc: 16, mm: 96 / 25.4, cm: 96 / 2.54, in: 96, em: 12, ex: 6 },
};

/** Every number of a list such as `viewBox` or `points`. */
export function numbersOf(text: string): number[] {
  return Array.from(text.matchAll(NUMBER), ([one]) => Number(one));
}

/** A length in user units; `percentOf` is what 100 % means. Null when there is none or it cannot be read. */
export function lengthOf(text: string | undefined, percentOf: number): number | null {
  // The pattern is slow on long texts, and no length is one.
  if (text === undefined || text.length > MAX_LENGTH_CHARACTERS) return null;
  const [, number, unit = "px"] = LENGTH.exec(text) ?? [];
  if (number === undefined) return null;
  const factor = unit === "%" ? percentOf / 100 : (PIXELS[unit.toLowerCase()] ?? 1);
  const value = Number(number) * factor;
  return Number.isFinite(value) ? value : null;
}

/** x, y, width and height; null when it is not four numbers or has no area. */
export function viewBoxOf(text: string | undefined): readonly [number, number, number, number] | null {
  const [x, y, width, height] = numbersOf(text ?? "");
  if (x === undefined || y === undefined || width === undefined || height === undefined) return null;
  return width > 0 && height > 0 && Number.isFinite(width * height) ? [x, y, width, height] : null;
}

export function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

const FUNCTION = /(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)/g;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

const FUNCTIONS: Readonly<Record<string, (n: readonly number[]) => Matrix>> = {
  matrix: ([a = 1, b = 0, c = 0, d = 1, e = 0, f = 0]) => [a, b, c, d, e, f],
  translate: ([x = 0, y = 0]) => [1, 0, 0, 1, x, y],
  scale: ([x = 1, y = x]) => [x, 0, 0, y, 0, 0],
  rotate: ([degrees = 0, x = 0, y = 0]) => {
    const [cos, sin] = [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
    return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
  },
  skewX: ([degrees = 0]) => [1, 0, Math.tan(radians(degrees)), 1, 0, 0],
  skewY: ([degrees = 0]) => [1, Math.tan(radians(degrees)), 0, 1, 0, 0],
};

/** The product of a list of transform functions; the identity when there is none. */
export function transformOf(text: string | undefined): Matrix {
  let product = IDENTITY;
  for (const [, name = "", list = ""] of (text ?? "").matchAll(FUNCTION)) {
    product = multiply(product, FUNCTIONS[name]?.(numbersOf(list)) ?? IDENTITY);
  }
  return product;
}

/** How much longer the longest vector becomes. */
export function stretchOf([a, b, c, d]: Matrix): number {
  return Math.max(Math.hypot(a, b), Math.hypot(c, d));
}

/** The smallest upright box around the turned one. */
export function boxThrough(box: Box, [a, b, c, d, e, f]: Matrix): Box {
  if (box.right < box.left || box.bottom < box.top) return NOTHING;
  const span = (p: number, q: number, shift: number) => {
    const xs = [p * box.left, p * box.right];
    const ys = [q * box.top, q * box.bottom];
    return [Math.min(...xs) + Math.min(...ys) + shift, Math.max(...xs) + Math.max(...ys) + shift] as const;
  };
  const [left, right] = span(a, c, e);
  const [top, bottom] = span(b, d, f);
  return { left, top, right, bottom };
}

export function unite(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** The area of what lies in both; all of `within` when a side of `box` is not a number. */
export function areaWithin(box: Box, within: Box): number {
  const width = Math.min(box.right, within.right) - Math.max(box.left, within.left);
  const height = Math.min(box.bottom, within.bottom) - Math.max(box.top, within.top);
  if (Number.isNaN(width + height)) return (within.right - within.left) * (within.bottom - within.top);
  return Math.max(0, width) * Math.max(0, height);
}
