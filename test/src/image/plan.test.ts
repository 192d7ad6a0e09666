import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { dctScale } from "../../../src/image/formats/jpeg/decoder/scale.ts";
import type { OutputFormat } from "../../../src/image/formats/registry.ts";
import type { Source } from "../../../src/image/header.ts";
import { MAX_BLOCK_VISITS, MAX_SOURCE_ROWS, planRender } from "../../../src/image/plan.ts";
import { MEMORY_BUDGET } from "../../../src/image/planMemory.ts";
import { CENTRE, type Transform } from "../../../src/request/transform.ts";
import { PLAIN } from "../../support/transform.ts";
import { LIMITS } from "./orders.ts";

const JPEG: Source = {
  format: "jpeg",
  width: 4000,
  height: 3000,
  orientation: 1,
  frames: 1,
  alpha: false,
  progressive: false,
  colour: "ycc",
  depth: 8,
  interlaced: false,
  scans: 1,
  coefficientBytes: 0,
  inflatedBytes: 0,
  icc: null,
  iccDeflated: false,
  inverted: false,
};

const plan = (source: Partial<Source>, transform: Partial<Transform> = {}, limits: Partial<typeof LIMITS> = {}) =>
  planRender(
    { ...JPEG, ...source },
    {
      transform: { ...PLAIN, width: 640, height: 640, ...transform },
      format: "webp",
      limits: { ...LIMITS, ...limits },
      fileBytes: 1_000_000,
    },
  );
const refused = (reason: string) => expect.objectContaining({ reason });
function errorOf(run: () => unknown): Failure {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error("expected a Failure");
}

