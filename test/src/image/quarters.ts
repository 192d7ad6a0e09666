/** A picture with a red, green, blue and white quarter, so that a turn or a swapped channel shows. */
import sharp from "sharp";

const SIDE = { width: 400, height: 300 };

/** The picture, 400x300; with four channels its white quarter is transparent. */
export function quarters(channels: 3 | 4 = 3) {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ] as const;
  const data = Buffer.alloc(SIDE.width * SIDE.height * channels);
  for (let y = 0; y < SIDE.height; y++) {
    for (let x = 0; x < SIDE.width; x++) {
      const quarter = (y < SIDE.height / 2 ? 0 : 2) + (x < SIDE.width / 2 ? 0 : 1);
      const at = (y * SIDE.width + x) * channels;
      data.set(colours[quarter] ?? colours[0], at);
      if (channels === 4) data[at + 3] = quarter === 3 ? 0 : 255;
    }
  }
  return sharp(data, { raw: { ...SIDE, channels } });
}

/** RGBA near the four corners: top left, top right, bottom left, bottom right. */
export async function cornersOf(bytes: Uint8Array): Promise<number[][]> {
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixel = (x: number, y: number) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)];
  const [right, bottom] = [info.width - 6, info.height - 6];
  return [pixel(5, 5), pixel(right, 5), pixel(5, bottom), pixel(right, bottom)];
}

export const RED = [255, 0, 0, 255];
export const GREEN = [0, 255, 0, 255];
export const BLUE = [0, 0, 255, 255];
export const WHITE = [255, 255, 255, 255];

export function near(actual: readonly number[], wanted: readonly number[], limit: number): boolean {
  return wanted.every((value, i) => Math.abs(value - (actual[i] ?? -1)) <= limit);
}
