/** Whose fault it is that a picture is not made: what is remembered of a source must not depend on what was asked for. */
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { asFailure, type Reason } from "../../../src/errors.ts";
import type { Source } from "../../../src/image/header.ts";
import { planRender } from "../../../src/image/plan.ts";
import { MEMORY_BUDGET } from "../../../src/image/planMemory.ts";
import { isShared } from "../../../src/keepFailure.ts";
import type { Transform } from "../../../src/request/transform.ts";
import { PLAIN } from "../../support/transform.ts";
import { LIMITS, orderOf, renderInTurn } from "./orders.ts";

const STILL = {
  ...{ orientation: 1, frames: 1, alpha: false, progressive: false, depth: 8, interlaced: false, scans: 1 },
  ...{ coefficientBytes: 0, inflatedBytes: 0, icc: null, iccDeflated: false, inverted: false, colour: "ycc" },
} as const;
const MP24 = { width: 6000, height: 4000 } as const;

/** Sources on both sides of the limits, of every decoder. */
const SOURCES: readonly (readonly [string, Partial<Source>])[] = [
  ["WebP of 24 MP", { format: "webp", ...MP24 }],
  ["WebP of 49 MP", { format: "webp", width: 8000, height: 6200 }],
  ["a WebP as high as it can be", { format: "webp", width: 3000, height: 16_383 }],
  ["WebP with alpha of 16 MP", { format: "webp", width: 4000, height: 4000, alpha: true }],
  ["WebP with alpha of 24 MP", { format: "webp", ...MP24, alpha: true }],
  ["JPEG of 99 MP", { format: "jpeg", width: 11_000, height: 9000 }],
  [
    "progressive JPEG of 24 MP",
    { format: "jpeg", ...MP24, progressive: true, scans: 10, coefficientBytes: 72_000_000 },
  ],
  ["progressive JPEG of 48 MP", { format: "jpeg", width: 8000, height: 6000, scans: 8, coefficientBytes: 144_000_000 }],
  ["PNG of 24 MP", { format: "png", ...MP24, colour: "rgb" }],
  ["PNG of 81 MP", { format: "png", width: 9000, height: 9000, colour: "rgb" }],
  ["interlaced PNG of 12 MP", { format: "png", width: 4000, height: 3000, interlaced: true, colour: "rgb" }],
  ["interlaced PNG of 30 MP", { format: "png", width: 6000, height: 5000, interlaced: true, colour: "rgb" }],
  ["GIF of 16 MP", { format: "gif", width: 4000, height: 4000 }],
  ["GIF of 25 MP", { format: "gif", width: 5000, height: 5000 }],
  ["BMP of 5 MP", { format: "bmp", width: 2600, height: 2000 }],
  ["BMP of 49 MP", { format: "bmp", width: 7000, height: 7000 }],
  ["BMP of 51 MP", { format: "bmp", width: 7200, height: 7100 }],
  ["a BMP as high as it can be", { format: "bmp", width: 50, height: 1_000_000 }],
  ["a BMP with more rows than there may be", { format: "bmp", width: 2, height: 25_000_000 }],
];

const CROP = { gravity: { kind: "compass", at: "ce", x: 0, y: 0 } } as const;
/** Requests on both sides of the limits: sizes, crops, ways to resize, turns. */
const REQUESTS: readonly Partial<Transform>[] = [
  ...[1, 2, 4, 16, 160, 640, 2048, 4000].map((side) => ({ width: side, height: side })),
  ...[1, 16, 640].map((side) => ({ width: side, height: side, resize: "fill" }) as const),
  { width: 4096, height: 2900, resize: "force", enlarge: true },
  { width: 1, height: 4096, resize: "force", enlarge: true },
  { width: 4096, height: 1, resize: "force", enlarge: true },
  { width: 40, height: 40, crop: { width: 100, height: 100, ...CROP } },
  { width: 4000, height: 3000, enlarge: true, crop: { width: 10, height: 10, ...CROP } },
  { width: 1, height: 1, crop: { width: 0, height: 1, ...CROP } },
  { width: 640, height: 640, rotate: 90 },
  { width: 0, height: 0 },
  { width: 9000, height: 9000, resize: "force", enlarge: true },
];

