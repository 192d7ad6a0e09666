/** Structural similarity of two pictures (Wang et al. 2004) on luma, 8x8 windows every 4 pixels, mean of all. */

const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;
const WINDOW = 8;
const STEP = 4;

/** 1 = the same. `a` and `b` are RGBA of the same width and height, at least 8 pixels each way. */
export function ssim(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  const [la, lb] = [luma(a), luma(b)];
  let [sum, count] = [0, 0];
  for (let y = 0; y + WINDOW <= height; y += STEP) {
    for (let x = 0; x + WINDOW <= width; x += STEP) {
      sum += windowSsim(la, lb, y * width + x, width);
      count++;
    }
  }
  return sum / count;
}

/** ITU-R BT.601. */
function luma(rgba: Uint8Array): Float64Array {
  return Float64Array.from({ length: rgba.length / 4 }, (_, i) => {
    const [r = 0, g = 0, b = 0] = rgba.subarray(4 * i, 4 * i + 3);
    return 0.299 * r + 0.587 * g + 0.114 * b;
  });
}

function windowSsim(a: Float64Array, b: Float64Array, start: number, width: number): number {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let y = 0; y < WINDOW; y++) {
    for (let x = 0; x < WINDOW; x++) {
      const va = a[start + y * width + x] ?? 0;
      const vb = b[start + y * width + x] ?? 0;
      sa += va;
      sb += vb;
      saa += va * va;
      sbb += vb * vb;
      sab += va * vb;
    }
  }
  const n = WINDOW * WINDOW;
  const [ma, mb] = [sa / n, sb / n];
  const [varA, varB, cov] = [saa / n - ma * ma, sbb / n - mb * mb, sab / n - ma * mb];
  return ((2 * ma * mb + C1) * (2 * cov + C2)) / ((ma * ma + mb * mb + C1) * (varA + varB + C2));
}
