/** What a page shows until a picture is there: the picture of a ThumbHash. All that this file exports is part of the package. */

/** The longer side of the picture, in pixels. */
const SIDE = 32;
const HEAD_BYTES = 122;
const BITFIELDS = 3;
/** "sRGB" as a number. */
const SRGB = 0x73524742;

/** ThumbHash in base64, as `/info` gives it -> `data:image/bmp;base64,…`. Throws for a text that is no base64. */
export function placeholder(thumbhash: string): string {
  const file = pictureOf(atob(thumbhash));
  return `data:image/bmp;base64,${btoa(String.fromCharCode(...file))}`;
}

/** The reverse of rgbaToThumbHash (evanw.github.io/thumbhash, "Decoding"). */
function pictureOf(hash: string): number[] {
  // A byte. Behind the end it is NaN, which counts as 0 among bits.
  const at = (i: number) => hash.charCodeAt(i);
  const head = at(0) | (at(1) << 8) | (at(2) << 16);
  const tail = at(3) | (at(4) << 8);
  const hasAlpha = head >> 23;
  const isWide = tail >> 15;
  const most = hasAlpha ? 5 : 7;
  const [nx, ny] = isWide ? [most, tail & 7] : [tail & 7, most];
  let nibble = hasAlpha ? 12 : 10;
  /** The waves of a channel, each with its frequencies. */
  const waves = (across: number, down: number, scale: number) => {
    const list: (readonly [x: number, y: number, amplitude: number])[] = [];
    for (let y = 0; y < down; y++) {
      for (let x = y ? 0 : 1; x * down < across * (down - y); x++, nibble++) {
        list.push([x, y, (((at(nibble >> 1) >> ((nibble & 1) * 4)) & 15) / 7.5 - 1) * scale * 2]);
      }
    }
    return list;
  };
  const channels = [
    [(head & 63) / 63, waves(Math.max(3, nx), Math.max(3, ny), ((head >> 18) & 31) / 31)],
    [((head >> 6) & 63) / 31.5 - 1, waves(3, 3, ((tail >> 3) & 63) / 50.4)],
    [((head >> 12) & 63) / 31.5 - 1, waves(3, 3, ((tail >> 9) & 63) / 50.4)],
    [hasAlpha ? (at(5) & 15) / 15 : 1, hasAlpha ? waves(5, 5, (at(5) >> 4) / 15) : []],
  ] as const;
  const ratio = nx / ny || 1;
  const [width, height] = [Math.round(SIDE * Math.min(1, ratio)), Math.round(SIDE / Math.max(1, ratio))];
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [across, down] = [((x + 0.5) * Math.PI) / width, ((y + 0.5) * Math.PI) / height];
      const [light = 0, yellow = 0, red = 0, alpha = 0] = channels.map(([mean, list]) =>
        list.reduce((sum, [fx, fy, amplitude]) => sum + amplitude * Math.cos(across * fx) * Math.cos(down * fy), mean),
      );
      const b = light - (2 / 3) * yellow;
      const r = (3 * light - b + red) / 2;
      pixels.push(...[b, r - red, r, alpha].map((value) => Math.max(0, Math.min(255, 255 * value)) | 0));
    }
  }
  return bmp(width, height, pixels);
}

/** Blue, green, red and alpha of each pixel, rows from the top -> a BMP with alpha (BITMAPV4HEADER): no checksums. */
function bmp(width: number, height: number, pixels: readonly number[]): number[] {
  const head = [108, width, -height, 1 | (32 << 16), BITFIELDS, pixels.length, 0, 0, 0, 0];
  const masks = [0xff0000, 0xff00, 0xff, 0xff000000, SRGB];
  // Colours that sRGB does not need to say.
  const numbers = [HEAD_BYTES + pixels.length, 0, HEAD_BYTES, ...head, ...masks, ...new Array<number>(12).fill(0)];
  return [0x42, 0x4d, ...numbers.flatMap((value) => [0, 8, 16, 24].map((bits) => (value >> bits) & 255)), ...pixels];
}
