import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { ssim } from "../../../bench/engine/ssim.ts";
import { noiseFrom } from "../../../demo/generator/noise.ts";
import type { OutputFormat } from "../../../src/image/formats/registry.ts";
import { computeGeometry } from "../../../src/image/geometry/computeGeometry.ts";
import type { Header } from "../../../src/image/header.ts";
import { chooseParent, MIN_QUALITY, SPARE, transformFrom, wholeOf } from "../../../src/rendition/chooseParent.ts";
import type { Option } from "../../../src/request/options/option.ts";
import { OPTIONS } from "../../../src/request/options/table.ts";
import { CENTRE, type Transform } from "../../../src/request/transform.ts";
import type { KnownVersion } from "../../../src/store/freshness.ts";
import type { Parent, Whole } from "../../../src/store/tiers/tier.ts";
import { knownOf, metaOf, NOW } from "../../support/stored.ts";
import { PLAIN } from "../../support/transform.ts";
import { CORPUS, corpusFiles, decodedPixels, readCorpus } from "../image/corpus.ts";
import { renderInTurn } from "../image/orders.ts";

const ASKED: Transform = { ...PLAIN, width: 320 };
const request = (over: Partial<Transform> = {}, format: OutputFormat = "webp") => ({
  transform: { ...ASKED, ...over },
  format,
});
const WHOLE: Whole = { quality: 0, sourceWidth: 4000, sourceHeight: 3000 };
const parent = (width: number, over: Partial<Parent["meta"]> = {}): Parent => {
  const height = Math.round((width * 3) / 4);
  return { key: `t/${width}`, meta: { ...metaOf({ width, height }), whole: WHOLE, ...over } };
};
const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
const choose = (wanted: ReturnType<typeof request>, parents: readonly Parent[], known: KnownVersion | null = null) =>
  chooseParent(wanted, parents, known, NOW, windows)?.parent.key;

describe("chooseParent", () => {
  test.each([
    ["the smallest that is large enough", [2048, 1024, 640, 320], "t/640"],
    ["nothing from its own size", [320], undefined],
    ["just enough to spare", [608], "t/608"],
    ["just too little", [607], undefined],
    ["nothing from nothing", [], undefined],
  ])("%s", (_name, widths, key) =>
    expect(
      choose(
        request(),
        widths.map((w) => parent(w)),
      ),
    ).toBe(key),
  );

  test("the widths above follow from SPARE", () => expect(608 / 320).toBeGreaterThanOrEqual(SPARE));

  describe("frames", () => {
    const ofStill = parent(640, { whole: { ...WHOLE, still: true } });
    const ofUnknown = parent(640);
    const moving = parent(640, { frames: 40 });
    const cut = parent(640, { frames: 40, sourceFrames: 41 });
    test.each([
      ["a still of a still", 1, ofStill, true],
      ["a still of what may be an animation", 1, ofUnknown, true],
      ["a still of a moving picture", 1, moving, true],
      ["a still of one with fewer frames", null, cut, true],
      ["a moving one of a still", 40, ofStill, true],
      ["a moving one of a still that may be of an animation", 40, ofUnknown, false],
      ["a moving one of a moving one", 40, moving, true],
      ["a moving one, more frames allowed, all are there", 99, moving, true],
      ["a moving one of one with as many frames as are allowed", 40, cut, true],
      ["a moving one, more frames allowed than are there", 41, cut, false],
    ] as const)("%s", (_name, maxFrames, from, may) => {
      expect(choose(request({ maxFrames }), [from])).toBe(may ? "t/640" : undefined);
    });
  });

  describe("rights", () => {
    const with_ = parent(640, { whole: { ...WHOLE, rights: true } });
    const ofVariant = parent(640, { whole: { ...WHOLE, rights: true }, variant: "wikimedia:960px" });
    const without = parent(640);
    test.each([
      ["none are kept: any parent", "none", without, true],
      ["none are kept: one with rights too", "none", with_, true],
      ["the address and the setting say nothing", null, without, true],
      ["those of the fetched bytes", "fetched", with_, true],
      ["those of the fetched bytes, of a variant", "fetched", ofVariant, true],
      ["a parent of before", "fetched", without, false],
      ["those of the original", "original", with_, true],
      ["those of the original, from a variant", "original", ofVariant, false],
    ] as const)("%s", (_name, keepCopyright, one, is) => {
      expect(choose(request({ keepCopyright }), [one])).toBe(is ? "t/640" : undefined);
    });
  });

  describe("never from", () => {
    const good = parent(640);
    test.each([
      ["a stale parent", parent(640, { freshUntil: NOW - 1 })],
      ["a parent of low quality", parent(640, { whole: { ...WHOLE, quality: MIN_QUALITY - 1 } })],
    ])("%s", (_name, bad) => {
      expect(choose(request(), [bad])).toBeUndefined();
      expect(choose(request(), [bad, good])).toBe("t/640");
    });

    test("an older version, when a newer one is stored", () => {
      const old = parent(640, { sourceHash: "00000001", storedAt: NOW - 5 });
      const now = parent(160, { sourceHash: "00000002", storedAt: NOW });
      expect(choose(request(), [old, now])).toBeUndefined();
    });

    test("an older generation, when a newer one of another variant is stored", () => {
      const old = parent(640, { generation: 1, variant: "original", storedAt: NOW - 5 });
      const now = parent(160, { generation: 2, variant: "1200px", sourceHash: "00000002", storedAt: NOW });
      expect(choose(request(), [old, now])).toBeUndefined();
    });

    test("a version that the source has replaced, by its metadata", () => {
      expect(choose(request(), [good], knownOf("ffffffff", NOW + 1))).toBeUndefined();
    });

    test("a lossy parent for PNG, or for a quality that a second generation cannot give", () => {
      expect(choose(request({}, "png"), [good])).toBeUndefined();
      expect(choose(request({ quality: 86 }), [good])).toBeUndefined();
      expect(choose(request({ quality: 85 }), [good])).toBe("t/640");
      expect(choose(request({}, "png"), [parent(640, { format: "png" })])).toBe("t/640");
    });
  });

  test("another variant of the same generation shows the same picture", () => {
    const old = parent(640, { variant: "original", storedAt: NOW - 5 });
    const now = parent(160, { variant: "1200px", sourceHash: "00000002", storedAt: NOW });
    expect(choose(request(), [old, now])).toBe("t/640");
  });

  test("metadata that lags behind the stored pictures changes nothing", () => {
    expect(choose(request(), [parent(640)], knownOf("ffffffff", NOW - 1))).toBe("t/640");
  });

  test("when the source fails, a stale parent is used and an expired one is not", () => {
    const stale = (seconds: number) => [parent(640, { freshUntil: NOW - seconds * 1000 })];
    const key = (seconds: number) => chooseParent(request(), stale(seconds), null, NOW, windows, true)?.parent.key;
    expect(key(100)).toBe("t/640");
    expect(key(101)).toBeUndefined();
  });
});

