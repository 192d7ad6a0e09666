/** Values between the nodes of a table: tetrahedral for three inputs, and linear along the first of four, as in lcms. */
import type { Lut } from "./lut.ts";

/** Input bytes -> the three numbers between the nodes, written to `out`. Unused inputs are ignored. */
export type Interpolate = (a: number, b: number, c: number, d: number, out: Float64Array) => void;

/** The function for a table of 1, 3 or 4 inputs. */
export function interpolatorOf(lut: Lut): Interpolate {
  if (lut.inputs === 1) return ofOne(lut);
  return lut.inputs === 3 ? ofThree(lut) : ofFour(lut);
}

function ofOne({ nodes, places, points }: Lut): Interpolate {
  const top = (points[0] ?? 2) - 2;
  return (a, _b, _c, _d, out) => {
    const place = places[a] as number;
    const low = Math.min(top, place | 0);
    for (let i = 0; i < 3; i++) {
      const value = nodes[3 * low + i] as number;
      out[i] = value + ((nodes[3 * low + 3 + i] as number) - value) * (place - low);
    }
  };
}

function ofThree(lut: Lut): Interpolate {
  const at = tetrahedral(lut, 0);
  return (a, b, c, _d, out) => at(0, a, b, c, out);
}

function ofFour(lut: Lut): Interpolate {
  const { places, points } = lut;
  const at = tetrahedral(lut, 1);
  const [first = 2, second = 2, third = 2, fourth = 2] = points;
  const step = 3 * second * third * fourth;
  const above = new Float64Array(3);
  return (a, b, c, d, out) => {
    const place = places[a] as number;
    const low = Math.min(first - 2, place | 0);
    const part = place - low;
    at(low * step, b, c, d, out);
    if (part === 0) return;
    at((low + 1) * step, b, c, d, above);
    for (let i = 0; i < 3; i++) out[i] = (out[i] as number) + ((above[i] as number) - (out[i] as number)) * part;
  };
}

type At = (base: number, a: number, b: number, c: number, out: Float64Array) => void;

/**
 * The three inputs from number `from` on; `base` is where the nodes of the inputs before them begin. A cell of the grid is cut into six tetrahedra: from the lowest node the way goes along
 * the axis with the largest part first. Each node on the way counts with the difference of two parts.
 */
function tetrahedral({ nodes, places, points }: Lut, from: number): At {
  const [p = 2, q = 2, r = 2] = points.slice(from);
  const [x, y, z] = [3 * q * r, 3 * r, 3];
  const [placeA, placeB, placeC] = [256 * from, 256 * (from + 1), 256 * (from + 2)];
  return (base, a, b, c, out) => {
    // No lists in here: this runs for every pixel.
    const i = places[placeA + a] as number;
    const j = places[placeB + b] as number;
    const k = places[placeC + c] as number;
    const lowI = Math.min(p - 2, i | 0);
    const lowJ = Math.min(q - 2, j | 0);
    const lowK = Math.min(r - 2, k | 0);
    const f = i - lowI;
    const g = j - lowJ;
    const h = k - lowK;
    const lowest = base + lowI * x + lowJ * y + lowK * z;
    const highest = lowest + x + y + z;
    // The two nodes between: after the axis with the largest part, and before the one with the smallest.
    let second = lowest;
    let third = highest;
    if (f >= g) {
      second += f >= h ? x : z;
      third -= g >= h ? z : y;
    } else {
      second += g >= h ? y : z;
      third -= f >= h ? z : x;
    }
    const large = Math.max(f, g, h);
    const small = Math.min(f, g, h);
    const middle = f + g + h - large - small;
    for (let o = 0; o < 3; o++) {
      out[o] =
        (1 - large) * (nodes[lowest + o] as number) +
        (large - middle) * (nodes[second + o] as number) +
        (middle - small) * (nodes[third + o] as number) +
        small * (nodes[highest + o] as number);
    }
  };
}
