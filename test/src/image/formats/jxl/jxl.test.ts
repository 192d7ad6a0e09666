/** JPEG XL: pixels, sizes before decoding, cut files, and the corpus. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../../../src/errors.ts";
import { factsOf } from "../../../../../src/image/facts.ts";
import { readHeader } from "../../../../../src/image/readHeader.ts";
import { renderAny } from "../../../heavy/renderAny.ts";
import { corpusFiles, decodedPixels, psnr, readCorpus } from "../../corpus.ts";
import { orderOf } from "../../orders.ts";
import { MUTATIONS } from "../damage/mutations.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { jxlFile, jxlPixels } from "./jxlFile.ts";

/** In dB, against libjxl. */
const LEAST = 45;

/** Smooth colours with some noise. */
function pixels(width: number, height: number, alpha: boolean): Uint8Array {
  const random = seeded(3);
  return Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    if (i % 4 === 3) return alpha ? (i >> 2) % 256 : 255;
    return Math.min(255, ((i >> 2) % width) * (1 + (i % 4)) + random.between(0, 20));
  });
}

const decoded = async (file: Uint8Array) => decodedPixels((await renderAny(orderOf(file, {}, "png"))).bytes);

describe("pixels", () => {
  test.each([
    [40, 30],
    [64, 64],
    [33, 7],
    [300, 200],
    [48, 32],
    [160, 90],
  ])("lossless, %i x %i: as they were", async (width, height) => {
    const data = pixels(width, height, false);
    const file = await jxlFile(data, width, height);
    expect(readHeader(file)).toMatchObject({ format: "jxl", width, height });
    expect(psnr(await decoded(file), data)).toBeGreaterThan(50);
  });
  test("alpha is straight", async () => {
    const data = pixels(64, 40, true);
    const made = await decoded(await jxlFile(data, 64, 40));
    for (let i = 3; i < data.length; i += 4) expect(Math.abs((made[i] ?? 0) - (data[i] ?? 0))).toBeLessThan(2);
    expect(psnr(data, made)).toBeGreaterThan(45);
  });
  test("lossy", async () => {
    const data = pixels(200, 100, false);
    expect(psnr(await decoded(await jxlFile(data, 200, 100, 80)), data)).toBeGreaterThan(25);
  });
});

describe("sizes", () => {
  /** A bare header: height and width of 30 bits, then metadata that says nothing. */
  const sized = (width: number, height: number) => {
    const bits = [0, 1, 1, ...binary(height - 1, 30), 0, 0, 0, 1, 1, ...binary(width - 1, 30), 1];
    const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
      bits.slice(8 * i, 8 * i + 8).reduce((sum, bit, k) => sum + bit * 2 ** k, 0),
    );
    return Uint8Array.from([0xff, 0x0a, ...bytes, ...new Uint8Array(64)]);
  };
  const binary = (value: number, count: number) => Array.from({ length: count }, (_, i) => (value >> i) & 1);
  test("are read", () => {
    expect(readHeader(sized(1234, 567))).toMatchObject({ width: 1234, height: 567, alpha: false });
  });
  test.each([
    [2_000, 1_501],
    [100_000, 100_000],
    [2 ** 30, 2 ** 30],
  ])("%i x %i: refused before anything is decoded", async (width, height) => {
    const order = orderOf(sized(width, height), { width: 100 }, "webp");
    await expect(renderAny(order)).rejects.toMatchObject({ reason: "source_too_many_pixels" });
  });
  test("what has no picture behind its header is damaged", async () => {
    await expect(renderAny(orderOf(sized(20, 20), {}, "png"))).rejects.toMatchObject({ reason: "image_damaged" });
    expect(() => readHeader(Uint8Array.of(0xff, 0x0a, 0x00))).toThrow(
      expect.objectContaining({ reason: "image_damaged" }),
    );
  });
});