describe("transformFrom", () => {
  const from = (over: Partial<Transform>, width = 2048) => transformFrom(parent(width).meta, { ...ASKED, ...over });
  const focus = { kind: "focus", x: 0.2, y: 0.7 } as const;
  const east = { kind: "compass", at: "ea", x: 7, y: 0 } as const;
  const southEast = { kind: "compass", at: "soea", x: 100, y: 40 } as const;
  const rows: readonly [string, Partial<Transform>][] = [
    ["fit by width", {}],
    ["fit by height", { width: 0, height: 213 }],
    ["fit in a box", { width: 320, height: 320 }],
    ["fill", { resize: "fill", width: 300, height: 300 }],
    ["fill with a focus point", { resize: "fill", width: 300, height: 300, gravity: focus }],
    ["fill-down", { resize: "fill-down", width: 300, height: 200 }],
    ["force", { resize: "force", width: 300, height: 300 }],
    ["auto", { resize: "auto", width: 300, height: 200 }],
    ["dpr", { width: 160, dpr: 2 }],
    ["outside", { resize: "outside", width: 200, height: 200 }],
    ["fit-down", { resize: "fit-down", width: 300, height: 300 }],
    ["extended to a box", { width: 300, height: 300, extend: CENTRE }],
    ["extended, to the east, on a colour", { width: 300, height: 100, extend: east, extendColour: [1, 2, 3] }],
    ["a filled box on a larger canvas", { resize: "fill", width: 300, height: 300, extend: CENTRE, enlarge: true }],
    ["turned by 90 degrees", { rotate: 90 }],
    ["a crop in pixels of the source", { crop: { width: 2000, height: 1500, gravity: southEast } }],
    ["a crop in shares", { crop: { width: 0.5, height: 0.5, gravity: focus } }],
    [
      "a crop with an offset past the source",
      { crop: { width: 2000, height: 1500, gravity: { ...southEast, x: 9000, y: -9000 } } },
    ],
    ["a crop as large as the source", { crop: { width: 4000, height: 9999, gravity: null } }],
    [
      "a crop that takes the picture's gravity",
      { crop: { width: 2000, height: 0, gravity: null }, gravity: southEast },
    ],
  ];
  test.each(rows)("%s: the same size and the same part of the picture as from the source", (_name, over) => {
    const wanted = { ...ASKED, ...over };
    const transform = from(over);
    if (transform === null) throw new Error("not derived");
    const swap = wanted.rotate === 90;
    const size = (width: number, height: number) => (swap ? { width: height, height: width } : { width, height });
    const direct = computeGeometry(size(4000, 3000), wanted);
    const derived = computeGeometry(size(2048, 1536), transform);
    expect([derived.width, derived.height]).toEqual([direct.width, direct.height]);
    expect(derived.canvas).toEqual(direct.canvas);
    const scale = 4000 / 2048;
    for (const side of ["left", "top", "width", "height"] as const) {
      expect(Math.abs(derived.window[side] * scale - direct.window[side])).toBeLessThanOrEqual(2 * scale);
    }
  });

  test("a parent whose rounded sides would give another height is given the exact size", () => {
    const whole = { quality: 0, sourceWidth: 4000, sourceHeight: 2999 };
    for (let width = 100; width <= 500; width++) {
      const direct = computeGeometry({ width: 4000, height: 2999 }, { ...ASKED, width });
      const meta = { ...metaOf({ width: 1024, height: 768 }), whole };
      const transform = transformFrom(meta, { ...ASKED, width });
      if (transform === null) throw new Error(`${width} not derived`);
      const derived = computeGeometry({ width: 1024, height: 768 }, transform);
      expect([derived.width, derived.height]).toEqual([direct.width, direct.height]);
    }
  });

  test.each([
    ["the source's own size", { width: 0 }],
    ["not turned upright", { autoRotate: false }],
    ["force with one side of the source", { resize: "force" as const }],
    ["auto with one side", { resize: "auto" as const }],
    ["a crop that leaves too few pixels", { crop: { width: 1000, height: 0, gravity: null } }],
    ["enlarged beyond the parent", { width: 3000, enlarge: true }],
    ["a box that the parent would lower further", { resize: "fit-down" as const, width: 2500, height: 2500 }],
    ["a canvas larger than the parent fills", { width: 2500, height: 2500, extend: CENTRE }],
  ])("not derived: %s", (_name, over) => expect(from(over)).toBeNull());
});

