/** Small real pictures for sources, made on the spot. */
import sharp from "sharp";

/** A JPEG of smooth noise around one colour: big enough to be cut, small enough to be made in a millisecond or two. */
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
