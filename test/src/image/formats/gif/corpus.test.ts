/** Real files, and the known bad ones, against sharp pixel by pixel; skipped where the corpus is not beside the checkout. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { gifHeader } from "../../../../../src/image/formats/gif/header.ts";
import { CORPUS, corpusFiles, readCorpus } from "../../corpus.ts";
import { pictureOf } from "./pictureOf.ts";

const CASES = join(CORPUS, "../cases/image");

/** Pixels of the left `width` columns that differ from sharp's first frame. Colour counts where ours is opaque. */
async function differing(bytes: Uint8Array, width?: number): Promise<number> {
  const { pixels } = await pictureOf(bytes);
  const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([width ?? info.width, info.height]).toEqual([pixels.width, pixels.height]);
  // Without a transparent index sharp fills what is uncovered with black.
  const keepsAlpha = data.some((byte, i) => (i & 3) === 3 && byte === 0);
  let count = 0;
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) {
      const [ours, theirs] = [4 * (y * pixels.width + x), 4 * (y * info.width + x)];
      const opaque = pixels.data[ours + 3] === 255;
      const same = [0, 1, 2, 3].every((channel) => pixels.data[ours + channel] === data[theirs + channel]);
      if (opaque ? !same : keepsAlpha && data[theirs + 3] !== 0) count++;
    }
  }
  return count;
}

describe("corpus", () => {
  const files = corpusFiles("formats").filter((file) => file.startsWith("gif-"));

  test.skipIf(files.length > 0)("skipped: there is no ../shared/corpus", () => {});
  test.each(files)("%s", async (file) => {
    const bytes = readCorpus("formats", file);
    expect(await differing(bytes)).toBe(0);
    expect((await pictureOf(bytes)).truncated).toBe(false);
    const { pages = 1 } = await sharp(bytes).metadata();
    expect(gifHeader(bytes).frames).toBe(pages);
  });
});

describe("cases", () => {
  const present = existsSync(CASES);
  const read = (file: string) => new Uint8Array(readFileSync(join(CASES, file)));

  test.skipIf(present)("skipped: there is no ../shared/cases", () => {});
  test.runIf(present).each([
    ["gif-plain-text-extension.gif", undefined],
    ["gif-screen-0x0.gif", undefined],
    // sharp makes the screen wider; browsers cut the frame.
    ["gif-frame-over-right-edge.gif", 40],
  ])("%s", async (file, width) => expect(await differing(read(file), width)).toBe(0));

  test.runIf(present)("gif-frame-over-right-edge.gif leaves its left half open", async () => {
    const { data, width } = (await pictureOf(read("gif-frame-over-right-edge.gif"))).pixels;
    expect([data[4 * (5 * width + 5) + 3], data[4 * (5 * width + 25) + 3]]).toEqual([0, 255]);
  });

  test.runIf(present)("gif-lzw-code-out-of-range.gif shows what came before the code", async () => {
    expect((await pictureOf(read("gif-lzw-code-out-of-range.gif"))).truncated).toBe(true);
  });
});

describe("what sharp writes", () => {
  test.each([2, 16, 256])("%i colours, noise and gradients", async (colours) => {
    const [width, height] = [333, 211];
    const data = Buffer.alloc(width * height * 3);
    for (let i = 0; i < data.length; i++) data[i] = ((i * 2_654_435_761) >>> 13) & (i < data.length / 2 ? 255 : 15);
    const bytes = await sharp(data, { raw: { width, height, channels: 3 } })
      .gif({ colours })
      .toBuffer();
    expect(await differing(new Uint8Array(bytes))).toBe(0);
  });
});