describe("planRender", () => {
  test.each([
    ["lossy", {}, ["vp8", "webp"]],
    ["lossy of 48 megapixels", { width: 8000, height: 6000 }, ["vp8"]],
    ["lossless", { colour: "rgb" }, ["webp"]],
    ["with alpha", { alpha: true }, ["webp"]],
    ["animated", { frames: 2 }, ["webp"]],
  ] as const)("WebP, %s: %o by %o", (_, source, decoders) => {
    const planned = plan({ format: "webp", ...source });
    expect(planned.decoders).toEqual(decoders);
    if (planned.decoders.includes("webp")) return;
    expect(planned.memoryBytes).toBeLessThan(MEMORY_BUDGET / 4);
  });

  test("a lossless WebP of 24 megapixels is too much memory, a lossy one of over 50 too many pixels", () => {
    expect(() => plan({ format: "webp", width: 6000, height: 4000, colour: "rgb" })).toThrow(
      refused("source_too_complex"),
    );
    expect(() => plan({ format: "webp", width: 8000, height: 6251 })).toThrow(refused("source_too_many_pixels"));
  });

  test.each(["png", "bmp"] as const)("%s: more rows than a limit are refused, however short they are", (format) => {
    expect(() => plan({ format, width: 2, height: MAX_SOURCE_ROWS })).not.toThrow();
    expect(errorOf(() => plan({ format, width: 2, height: MAX_SOURCE_ROWS + 1 }))).toMatchObject({
      reason: "source_too_complex",
      facts: { why: "1000001 rows, the limit is 1000000" },
    });
  });

  test("orientation swaps the sides of the view, not of the result", () => {
    const { view, orientation } = plan({ orientation: 6 });
    expect([view.width, view.height, orientation]).toEqual([640, 480, 6]);
    expect(plan({ orientation: 6 }, { autoRotate: false }).orientation).toBe(1);
    expect(plan({ orientation: 6 }, { rotate: 90 }).orientation).toBe(3);
  });

  test("a crop of an upright picture is cut out of the stored one", () => {
    // Stored 4000x3000, turned clockwise for display: the upright top left corner is the stored bottom left.
    const { view } = plan(
      { orientation: 6 },
      { crop: { width: 300, height: 400, gravity: { kind: "compass", at: "nowe", x: 0, y: 0 } } },
    );
    expect(view.bounds).toEqual({ left: 0, top: 2700, width: 400, height: 300 });
  });

  test.each([
    [{ width: 10_000, height: 10_000 }, true],
    [{ width: 10_000, height: 10_001 }, false],
  ])("pixels %o: %s", (sides, may) => {
    const make = () => plan(sides);
    if (may) expect(make).not.toThrow();
    else expect(make).toThrow(refused("source_too_many_pixels"));
  });

  test.each([
    [1000, true],
    [1001, false],
  ])("%i frames: %s", (frames, may) => {
    // JPEG XL: none of its frames can be read alone.
    const make = () => plan({ format: "jxl", width: 100, height: 100, frames });
    if (may) expect(make).not.toThrow();
    else expect(make).toThrow(refused("source_too_many_frames"));
    expect(() => plan({ format: "gif", width: 100, height: 100, frames })).not.toThrow();
  });

  test.each([
    ["side", { width: 4097, height: 100, resize: "force", enlarge: true }],
    ["pixels", { width: 4000, height: 3001, resize: "force", enlarge: true }],
    ["side, where the address says more", { width: 4097, resize: "force", enlarge: true, mostResultSide: 9000 }],
  ] as const)("a result over the limit of %s", (_, transform) => {
    expect(() => plan({}, transform)).toThrow(refused("result_too_large"));
  });

  test.each([
    ["side", { width: 6000, height: 1000 }, {}, 1024],
    ["side, of a tall picture", { width: 900, height: 9000 }, {}, 409],
    ["side, of a very tall picture", { width: 1, height: 9000 }, {}, 1],
    ["pixels", { width: 4000, height: 4000 }, {}, 1024],
    ["memory", { width: 3500, height: 3420 }, {}, 1024],
    ["side, turned upright", { width: 9000, height: 900, orientation: 6 as const }, {}, 409],
    ["side, of a crop", { width: 9000, height: 2000 }, { crop: { width: 5000, height: 0, gravity: null } }, 1024],
  ])("a URL without a size over the limit of %s suggests a width that is within it", (_, source, transform, width) => {
    const failed = errorOf(() => plan(source, { ...PLAIN, ...transform }));
    expect(failed.reason).toBe("result_too_large");
    expect(failed.facts.limit).toMatch(new RegExp(`; ask for a width, such as w:${width}$`));
    if (width > 1) expect(() => plan(source, { ...transform, width, height: 0 })).not.toThrow();
  });

  test("a URL with a size over the limit does not", () => {
    const failed = errorOf(() => plan({}, { width: 4097, height: 0, enlarge: true }));
    expect(failed.facts.limit).toBe("4096 px a side");
  });

  test.each([
    [MAX_BLOCK_VISITS, true],
    [MAX_BLOCK_VISITS + 10, false],
  ])("%i visits to a block: %s", (visits, may) => {
    const make = () =>
      plan({ progressive: true, scans: 10, coefficientBytes: (visits / 10) * 128, width: 99, height: 99 });
    if (may) expect(make).not.toThrow();
    else expect(make).toThrow(refused("source_too_complex"));
  });

  test("a decoder that would need more than the budget is not asked", () => {
    const progressive = { progressive: true, scans: 10, width: 6000, height: 4000 };
    expect(plan({ ...progressive, coefficientBytes: 72_000_000 }).decoders).toEqual(["jpeg", "turbo"]);
    expect(plan({ ...progressive, coefficientBytes: 144_000_000 }).decoders).toEqual(["jpeg"]);
  });

  test("formats without a decoder are refused by name", () => {
    expect(() => plan({ format: "heic" })).toThrow(
      expect.objectContaining({ reason: "format_unsupported", facts: { value: "HEIC" } }),
    );
  });

  test("memory is estimated before anything is allocated", () => {
    expect(plan({}).memoryBytes).toBeLessThan(MEMORY_BUDGET / 2);
    const large = { width: 4000, height: 3000, resize: "force" } as const;
    // The size is at fault, not the source: smaller sizes of it are made.
    expect(() => plan({ width: 9000, height: 9000 }, large)).toThrow(refused("result_too_large"));
    expect(() => plan({ width: 9000, height: 9000 })).not.toThrow();
    // Strong reductions are made in two passes.
    expect(plan({ format: "png", width: 9000, height: 9000 }, { width: 4, height: 4 }).shrink).toBeGreaterThan(1);
    expect(plan({ format: "png", width: 9000, height: 9000 }).shrink).toBe(1);
    const interlaced = { format: "png", interlaced: true, width: 6000, height: 5000 } as const;
    expect(() => plan(interlaced)).toThrow(refused("source_too_complex"));
  });

  describe("an animation gets as many frames as the limits allow", () => {
    const moving = { format: "gif", width: 1000, height: 1000, frames: 40 } as const;
    const planOf = (
      maxFrames: number | null,
      over: Partial<typeof LIMITS> = {},
      side = 500,
      source: Partial<Source> = {},
      format: OutputFormat = "webp",
    ) =>
      planRender(
        { ...JPEG, ...moving, ...source },
        {
          transform: { ...PLAIN, width: side, height: side, maxFrames },
          format,
          limits: { ...LIMITS, ...over },
          fileBytes: 1_000_000,
        },
      );

    test("one frame unless the request allows more, and never more than there are", () => {
      expect([null, 1, 12, 40, 100].map((frames) => planOf(frames).frames)).toEqual([1, 1, 12, 40, 40]);
    });
    test.each([
      [12 * 250_000, 12],
      [12 * 250_000 - 1, 11],
      [500_000, 2],
      [499_999, 1],
      [1, 1],
    ])("%i result pixels: %i frames", (maxAnimationPixels, frames) => {
      expect(planOf(12, { maxAnimationPixels }).frames).toBe(frames);
    });
    test.each<readonly [string, Partial<Source>, number]>([
      ["3000 frames of 2000x2000", { width: 2000, height: 2000, frames: 3000 }, 12],
      ["just 50 million in ten frames", { width: 2000, height: 2500, frames: 3000 }, 10],
      ["just over that", { width: 2000, height: 2501, frames: 3000 }, 9],
      ["a PNG of 4 bytes a pixel", { format: "png", frames: 200, inflatedBytes: 4_001_000 }, 50],
      ["a PNG of 8 bytes a pixel", { format: "png", frames: 200, inflatedBytes: 8_001_000 }, 31],
      ["a format that has no frames", { format: "jpeg", frames: 1 }, 1],
      ["a format of which no frame can be read alone", { format: "jxl", frames: 9 }, 1],
    ])("%s", (_, source, frames) => expect(planOf(1000, {}, 16, source).frames).toBe(frames));
    test.each(["jpeg", "png"] as const)("%s has one frame", (format) => {
      expect(planOf(40, {}, 500, {}, format).frames).toBe(1);
    });
    test("the canvas that was added counts", () => {
      const transform = { ...PLAIN, width: 2000, height: 1000, extend: CENTRE, maxFrames: 40 };
      const order = { transform, format: "webp", limits: LIMITS, fileBytes: 1_000_000 } as const;
      expect(planRender({ ...JPEG, ...moving }, order).frames).toBe(6);
    });
    test("frames that take too much memory are not made: the result is a still", () => {
      const large = { width: 2500, height: 2500, frames: 3 };
      expect(planOf(3, {}, 500, large)).toMatchObject({ frames: 3 });
      expect(planOf(3, { maxAnimationPixels: 1e8 }, 2000, large)).toMatchObject({ frames: 1 });
    });
    test("memory does not grow with the frames' pixels, save for what is encoded", () => {
      const grown = planOf(40).memoryBytes - planOf(12).memoryBytes;
      expect(grown).toBe(28 * 2 * 250_000);
    });
  });

  test("a tiny size of a large JPEG takes little memory: its decoder gives an eighth", () => {
    expect(plan({ width: 9000, height: 9000 }, { width: 16, height: 16 }).memoryBytes).toBeLessThan(MEMORY_BUDGET / 4);
  });

  test("background: none keeps alpha, JPEG flattens on white", () => {
    expect(plan({}).background).toBeNull();
    expect(plan({}, { background: [1, 2, 3] }).background).toEqual([1, 2, 3]);
  });
});