function outcome(source: Partial<Source>, transform: Partial<Transform>, format: "webp" | "png"): Reason | "made" {
  try {
    const fileBytes = 2_000_000;
    planRender({ ...STILL, ...source } as Source, {
      transform: { ...PLAIN, ...transform },
      format,
      limits: LIMITS,
      fileBytes,
    });
    return "made";
  } catch (error) {
    return asFailure(error).reason;
  }
}

describe("whose fault it is", () => {
  test.each(SOURCES)("%s: what is remembered is so for every request", (_, source) => {
    const outcomes = REQUESTS.flatMap((wish) =>
      (["webp", "png"] as const).map((format) => outcome(source, wish, format)),
    );
    const remembered = outcomes.filter((one) => one !== "made" && isShared(one));
    if (remembered.length > 0) expect(outcomes).not.toContain("made");
    else expect(outcomes).toContain("made");
    expect(new Set(remembered).size).toBeLessThan(2);
  });

  test.each(SOURCES)("%s: whoever gets 640 px gets every smaller size", (_, source) => {
    const sizes = [1, 2, 3, 4, 5, 7, 8, 11, 16, 40, 160, 320];
    if (outcome(source, { width: 640, height: 640 }, "webp") !== "made") return;
    for (const side of sizes)
      expect([side, outcome(source, { width: side, height: side }, "webp")]).toEqual([side, "made"]);
  });

  test.each([1, 4, 16])("a strong reduction stays within the budget: %i px of 24 MP", (side) => {
    for (const format of ["webp", "png"] as const) {
      const source = { ...STILL, ...MP24, format } as Source;
      const transform = { ...PLAIN, width: side, height: side };
      const { memoryBytes } = planRender(source, { transform, format: "webp", limits: LIMITS, fileBytes: 2_000_000 });
      expect(memoryBytes).toBeLessThanOrEqual(MEMORY_BUDGET);
    }
  });

  test("a decoder that this size leaves out is no proof that the file is damaged", () => {
    const progressive = {
      format: "jpeg",
      ...MP24,
      progressive: true,
      scans: 10,
      coefficientBytes: 80_000_000,
    } as const;
    const planOf = (width: number, height: number) =>
      planRender({ ...STILL, ...progressive } as Source, {
        transform: { ...PLAIN, width, height, resize: "force" },
        ...{ format: "webp", limits: LIMITS, fileBytes: 2_000_000 },
      });
    expect(planOf(160, 107)).toMatchObject({ decoders: ["jpeg", "turbo"], leftOut: null });
    expect(planOf(1500, 1000)).toMatchObject({ decoders: ["jpeg"], leftOut: { reason: "result_too_large" } });
  });
});

describe("tiny sizes of a WebP and a PNG of 24 MP", () => {
  const pictures = Promise.all(
    (["webp", "png"] as const).map(async (format) => {
      // Left half black, right half white.
      const half = { create: { width: 3000, height: 4000, channels: 3, background: "#fff" } } as const;
      const right = await sharp(half).png().toBuffer();
      const whole = sharp({ create: { ...half.create, width: 6000, background: "#000" } });
      return new Uint8Array(
        await whole
          .composite([{ input: right, left: 3000, top: 0 }])
          [format]({ quality: 80 })
          .toBuffer(),
      );
    }),
  );
  test.each([1, 4, 7, 16, 40])("%i px are made, and look as they should", { timeout: 60_000 }, async (side) => {
    for (const bytes of await pictures) {
      const { bytes: made, width, height } = await renderInTurn(orderOf(bytes, { width: side, height: side }, "png"));
      expect([width, height]).toEqual([side, Math.max(1, Math.round((side * 2) / 3))]);
      const { data } = await sharp(made).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      if (side === 1) expect(Math.abs((data[0] ?? 0) - 128)).toBeLessThan(8);
      else expect([(data[0] ?? 255) < 40, (data[3 * (side - 1)] ?? 0) > 215]).toEqual([true, true]);
    }
  });
});
