/**
 * The table from a device's values to the connection space: tag A2B0 of type lut8, lut16 or lutAToB (ICC.1:2022 10.10 to
 * 10.12). Press profiles are made like this, and some of scanners, printers and screens.
 */
import { curveBytes, readCurve, type ToneCurve } from "./curve.ts";
import { tag } from "./tag.ts";

/** How the three results stand for a colour (6.3.4). */
export type Encoding = "xyz" | "lab" | "lab of lut16";

export type Lut = {
  /** 1, 3 or 4 values come in. */
  readonly inputs: number;
  /** Nodes along each input, at least 2. The last input varies fastest. */
  readonly points: readonly number[];
  /** For each input 256 places on its axis, 0 to points - 1, after its curve. */
  readonly places: Float32Array;
  /** Three numbers for each node. */
  readonly nodes: Float32Array;
  /** What follows the interpolation, in place: the numbers become the encoded colour, 0..1. */
  readonly finish: (values: Float64Array) => void;
  readonly encoding: Encoding;
};

const OUTPUTS = 3;
/** Four inks with 21 points, or three colours with 57. More would cost more than the picture. */
const MAX_NODES = 200_000;
/** Curves after the interpolation are read from a table of this many steps. */
const CURVE_STEPS = 4096;

/** Tag data -> Lut, or null when it is damaged, too large, or of another type or number of inputs. */
export function readLut(body: DataView, inputs: number, space: string): Lut | null {
  if (body.byteLength < 32 || body.getUint8(8) !== inputs || body.getUint8(9) !== OUTPUTS) return null;
  if (space !== "Lab " && space !== "XYZ ") return null;
  const type = tag(body, 0);
  if (type === "mAB ") return lutAToB(body, inputs, space === "Lab " ? "lab" : "xyz");
  if (body.byteLength < 52 || (type !== "mft1" && type !== "mft2")) return null;
  if (type === "mft1") return lutOfBytes(body, { inputs, width: 1, start: 48, entries: [256, 256] }, space);
  const entries = [body.getUint16(48), body.getUint16(50)] as const;
  return lutOfBytes(body, { inputs, width: 2, start: 52, entries }, space);
}

type Layout = {
  readonly inputs: number;
  /** Bytes of a number. */
  readonly width: 1 | 2;
  readonly start: number;
  /** Entries of each curve before and after the grid. */
  readonly entries: readonly [before: number, after: number];
};

/** lut8 and lut16: curves, grid, curves, all of them tables. Their matrix is for XYZ as input, which no picture has. */
function lutOfBytes(body: DataView, { inputs, width, start, entries }: Layout, space: string): Lut | null {
  const [before, after] = entries;
  const points = Array<number>(inputs).fill(body.getUint8(10));
  const count = nodeCount(points);
  const gridAt = start + inputs * before * width;
  const afterAt = gridAt + (count ?? 0) * OUTPUTS * width;
  if (count === null || before < 2 || after < 2 || afterAt + OUTPUTS * after * width > body.byteLength) return null;
  const number = (at: number) => (width === 1 ? body.getUint8(at) / 255 : body.getUint16(at) / 65535);
  const curve = (at: number, size: number) => (x: number) => {
    const place = x * (size - 1);
    const low = Math.min(size - 2, Math.floor(place));
    const [a, b] = [number(at + low * width), number(at + (low + 1) * width)];
    return a + (b - a) * (place - low);
  };
  const curvesBefore = points.map((_, i) => curve(start + i * before * width, before));
  const curvesAfter = [0, 1, 2].map((i) => curve(afterAt + i * after * width, after));
  return {
    inputs,
    points,
    places: placesOf(curvesBefore, points),
    nodes: Float32Array.from({ length: count * OUTPUTS }, (_, i) => number(gridAt + i * width)),
    finish: throughCurves(curvesAfter),
    encoding: space === "XYZ " ? "xyz" : width === 1 ? "lab" : "lab of lut16",
  };
}

