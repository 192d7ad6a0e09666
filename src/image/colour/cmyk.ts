/** CMYK without a usable profile, as browsers do it: R = (1 - C)(1 - K). */

/**
 * CMYK to RGBA in place, 4 bytes a pixel. `inverted`: the samples are 255 - ink, as Adobe's programs store them and
 * libjpeg passes them on. Else they are ink.
 */
export function cmykToRgba(data: Uint8Array, inverted: boolean): void {
  const flip = inverted ? 0 : 255;
  for (let i = 0; i < data.length; i += 4) {
    const k = (data[i + 3] ?? 0) ^ flip;
    data[i] = scale((data[i] ?? 0) ^ flip, k);
    data[i + 1] = scale((data[i + 1] ?? 0) ^ flip, k);
    data[i + 2] = scale((data[i + 2] ?? 0) ^ flip, k);
    data[i + 3] = 255;
  }
}

/** round(value * k / 255) for bytes. */
function scale(value: number, k: number): number {
  return Math.round((value * k) / 255);
}
