/** GIF bytes through header and decoder at full size. */
import { decodeGif } from "../../../../../src/image/formats/gif/decode.ts";
import { gifHeader } from "../../../../../src/image/formats/gif/header.ts";
import type { Pixels } from "../../../../../src/image/picture.ts";

export async function pictureOf(bytes: Uint8Array): Promise<{ pixels: Pixels; truncated: boolean }> {
  const source = gifHeader(bytes);
  const { width, height } = source;
  const whole = { left: 0, top: 0, width, height };
  const view = { window: whole, bounds: whole, width, height };
  const { picture, truncated } = await decodeGif(bytes, source, { view, dctScale: 8 }, { lap: () => {} });
  return { pixels: picture.frames[0].pixels, truncated };
}

const LETTERS: Readonly<Record<string, string>> = {
  ff0000ff: "R",
  "00ff00ff": "G",
  "0000ffff": "B",
  ffffffff: "W",
  "000000ff": "K",
  "00000000": ".",
};

/** One letter a pixel, rows split by a blank: the test palette's R, G, B and W, black K, transparent a dot, else "?". */
export async function lettersOf(bytes: Uint8Array): Promise<string> {
  const { width, data } = (await pictureOf(bytes)).pixels;
  const letters = Buffer.from(data).toString("hex").match(/.{8}/g) ?? [];
  const row = new RegExp(`.{${width}}`, "g");
  return (
    letters
      .map((pixel) => LETTERS[pixel] ?? "?")
      .join("")
      .match(row) ?? []
  ).join(" ");
}