test("a file that is cut gives what is there, and counts as cut", async () => {
  const [width, height] = [600, 600];
  const file = await jxlFile(pixels(width, height, false), width, height);
  const { truncated, bytes } = await renderAny(orderOf(file.subarray(0, file.length >> 1), { width: 100 }, "png"));
  expect(truncated).toBe(true);
  expect((await sharp(bytes).metadata()).width).toBe(100);
});

/** FIRSTLIGHT_LONG=1 takes many. */
const DAMAGED = process.env.FIRSTLIGHT_LONG === "1" ? 5_000 : 30;
const OF_THE_SOURCE = [
  ...["image_damaged", "format_unsupported", "not_an_image", "source_too_many_pixels", "result_too_large"],
  "source_too_complex",
];

/** Three frames of 24x16 that cjxl wrote without loss: gradients, red, and a blue square on the gradients. */
const MOVING = Uint8Array.from(
  Buffer.from(
    "ff0a03050308282e0908029209000084014b2831dd8cbd87f561ba50505050507200229181f2ee62cc1807020a7c3847fe4a0030801040004118" +
      "0060a2ad9b2c40ce0508d2d2f6ffffffffff4992244992244992a4ee104fcd2e43d08c58598770bc2a7ecbbbf07fc5c341b71252a92325070802" +
      "220b000064004b188b1500d4176330f22e1001002159004021817f3fa2241a0802b3040000040024024b18936e1c2c4c884428dbcee44ce2e818" +
      "838118638c5e090006100208200804006cef000801c0ea0e823ea1a0ffffffffff2f49922449922449929270922a5fa697106e50e2709f041e4f" +
      "39a3755e587ddfabb162fa31e7804715c576646f39b5e9d279dc285eb00c0282a29110a2509f109210be90a3102f6f48080521627ecab88a1032" +
      "bc2fb42c",
    "hex",
  ),
);

describe("an animation", () => {
  const [width, height] = [24, 16];
  const first = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
    return [(10 * x) % 256, (15 * y) % 256, (80 * (x >> 3)) % 256, 255][i % 4] ?? 0;
  });
  test("is shown by its first frame", async () => {
    expect(psnr(first, await decoded(MOVING))).toBeGreaterThan(50);
  });
  test("its frames are not counted, and that is said", async () => {
    expect(await factsOf(MOVING, MOVING.length)).toMatchObject({ frames: null, duration: null, loop: null });
    const still = await jxlFile(first, width, height);
    expect(await factsOf(still, still.length)).toMatchObject({ frames: 1, duration: 0, loop: 1 });
  });
  test("damaged: a picture, or a failure that blames the source", { timeout: 900_000 }, async () => {
    const random = seeded(5);
    let shown = 0;
    for (let i = 0; i < DAMAGED; i++) {
      const damaged = random.pick(Object.values(MUTATIONS))(MOVING, random, { from: 2, end: 24 });
      try {
        await renderAny(orderOf(damaged, { width: 20 }, "png"));
        shown++;
      } catch (error) {
        expect(OF_THE_SOURCE, Buffer.from(damaged).toString("hex")).toContain(error instanceof Failure && error.reason);
      }
    }
    expect(shown).toBeGreaterThan(DAMAGED / 20);
  });
  test("one that ends after its first frame shows it", async () => {
    const cut = MOVING.subarray(0, 150);
    expect(psnr(first, await decoded(cut))).toBeGreaterThan(50);
  });
});

describe("the corpus", () => {
  test.each(corpusFiles("formats").filter((file) => file.endsWith(".jxl")))(
    "%s looks as libjxl reads it",
    async (file) => {
      const bytes = readCorpus("formats", file);
      const { bytes: png, width, height, truncated } = await renderAny(orderOf(bytes, {}, "png"));
      const theirs = await jxlPixels(bytes);
      expect([width, height, truncated]).toEqual([theirs.width, theirs.height, false]);
      expect(psnr(theirs.data, await decodedPixels(png))).toBeGreaterThan(LEAST);
    },
  );
});
