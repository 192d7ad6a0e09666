/**
 * What the decoder should give, from the coefficients by the formulas in floating point, one sample after the other.
 */
import type { Synthetic, SyntheticComponent } from "./synthetic.ts";

export type Plane = { readonly columns: number; readonly rows: number; readonly samples: Float64Array };

/** Zigzag index of (row, column), by walking the diagonals. */
export function zigzagIndex(row: number, column: number): number {
  const diagonal = row + column;
  const before = diagonal < 8 ? (diagonal * (diagonal + 1)) / 2 : 64 - ((15 - diagonal) * (16 - diagonal)) / 2;
  const along = diagonal % 2 === 0 ? column : row;
  return before + (diagonal < 8 ? along : along - (diagonal - 7));
}

/**
 * The component at `size` samples a block side: the size-point inverse DCT of the lowest coefficients, rounded to 8
 * bits.
 */
export function planeOf(picture: Synthetic, component: SyntheticComponent, size: number): Plane {
  const H = Math.max(...picture.components.map((c) => c.h));
  const V = Math.max(...picture.components.map((c) => c.v));
  const columns = Math.ceil((Math.ceil((picture.width * component.h) / H) * size) / 8);
  const rows = Math.ceil((Math.ceil((picture.height * component.v) / V) * size) / 8);
  const samples = new Float64Array(columns * rows);
  const basis = (x: number, u: number) =>
    (u === 0 ? Math.SQRT1_2 : 1) * Math.cos(((2 * (x % size) + 1) * u * Math.PI) / (2 * size));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const block = (Math.floor(y / size) * component.across + Math.floor(x / size)) * 64;
      let sum = 0;
      for (let v = 0; v < size; v++) {
        for (let u = 0; u < size; u++) {
          const k = zigzagIndex(v, u);
          sum += (component.coefficients[block + k] ?? 0) * (component.quantiser[k] ?? 0) * basis(x, u) * basis(y, v);
        }
      }
      samples[y * columns + x] = Math.min(255, Math.max(0, Math.round(sum / 4 + 128)));
    }
  }
  return { columns, rows, samples };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  return Math.abs(x) < 3 ? (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2 : 0;
}

/** One output sample of the interval that begins at `from`, `ratio` samples long per output sample; ends go on. */
function weigh(line: (i: number) => number, length: number, from: number, ratio: number, j: number): number {
  const centre = from + (j + 0.5) * ratio;
  const scale = Math.max(1, ratio);
  let sum = 0;
  let weights = 0;
  for (let i = Math.floor(centre - 3 * scale) - 1; i <= centre + 3 * scale + 1; i++) {
    const weight = lanczos((i + 0.5 - centre) / scale);
    sum += weight * line(Math.min(length - 1, Math.max(0, i)));
    weights += weight;
  }
  return sum / weights;
}

export type Area = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Lanczos-3 to width x height of the part of the plane that `area` (in samples) is. */
export function resample(plane: Plane, area: Area, width: number, height: number): Float64Array {
  const { columns, rows, samples } = plane;
  const tall = new Float64Array(columns * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      const line = (i: number) => samples[i * columns + x] ?? 0;
      tall[y * columns + x] = weigh(line, rows, area.y, area.height / height, y);
    }
  }
  const out = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const line = (i: number) => tall[y * columns + i] ?? 0;
      const value = weigh(line, columns, area.x, area.width / width, x);
      out[y * width + x] = Math.min(255, Math.max(0, value));
    }
  }
  return out;
}
