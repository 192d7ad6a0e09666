import { describe, expect, test } from "vitest";
import { factsOf, originalSize, shapeOf } from "../../../src/store/sourceFacts.ts";
import type { SourceMeta, VariantMeta } from "../../../src/store/sourceMeta.ts";
import { NOW } from "../../support/stored.ts";

function variant(width: number, height: number, over: Partial<VariantMeta> = {}): VariantMeta {
  return {
    ...{ hash: "0badcafe", at: NOW, width, height, orientation: 1, format: "jpeg", bytes: width },
    ...{ etag: null, lastModified: null },
    ...over,
  };
}

const meta = (variants: SourceMeta["variants"], over: Partial<SourceMeta> = {}): SourceMeta => ({
  ...{ generation: 1, at: NOW, variants },
  ...over,
});

const LARGE = variant(4000, 3000, { orientation: 6 });
const SQUARE = variant(2000, 2000, { crops: true });

describe("what is known of a source", () => {
  test("each fact of the original is the original's", () => {
    expect(factsOf(meta({ "flickr.z": variant(640, 480), original: LARGE }))).toEqual({
      size: { value: { width: 3000, height: 4000 }, of: "original" },
      orientation: { value: 6, of: "original" },
      format: { value: "jpeg", of: "original" },
      bytes: { value: 4000, of: "original" },
    });
  });

  test("of variants the largest that is not cropped speaks, and says so", () => {
    const known = meta({ "flickr.n": variant(320, 240), "flickr.z": variant(640, 480), "flickr.q": SQUARE });
    expect(factsOf(known)).toMatchObject({
      size: { value: { width: 640, height: 480 }, of: "variant" },
      bytes: { value: 640, of: "variant" },
    });
  });

  test("a variant that showed the whole original tells the original's size, and nothing else of it", () => {
    const known = meta({ "flickr.z": variant(500, 333) }, { size: { width: 500, height: 333 } });
    expect(factsOf(known)).toMatchObject({
      size: { value: { width: 500, height: 333 }, of: "original" },
      orientation: { of: "variant" },
      format: { of: "variant" },
      bytes: { of: "variant" },
    });
  });

  test("of a cropped variant nothing is a fact of the source", () => {
    expect(factsOf(meta({ "flickr.q": SQUARE }))).toBeNull();
    expect(shapeOf(meta({ "flickr.q": SQUARE }))).toBeNull();
  });
});

test.each<[string, SourceMeta | null, ReturnType<typeof originalSize>]>([
  ["nothing", null, null],
  ["only variants", meta({ "flickr.z": variant(640, 480) }), null],
  ["the original, upright", meta({ original: LARGE }), { width: 3000, height: 4000 }],
  ["told elsewhere", meta({ "flickr.z": variant(9, 9) }, { size: { width: 9, height: 9 } }), { width: 9, height: 9 }],
  ["an SVG, which has any size", meta({ original: variant(100, 100, { format: "svg" }) }), null],
])("originalSize of %s", (_, known, expected) => expect(originalSize(known)).toEqual(expected));
