/** Makes small real pictures for sources. */
import sharp from "sharp";

/** A JPEG of one colour with grain. It is large enough to be cut in half, and takes a few milliseconds to make. */
export async function jpegOf(
  colour: { r: number; g: number; b: number },
  width = 480,
  height = 320,
): Promise<Uint8Array> {
  const noise = { type: "gaussian", mean: 128, sigma: 20 } as const;
  const grain = await sharp({ create: { width, height, channels: 3, noise, background: "grey" } })
    .png()
    .toBuffer();
  const bytes = await sharp({ create: { width, height, channels: 3, background: colour } })
    .composite([{ input: grain, blend: "soft-light" }])
    .jpeg({ quality: 85 })
    .toBuffer();
  return new Uint8Array(bytes);
}

/** The mean colour of a band of an encoded picture, 0..255. The band goes from `from` to `to`: 0 = top, 1 = bottom. */
export async function meanColour(bytes: Uint8Array, from = 0, to = 1): Promise<{ r: number; g: number; b: number }> {
  const { width, height } = await sharp(bytes).metadata();
  const top = Math.floor(height * from);
  const region = { left: 0, top, width, height: Math.max(1, Math.floor(height * to) - top) };
  const { channels } = await sharp(await sharp(bytes).extract(region).png().toBuffer()).stats();
  const [r = 0, g = 0, b = 0] = channels.map(({ mean }) => Math.round(mean));
  return { r, g, b };
}
