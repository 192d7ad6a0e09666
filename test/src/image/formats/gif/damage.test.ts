/** Damaged GIFs: each ends within a bound on its work, in a picture or a Failure; FIRSTLIGHT_LONG=1 takes 200 000. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { ANSWERS, Failure } from "../../../../../src/errors.ts";
import { type GifFrame, readScreen, walkBlocks } from "../../../../../src/image/formats/gif/blocks.ts";
import { drawFrame } from "../../../../../src/image/formats/gif/draw.ts";
import { gifHeader } from "../../../../../src/image/formats/gif/header.ts";
import { LzwReader } from "../../../../../src/image/formats/gif/lzw.ts";
import { renderImage } from "../../../../../src/image/renderImage.ts";
import { orderOf } from "../../orders.ts";
import { type Random, seeded } from "../jpeg/decoder/random.ts";
import { type Code, codeData, control, extension, type FrameOf, gifFile, lzwData, subBlocks } from "./gifFile.ts";
import { naiveLzw } from "./naiveLzw.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const FILES = LONG ? 200_000 : 3_000;
/** Whole requests among them. */
const RENDERED = LONG ? 5_000 : 150;
/** Stands for the planner's limit: a larger screen is refused before anything is allocated. */
const MAX_PIXELS = 250_000;

/** Small pictures of every kind: flat, noisy, interlaced, with palettes of their own, animated, larger than the screen. */
function goodFiles(random: Random): Uint8Array[] {
  return Array.from({ length: 24 }, (_, kind) => {
    const [width, height] = [random.between(1, 60), random.between(1, 60)];
    const frames = Array.from({ length: 1 + (kind % 3) }, (): FrameOf => {
      const noise = random.pick([0.02, 0.3, 1]);
      let index = 0;
      const indices = Array.from({ length: width * height }, () =>
        random.next() < noise ? (index = random.between(0, 3)) : index,
      );
      return {
        left: random.pick([0, 0, random.between(0, width)]),
        top: random.pick([0, 0, random.between(0, height)]),
        width,
        height,
        data: lzwData(indices, random.pick([2, 2, 3, 8]), { full: random.pick(["clear", "keep"]) }),
        interlaced: random.next() < 0.3,
        before: [
          ...control({ transparent: random.between(0, 4) }),
          ...extension(0xfe, "text"),
          ...extension(1, "plain"),
        ],
      };
    });
    return gifFile({ width, height, frames });
  });
}

/** Where the first frame's LZW data begin in all of these files. */
const FIRST_DATA = 60;

const MUTATIONS = {
  "a bit": (bytes, random) => changed(bytes, random, 1, (byte) => byte ^ (1 << random.between(0, 7))),
  "some bytes": (bytes, random) => changed(bytes, random, random.between(1, 12), () => random.between(0, 255)),
  "bytes of the header": (bytes, random) =>
    changed(
      bytes.slice(0, FIRST_DATA),
      random,
      random.between(1, 4),
      () => random.between(0, 255),
      bytes.slice(FIRST_DATA),
    ),
  "cut short": (bytes, random) => bytes.slice(0, random.between(6, bytes.length)),
  "a part twice": (bytes, random) => {
    const [from, to] = [random.between(6, bytes.length), random.between(6, bytes.length)];
    return joined(bytes.slice(0, Math.max(from, to)), bytes.slice(Math.min(from, to)));
  },
  "a part missing": (bytes, random) => {
    const [from, to] = [random.between(6, bytes.length), random.between(6, bytes.length)];
    return joined(bytes.slice(0, Math.min(from, to)), bytes.slice(Math.max(from, to)));
  },
  "noise for data": (bytes, random) => bytes.map((byte, i) => (i <= FIRST_DATA ? byte : random.between(0, 255))),
} as const satisfies Record<string, (bytes: Uint8Array, random: Random) => Uint8Array>;

function changed(
  bytes: Uint8Array,
  random: Random,
  count: number,
  change: (byte: number) => number,
  rest = new Uint8Array(),
): Uint8Array {
  const copy = bytes.slice();
  for (let n = count; n > 0; n--) {
    const at = random.between(6, Math.max(6, copy.length - 1));
    copy[at] = change(copy[at] ?? 0);
  }
  return joined(copy, rest);
}

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

type Outcome = "picture" | "cut" | "refused" | "too large";

/** Draws the first frame and holds it against the bound on its work. Throws what is not a Failure. */
function outcomeOf(bytes: Uint8Array): Outcome {
  try {
    const { width, height, frames } = gifHeader(bytes);
    // A frame takes 10 bytes at least.
    expect(frames).toBeLessThanOrEqual(bytes.length / 10);
    if (width * height > MAX_PIXELS) return "too large";
    const frame = [...walkBlocks(bytes, readScreen(bytes))].find((block): block is GifFrame => block.kind === "frame");
    if (frame === undefined) throw new Error("the header counted a frame");
    const drawn = drawFrame(bytes, frame, { width, height, pixels: new Uint32Array(width * height) });
    expect(drawn.work).toBeLessThanOrEqual(mostWork(bytes, frame, drawn.pixels, width, height));
    expect(drawn.pixels).toBeLessThanOrEqual(width * height);
    return drawn.complete ? "picture" : "cut";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.reason).toBe("image_damaged");
    return "refused";
  }
}