describe("dctScale", () => {
  const whole = (width: number, height: number) => ({ left: 0, top: 0, width, height });
  test.each([
    [10_000, 640, 1],
    [9728, 640, 1],
    [9727, 640, 2],
    [4864, 640, 2],
    [4863, 640, 4],
    [2432, 640, 4],
    [2431, 640, 8],
    [640, 640, 8],
  ])("%i px to %i px: %i samples of 8", (from, to, samples) => {
    const view = { window: whole(from, from), bounds: whole(from, from), width: to, height: to };
    expect(dctScale(view)).toBe(samples);
  });
});

describe("an extended canvas", () => {
  const padded = { width: 640, height: 640, extend: CENTRE } as const;
  test("is the result: the picture's place in it, its colour, its memory", () => {
    const plain = plan({}, { width: 640, height: 640 });
    const { canvas, view, memoryBytes } = plan({}, { ...padded, background: [1, 2, 3] });
    expect([view.width, view.height]).toEqual([640, 480]);
    expect(canvas).toEqual({ left: 0, top: 80, width: 640, height: 640, colour: [1, 2, 3] });
    expect(memoryBytes).toBeGreaterThanOrEqual(plain.memoryBytes + 4 * 640 * 640);
    expect(plain.canvas).toBeNull();
  });
  test("its own colour comes before the background, and without either it is transparent", () => {
    expect(plan({}, { ...padded, extendColour: [9, 9, 9], background: [1, 2, 3] }).canvas?.colour).toEqual([9, 9, 9]);
    expect(plan({}, padded).canvas?.colour).toBeNull();
  });
  test("in a format without alpha it is white", () => {
    const order = { transform: { ...PLAIN, ...padded }, format: "jpeg", limits: LIMITS, fileBytes: 1 } as const;
    expect(planRender(JPEG, order).canvas?.colour).toEqual([255, 255, 255]);
  });
  test("counts for the limits of a result", () => {
    const wish = { width: 4000, height: 4097, extend: CENTRE, dpr: 1 } as const;
    expect(errorOf(() => plan({}, wish)).facts).toMatchObject({ value: "4000x4097" });
    expect(errorOf(() => plan({}, { ...wish, height: 3001 })).facts).toMatchObject({ value: "4000x3001" });
  });
  test("stands upright after a turn", () => {
    const { canvas } = plan({}, { ...padded, rotate: 90 });
    expect(canvas).toMatchObject({ left: 80, top: 0, width: 640, height: 640 });
  });
});
