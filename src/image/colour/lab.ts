/** CIE L*a*b* to sRGB. Its white is that of sRGB, as in libvips: what is neutral stays neutral. */
import { fromLab } from "./icc/table.ts";
import type { Matrix } from "./matrix.ts";
import { encodeByte } from "./srgbSpace.ts";

/** XYZ relative to the white of sRGB, D65 -> linear sRGB (IEC 61966-2-1). */
const TO_LINEAR: Matrix = [
  3.0803991, -1.5373832, -0.5430159, -0.9212234, 1.8759675, 0.0452559, 0.0528739, -0.203977, 1.151103,
];

/**
 * In place, 4 bytes a pixel: L* (255 is 100), a* + 128, b* + 128 in, RGB out. Alpha stays. Colours outside of sRGB are
 * clipped.
 */
export function labToRgba(data: Uint8Array): void {
  const v = new Float64Array(3);
  const [a, b, c, d, e, f, g, h, k] = TO_LINEAR;
  for (let i = 0; i < data.length; i += 4) {
    for (let n = 0; n < 3; n++) v[n] = (data[i + n] as number) / 255;
    fromLab(v, 100, 255);
    const x = v[0] as number;
    const y = v[1] as number;
    const z = v[2] as number;
    data[i] = encodeByte(a * x + b * y + c * z);
    data[i + 1] = encodeByte(d * x + e * y + f * z);
    data[i + 2] = encodeByte(g * x + h * y + k * z);
  }
}