const HEADER: Header = {
  ...{ format: "jpeg", width: 4000, height: 3000, orientation: 1, frames: 1 },
  ...{ alpha: false, progressive: false, colour: "ycc" },
};

describe("wholeOf", () => {
  test.each([
    ["fit", {}, {}, "webp", { quality: 0, sourceWidth: 4000, sourceHeight: 3000 }],
    ["its quality", { quality: 60 }, {}, "jpeg", { quality: 60, sourceWidth: 4000, sourceHeight: 3000 }],
    [
      "a source that lies on its side",
      {},
      { orientation: 6 },
      "webp",
      { quality: 0, sourceWidth: 3000, sourceHeight: 4000 },
    ],
    ["a source upside down", {}, { orientation: 3 }, "webp", { quality: 0, sourceWidth: 4000, sourceHeight: 3000 }],
    ["with rights", { keepCopyright: "fetched" }, {}, "webp", { ...WHOLE, rights: true }],
    ["with the original's rights", { keepCopyright: "original" }, {}, "webp", { ...WHOLE, rights: true }],
    ["without rights", { keepCopyright: "none" }, {}, "webp", { ...WHOLE }],
    ["with rights of the address", { license: { license: "by", creator: "" } }, {}, "webp", undefined],
    ["alpha kept", {}, { alpha: true }, "webp", { quality: 0, sourceWidth: 4000, sourceHeight: 3000 }],
    ["alpha flattened for JPEG", {}, { alpha: true }, "jpeg", undefined],
    ["alpha flattened on a colour", { background: [1, 2, 3] }, { alpha: true }, "webp", undefined],
    ["a colour that nothing is flattened on", { background: [1, 2, 3] }, {}, "jpeg", { ...WHOLE }],
    ["fill", { resize: "fill" }, {}, "webp", undefined],
    ["force", { resize: "force" }, {}, "webp", undefined],
    ["cropped", { crop: { width: 0.5, height: 0, gravity: null } }, {}, "webp", undefined],
    ["on a larger canvas", { height: 320, extend: CENTRE }, {}, "webp", undefined],
    ["turned", { rotate: 90 }, {}, "webp", undefined],
    ["not turned upright", { autoRotate: false }, { orientation: 6 }, "webp", undefined],
    ["not turned, and upright already", { autoRotate: false }, {}, "webp", { ...WHOLE }],
  ] as const)("%s", (_name, over, source, format, expected) => {
    const { whole } = wholeOf({ ...ASKED, ...over } as Transform, format, { ...HEADER, ...source });
    expect(whole).toEqual(expected && { ...expected, still: true });
  });
});

