/** ICC profiles written by the tests themselves: a header, tags, and tables of every type from one function. */

export const u16 = (value: number) => [(value >> 8) & 255, value & 255];
export const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
export const text = (value: string) => [...value].map((c) => c.charCodeAt(0));
export const fixed = (value: number) => u32(Math.round(value * 65536) >>> 0);
const zeros = (count: number) => Array<number>(count).fill(0);
const padded = (bytes: readonly number[]) => [...bytes, ...zeros(-bytes.length & 3)];

/** A profile (ICC.1:2022 7.2, 7.3) that lcms takes too. `version`: 2 or 4. */
export function profileFile(
  space: string,
  pcs: string,
  version: number,
  tags: Readonly<Record<string, readonly number[]>>,
): Uint8Array {
  const header = new Uint8Array(128);
  header[8] = version;
  if (version === 2) header[9] = 0x40;
  header.set(text("scnr"), 12);
  header.set(text(space), 16);
  header.set(text(pcs), 20);
  header.set([7, 208, 0, 1, 0, 1], 24);
  header.set(text("acsp"), 36);
  header.set([...fixed(0.9642), ...fixed(1), ...fixed(0.8249)], 68);
  const all: Readonly<Record<string, readonly number[]>> = {
    wtpt: [...text("XYZ "), ...zeros(4), ...fixed(0.9642), ...fixed(1), ...fixed(0.8249)],
    ...tags,
  };
  const table: number[] = [];
  let bodies: readonly number[] = [];
  const start = 132 + 12 * Object.keys(all).length;
  for (const [name, body] of Object.entries(all)) {
    table.push(...text(name), ...u32(start + bodies.length), ...u32(body.length));
    bodies = bodies.concat(padded(body));
  }
  const bytes = Uint8Array.from([...header, ...u32(Object.keys(all).length), ...table, ...bodies]);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  return bytes;
}

/** Device values 0..1 -> encoded colour 0..1, and what the curves around the grid do. */
export type Shape = {
  readonly inputs: number;
  readonly points: number;
  readonly grid: (device: readonly number[]) => readonly [number, number, number];
  readonly before: (x: number) => number;
  readonly after: (x: number) => number;
};

const NAMES = { 1: "mft1", 2: "mft2" } as const;
const sample = (count: number, f: (x: number) => number) => Array.from({ length: count }, (_, i) => f(i / (count - 1)));

/** The values of all nodes, the last input varying fastest. */
function nodes({ inputs, points, grid }: Shape): number[] {
  return Array.from({ length: points ** inputs }, (_, node) =>
    grid(
      Array.from({ length: inputs }, (_, i) => (Math.floor(node / points ** (inputs - 1 - i)) % points) / (points - 1)),
    ),
  ).flat();
}

/** lut8 (`width` 1) or lut16 (2). */
export function lutTag(shape: Shape, width: 1 | 2, entries = 256): number[] {
  const { inputs, points, before, after } = shape;
  const number = (x: number) => {
    const clipped = Math.min(1, Math.max(0, x));
    return width === 1 ? [Math.round(255 * clipped)] : u16(Math.round(65535 * clipped));
  };
  const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1].flatMap(fixed);
  const curves = (count: number, f: (x: number) => number) =>
    Array.from({ length: count }, () => sample(entries, f)).flat(2);
  return [
    ...text(NAMES[width]),
    ...zeros(4),
    ...[inputs, 3, points, 0],
    ...identity,
    ...(width === 2 ? [...u16(entries), ...u16(entries)] : []),
    ...curves(inputs, before).flatMap(number),
    ...nodes(shape).flatMap(number),
    ...curves(3, after).flatMap(number),
  ];
}

const curve = (f: (x: number) => number, count = 1024) =>
  padded([...text("curv"), ...zeros(4), ...u32(count), ...sample(count, f).flatMap((x) => u16(Math.round(65535 * x)))]);
const gammaCurve = (exponent: number) => [...text("para"), ...zeros(4), 0, 0, 0, 0, ...fixed(exponent)];

/**
 * lutAToB. `width`: bytes of a node, null for no grid. `matrix`: 12 numbers with "M" curves of `gamma`, or null.
 */
export function lutAToBTag(
  shape: Shape,
  width: 1 | 2 | null,
  stage: { readonly matrix: readonly number[]; readonly gamma: number } | null,
): number[] {
  const { inputs, points, before, after } = shape;
  const grid =
    width === null
      ? []
      : padded([
          ...Array<number>(inputs).fill(points),
          ...zeros(16 - inputs),
          ...[width, 0, 0, 0],
          ...nodes(shape).flatMap((x) => (width === 1 ? [Math.round(255 * x)] : u16(Math.round(65535 * x)))),
        ]);
  const parts = {
    b: Array.from({ length: 3 }, () => curve(after)).flat(),
    matrix: stage === null ? [] : stage.matrix.flatMap(fixed),
    m: stage === null ? [] : Array.from({ length: 3 }, () => gammaCurve(stage.gamma)).flat(),
    grid,
    a: width === null ? [] : Array.from({ length: inputs }, () => curve(before)).flat(),
  };
  let at = 32;
  const offsets = Object.values(parts).flatMap((part) => {
    const offset = part.length === 0 ? 0 : at;
    at += part.length;
    return u32(offset);
  });
  return [...text("mAB "), ...zeros(4), inputs, 3, 0, 0, ...offsets, ...Object.values(parts).flat()];
}