/**
 * Each code has two bits at least. Each pixel on the screen is written once. A string (4096 indices at most) is written
 * in vain only where a row leaves the screen or comes back to it, and at the end.
 */
function mostWork(bytes: Uint8Array, frame: GifFrame, pixels: number, width: number, height: number): number {
  const clipped = frame.left + frame.width > width || frame.top + frame.height > height;
  return 4 * bytes.length + pixels + 4_096 * (clipped ? 2 * Math.min(height, frame.height) + 1 : 1);
}

describe("mutated files", () => {
  const good = goodFiles(seeded(1));
  const names = Object.keys(MUTATIONS);

  test("undamaged they are whole", () => expect(good.map(outcomeOf)).toEqual(good.map(() => "picture")));

  test.each(Object.entries(MUTATIONS))("%s", { timeout: 300_000 }, (name, mutate) => {
    const random = seeded(100 + names.indexOf(name));
    const counts = { picture: 0, cut: 0, refused: 0, "too large": 0 };
    const files = Math.ceil(FILES / names.length);
    for (let i = 0; i < files; i++) counts[outcomeOf(mutate(random.pick(good), random))]++;
    if (LONG) console.log(name, counts);
    // Most damage leaves something to show; a test in which all files were refused would show nothing.
    expect(counts.picture + counts.cut).toBeGreaterThan(files / 4);
  });

  test("as whole requests: a picture or a 4xx, and a good file after each gives the same bytes", {
    timeout: 600_000,
  }, async () => {
    const random = seeded(7);
    const picture = sharp({ create: { width: 40, height: 30, channels: 3, background: "teal" } });
    const order = orderOf(await picture.gif().toBuffer(), { width: 20, height: 20 }, "webp");
    const before = (await renderImage(order)).bytes;
    for (let i = 0; i < RENDERED; i++) {
      const bytes = MUTATIONS[random.pick(names) as keyof typeof MUTATIONS](random.pick(good), random);
      try {
        await renderImage(orderOf(bytes, { width: 20, height: 20 }, "webp"));
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        expect([400, 413, 415]).toContain(ANSWERS[error.reason].status);
      }
      if (i % 10 === 0) expect((await renderImage(order)).bytes).toEqual(before);
    }
    expect((await renderImage(order)).bytes).toEqual(before);
  });
});

describe("LZW data", () => {
  test("noise gives the indices that the specification gives", () => {
    const random = seeded(3);
    for (let i = 0; i < (LONG ? 20_000 : 1_500); i++) {
      const minBits = random.between(1, 11);
      const bytes = Array.from({ length: random.between(0, 400) }, () => random.pick([0, 255, random.between(0, 255)]));
      const data = Uint8Array.from(subBlocks(minBits, bytes, random.between(1, 255)));
      const lzw = new LzwReader(data, 0);
      const some: number[] = [];
      for (
        let came = -1;
        came !== 0 && some.length < 5_000;
        some.push(...lzw.window.subarray(lzw.from, lzw.from + came))
      )
        came = lzw.take(random.between(1, 700));
      const wanted = naiveLzw(data, some.length + 1);
      expect(some).toEqual(some.length < 5_000 ? wanted : wanted.slice(0, -1));
    }
  });

  test.each([false, true])(
    "the worst that a small file can ask for: 4 gigapixels round a small screen",
    (interlaced) => {
      // Strings as long as they can be: 3 838 pixels for 12 bits.
      const codes: Code[] = [
        [256, 9],
        [1, 9],
      ];
      for (let next = 258; next < 4_096; next++) codes.push([next, 32 - Math.clz32(next)]);
      for (let i = 0; i < 700_000; i++) codes.push([4_095, 12]);
      const [width, height] = [100, 2_000];
      const frame = { width: 65_535, height: 65_535, interlaced, data: codeData(8, codes) };
      const bytes = gifFile({ width, height, frames: [frame] });
      const [first] = [...walkBlocks(bytes, readScreen(bytes))];
      if (first?.kind !== "frame") throw new Error("no frame");
      const drawn = drawFrame(bytes, first, { width, height, pixels: new Uint32Array(width * height) });
      expect(drawn).toMatchObject({ complete: true, pixels: width * height });
      expect(drawn.work).toBeLessThanOrEqual(mostWork(bytes, first, drawn.pixels, width, height));
    },
  );
});