describe("wholeOf says that the source is a still", () => {
  test.each([
    ["one frame", { frames: 1 }, undefined, true],
    ["two frames", { frames: 2 }, undefined, undefined],
    ["one frame of a file that may be a still of an animation", { frames: 1 }, true, undefined],
  ] as const)("%s", (_name, source, mayHaveFrames, still) => {
    expect(wholeOf(ASKED, "webp", { ...HEADER, ...source }, undefined, mayHaveFrames).whole?.still).toBe(still);
  });
});

describe("what may be a parent follows from the table of options", () => {
  const dummy = { ...OPTIONS.dpr, name: "dummy", short: [], key: "dm", fallback: 0, keepsWhole: undefined } as const;
  const whole = (value: number, row: Partial<Option<number>>) =>
    wholeOf({ ...ASKED, dummy: value } as Transform, "webp", HEADER, undefined, true, {
      ...OPTIONS,
      dummy: { ...dummy, ...row } as Option<unknown>,
    }).whole;
  test.each(["pixels", "geometry"] as const)("a new option whose effect is %s makes no parent", (effect) => {
    expect(whole(1, { effect })).toBeUndefined();
    expect(whole(0, { effect })).toEqual(WHOLE);
  });
  test("unless its row says that this value keeps the picture whole", () => {
    const keepsWhole = (value: number) => value < 3;
    expect(whole(2, { effect: "pixels", keepsWhole })).toEqual(WHOLE);
    expect(whole(3, { effect: "pixels", keepsWhole })).toBeUndefined();
  });
  test("a new option that changes only the key or the delivery does not matter", () => {
    expect(whole(1, { effect: "cache" })).toEqual(WHOLE);
    expect(whole(1, { effect: "delivery" })).toEqual(WHOLE);
  });
});

describe("a derived picture beside a direct one, both against the picture without encoding (SSIM)", () => {
  const limits = {
    maxSourcePixels: 1e8,
    maxSourceFrames: 1000,
    maxResultSide: 4096,
    maxResultPixels: 12e6,
    maxAnimationPixels: 12e6,
  };
  const render = (bytes: Uint8Array, transform: Transform, format: OutputFormat = "webp") =>
    renderInTurn({ bytes, transform, format, limits });

  /** SSIM of the direct and of the derived 160 px WebP against the 160 px picture itself. */
  async function measured(source: Uint8Array) {
    const wanted = { ...ASKED, width: 160 };
    const [direct, ideal, large] = await Promise.all([
      render(source, wanted),
      render(source, wanted, "png"),
      render(source, { ...ASKED, width: 320 }),
    ]);
    const { whole } = wholeOf(ASKED, "webp", large.source);
    if (whole === undefined) throw new Error("no parent");
    const transform = transformFrom({ ...metaOf({ width: large.width, height: large.height }), whole }, wanted);
    if (transform === null) throw new Error("not derived");
    const derived = await render(large.bytes, transform);
    const { width, height } = direct;
    expect([derived.width, derived.height]).toEqual([width, height]);
    const reference = await decodedPixels(ideal.bytes);
    const against = async (bytes: Uint8Array) => ssim(await decodedPixels(bytes), reference, width, height, 4);
    return { direct: await against(direct.bytes), derived: await against(derived.bytes) };
  }

  test("a painted scene", async () => {
    const [width, height] = [900, 600];
    const noise = noiseFrom(7);
    const data = new Uint8Array(3 * width * height);
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [(i % width) / 90, Math.floor(i / width) / 90];
      const grain = noise(x * 20, y * 20) * 40;
      for (const c of [0, 1, 2]) data[3 * i + c] = 200 * noise(x + 9 * c, y) + grain;
    }
    const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 92 })
      .toBuffer();
    const { direct, derived } = await measured(new Uint8Array(jpeg));
    expect(direct - derived).toBeLessThan(0.02);
    expect(derived).toBeGreaterThan(0.9);
  });

  const photos = corpusFiles("photos").filter((file) => /^(astronaut|chelsea|coffee)\.png$/.test(file));
  test.skipIf(photos.length === 0).each(photos)(`%s of ${CORPUS}`, async (file) => {
    const { direct, derived } = await measured(readCorpus("photos", file));
    expect(direct - derived).toBeLessThan(0.02);
    expect(derived).toBeGreaterThan(0.93);
  });
});
