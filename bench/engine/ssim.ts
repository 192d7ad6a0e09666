/** Structural similarity (Wang et al. 2004) of two RGB pictures by their luma: 8x8 windows, every 4 pixels. */

const WINDOW = 8;
const STEP = 4;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Both `width * height * channels` bytes, channels >= 3 with RGB first. Gives the mean over all windows, 1 = equal. */
export function ssim(a: Uint8Array, b: Uint8Array, width: number, height: number, channels: number): number {
  const [x, y] = [luma(a, width * height, channels), luma(b, width * height, channels)];
  let [sum, windows] = [0, 0];
  for (let top = 0; top + WINDOW <= height; top += STEP) {
    for (let left = 0; left + WINDOW <= width; left += STEP) {
      sum += windowSsim(x, y, top * width + left, width);
      windows++;
    }
  }
  return sum / windows;
}

function luma(pixels: Uint8Array, count: number, channels: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const at = i * channels;
    return 0.299 * (pixels[at] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + 2] ?? 0);
  });
}

function windowSsim(x: Float32Array, y: Float32Array, start: number, stride: number): number {
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  for (let row = 0; row < WINDOW; row++) {
    for (let at = start + row * stride; at < start + row * stride + WINDOW; at++) {
      const [p, q] = [x[at] ?? 0, y[at] ?? 0];
      sx += p;
      sy += q;
      sxx += p * p;
      syy += q * q;
      sxy += p * q;
    }
  }
  const n = WINDOW * WINDOW;
  const [mx, my] = [sx / n, sy / n];
  const [vx, vy, vxy] = [sxx / n - mx * mx, syy / n - my * my, sxy / n - mx * my];
  return ((2 * mx * my + C1) * (2 * vxy + C2)) / ((mx * mx + my * my + C1) * (vx + vy + C2));
}
