/** The inks of a CMYK picture to RGB: by the embedded profile if it is a table, else as in cmyk.ts. */
import { cmykToRgba } from "./cmyk.ts";
import { readTable } from "./icc/table.ts";

/**
 * In place, 4 bytes a pixel: C, M, Y, K in, RGBA out. `inverted`: the samples are 255 - ink, as Adobe's programs store
 * them and libjpeg passes them on. Else they are ink. `icc` is the embedded profile or null.
 */
export function inksToRgba(data: Uint8Array, inverted: boolean, icc: Uint8Array | null): void {
  const table = icc === null ? null : readTable(icc, "CMYK");
  if (table === null) {
    cmykToRgba(data, inverted);
    return;
  }
  const flip = inverted ? 255 : 0;
  for (let i = 0; i < data.length; i += 4) {
    const c = (data[i] ?? 0) ^ flip;
    const m = (data[i + 1] ?? 0) ^ flip;
    const y = (data[i + 2] ?? 0) ^ flip;
    table(c, m, y, (data[i + 3] ?? 0) ^ flip, data, i);
    data[i + 3] = 255;
  }
}