/** lutAToB: "A" curves, grid, "M" curves, matrix, "B" curves. All but the last may be missing. */
function lutAToB(body: DataView, inputs: number, encoding: Encoding): Lut | null {
  const [bAt, matrixAt, mAt, gridAt, aAt] = [12, 16, 20, 24, 28].map((at) => body.getUint32(at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [b, m] = [readCurves(body, bAt, OUTPUTS), mAt === 0 ? [] : readCurves(body, mAt, OUTPUTS)];
  const a = aAt === 0 ? [] : readCurves(body, aAt, inputs);
  const grid = gridAt === 0 ? identityGrid(inputs) : readGrid(body, gridAt, inputs);
  if (b === null || m === null || a === null || grid === null) return null;
  if (matrixAt !== 0 && matrixAt + 48 > body.byteLength) return null;
  const matrix =
    matrixAt === 0 ? null : Float64Array.from({ length: 12 }, (_, i) => body.getInt32(matrixAt + 4 * i) / 65536);
  const [first, last] = [throughCurves(m), throughCurves(b)];
  return {
    inputs,
    ...grid,
    places: placesOf(a.length > 0 ? a : grid.points.map(() => (x: number) => x), grid.points),
    finish(values) {
      first(values);
      if (matrix !== null) throughMatrix(matrix, values);
      last(values);
    },
    encoding,
  };
}

/** Curves one after the other, each at a multiple of 4 bytes. */
function readCurves(body: DataView, from: number, count: number): readonly ToneCurve[] | null {
  const curves: ToneCurve[] = [];
  for (let i = 0, at = from; i < count; i++) {
    if (at + 12 > body.byteLength) return null;
    const rest = new DataView(body.buffer, body.byteOffset + at, body.byteLength - at);
    const curve = readCurve(rest);
    if (curve === null) return null;
    curves.push(curve);
    at += (curveBytes(rest) + 3) & ~3;
  }
  return curves;
}

type Grid = Pick<Lut, "points" | "nodes">;

/** 16 bytes with the points along each input, the bytes of a number, 3 bytes of padding, the nodes. */
function readGrid(body: DataView, at: number, inputs: number): Grid | null {
  if (at + 20 > body.byteLength) return null;
  const points = Array.from({ length: inputs }, (_, i) => body.getUint8(at + i));
  const width = body.getUint8(at + 16);
  const count = nodeCount(points);
  if (count === null || (width !== 1 && width !== 2)) return null;
  if (at + 20 + count * OUTPUTS * width > body.byteLength) return null;
  const number = (i: number) =>
    width === 1 ? body.getUint8(at + 20 + i) / 255 : body.getUint16(at + 20 + 2 * i) / 65535;
  return { points, nodes: Float32Array.from({ length: count * OUTPUTS }, (_, i) => number(i)) };
}

/** Without a grid the three values go on as they are. */
function identityGrid(inputs: number): Grid | null {
  if (inputs !== OUTPUTS) return null;
  return {
    points: [2, 2, 2],
    nodes: Float32Array.from({ length: 8 * 3 }, (_, i) => (Math.floor(i / 3) >> (2 - (i % 3))) & 1),
  };
}

/** The product of the points, or null when it is too large or an axis has less than two. */
function nodeCount(points: readonly number[]): number | null {
  const count = points.reduce((product, n) => product * n, 1);
  return points.some((n) => n < 2) || count > MAX_NODES ? null : count;
}

function placesOf(curves: readonly ToneCurve[], points: readonly number[]): Float32Array {
  return Float32Array.from({ length: 256 * points.length }, (_, i) => {
    const input = i >> 8;
    return clipped(curves[input]?.((i & 255) / 255) ?? 0) * ((points[input] ?? 2) - 1);
  });
}

/** Curves as tables: a power for each pixel would take much longer. */
function throughCurves(curves: readonly ToneCurve[]): (values: Float64Array) => void {
  const tables = curves.map((curve) =>
    Float32Array.from({ length: CURVE_STEPS + 1 }, (_, i) => curve(i / CURVE_STEPS)),
  );
  if (tables.every(isStraight)) {
    return (values) => {
      for (let c = 0; c < tables.length; c++) values[c] = clipped(values[c] as number);
    };
  }
  return (values) => {
    for (let c = 0; c < tables.length; c++) {
      const table = tables[c] as Float32Array;
      const place = clipped(values[c] as number) * CURVE_STEPS;
      const low = Math.min(CURVE_STEPS - 1, place | 0);
      const a = table[low] as number;
      values[c] = a + ((table[low + 1] as number) - a) * (place - low);
    }
  };
}

/** Whether a curve changes nothing by more than rounding. */
function isStraight(table: Float32Array): boolean {
  return table.every((value, i) => Math.abs(value - i / CURVE_STEPS) < 1e-6);
}

/** Nine factors row by row, then three summands. */
function throughMatrix(m: Float64Array, values: Float64Array): void {
  // Not by destructuring: the iterator of a typed array takes longer than the product.
  const x = values[0] as number;
  const y = values[1] as number;
  const z = values[2] as number;
  for (let row = 0; row < 3; row++) {
    const at = 3 * row;
    values[row] =
      (m[at] as number) * x + (m[at + 1] as number) * y + (m[at + 2] as number) * z + (m[9 + row] as number);
  }
}

function clipped(x: number): number {
  return x > 0 ? Math.min(1, x) : 0;
}
