/** A picture's bytes through header and decoder, and a picture as text. */
import { decode } from "../../../../../src/image/decode.ts";
import { FORMATS } from "../../../../../src/image/formats/registry.ts";
import type { Pixels } from "../../../../../src/image/picture.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { startStopwatch } from "../../../../../src/image/rendition.ts";

type Size = { readonly width: number; readonly height: number };

/** A BMP or icon at the size asked for; at full size when none is. */
export async function pictureOf(bytes: Uint8Array, size?: Size): Promise<{ pixels: Pixels; truncated: boolean }> {
  const source = readHeader(bytes);
  if (source.format !== "bmp" && source.format !== "ico") throw new Error(`it is a ${source.format}`);
  const whole = { left: 0, top: 0, width: source.width, height: source.height };
  const view = { window: whole, bounds: whole, ...(size ?? { width: source.width, height: source.height }) };
  const { decoders } = FORMATS[source.format].input;
  const { picture, truncated } = await decode(decoders, bytes, source, { view, dctScale: 8 }, startStopwatch());
  return { pixels: picture.frames[0].pixels, truncated };
}

const LETTERS: Readonly<Record<string, string>> = {
  ff0000ff: "R",
  "00ff00ff": "G",
  "0000ffff": "B",
  ffffffff: "W",
  "000000ff": "K",
};

/** One letter a pixel, rows split by a blank: R, G, B, W and black K, all transparent ones a dot, else hexadecimal. */
export async function lettersOf(bytes: Uint8Array, size?: Size): Promise<string> {
  const { width, height, data } = (await pictureOf(bytes, size)).pixels;
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.from(data.subarray(4 * y * width, 4 * (y + 1) * width)).toString("hex");
    return (row.match(/.{8}/g) ?? [])
      .map((pixel) => (pixel.endsWith("00") ? "." : (LETTERS[pixel] ?? `<${pixel}>`)))
      .join("");
  });
  return rows.join(" ");
}
