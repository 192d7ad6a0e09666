/** YCbCr that is not JPEG (TIFF 6.0, sections 20 and 21): blocks of luma samples, each with one sample of both chromas. */
import type { TiffPage } from "../directory/page.ts";
import type { ConvertRow } from "./reader.ts";

/**
 * The function for units of rows. A unit has as many rows as luma samples stand above each other for one of chroma.
 * Chroma is not interpolated, as in libtiff.
 */
export function yccRows({ subsampling: [h, v], luma, range }: TiffPage): ConvertRow {
  const [red, green, blue] = luma;
  const [blackY = 0, whiteY = 255, zeroB = 128, endB = 255, zeroR = 128, endR = 255] = range;
  const scale = (zero: number, end: number, to: number) => to / (end === zero ? to : end - zero);
  const [scaleY, scaleB, scaleR] = [scale(blackY, whiteY, 255), scale(zeroB, endB, 127), scale(zeroR, endR, 127)];
  const block = h * v + 2;
  return (data, at, width, out, to, row) => {
    for (let x = 0; x < width; x++) {
      const start = at + Math.floor(x / h) * block;
      const y = ((data[start + row * h + (x % h)] ?? 0) - blackY) * scaleY;
      const cb = ((data[start + h * v] ?? 0) - zeroB) * scaleB;
      const cr = ((data[start + h * v + 1] ?? 0) - zeroR) * scaleR;
      const r = y + cr * (2 - 2 * red);
      const b = y + cb * (2 - 2 * blue);
      const g = (y - red * r - blue * b) / green;
      out[to + x] = (0xff << 24) | (byte(b) << 16) | (byte(g) << 8) | byte(r);
    }
  };
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}
