import { describe, expect, test } from "vitest";
import { MAX_INFO_BYTES, parseIiifInfo } from "../../../../src/origin/providers/iiifInfo.ts";

const V3 = {
  "@context": "http://iiif.io/api/image/3/context.json",
  type: "ImageService3",
  ...{ profile: "level1", width: 6000, height: 4000 },
};
const V2 = {
  "@context": "http://iiif.io/api/image/2/context.json",
  ...{ profile: ["http://iiif.io/api/image/2/level2.json"] as unknown[], width: 6000, height: 4000 },
};
const V1 = {
  "@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json",
  profile: "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level1",
  ...{ width: 6000, height: 4000 },
};

const parse = (json: unknown) => parseIiifInfo(JSON.stringify(json));

describe("info.json", () => {
  test.each([
    ["version 3", V3, { version: 3, level: 1, width: 6000, height: 4000 }],
    ["version 2", V2, { version: 2, level: 2 }],
    ["version 1", V1, { version: 1, level: 1 }],
    [
      "several contexts",
      { ...V3, type: "x", "@context": ["http://other.test/", "http://iiif.io/api/image/3/context.json"] },
      { version: 3 },
    ],
    ["level 0 that has any width", { ...V3, profile: "level0", extraFeatures: ["sizeByW"] }, { level: 1 }],
    [
      "level 0 that has any width, version 2",
      { ...V2, profile: ["http://iiif.io/api/image/2/level0.json", { supports: ["sizeByW"] }] },
      { level: 1 },
    ],
    ["level 0 that has other features", { ...V3, profile: "level0", extraFeatures: ["mirroring"] }, { level: 0 }],
    [
      "limits of version 3",
      { ...V3, maxWidth: 2000, maxHeight: 1000, maxArea: 9 },
      { maxWidth: 2000, maxHeight: 1000, maxArea: 9 },
    ],
    [
      "maxWidth alone limits the height too",
      { ...V3, maxWidth: 2000 },
      { maxWidth: 2000, maxHeight: 2000, maxArea: null },
    ],
    ["limits of version 2", { ...V2, profile: [V2.profile[0], { maxArea: 500 }] }, { maxArea: 500, maxWidth: null }],
    [
      "sizes are sorted",
      {
        ...V3,
        sizes: [
          { width: 3000, height: 2000 },
          { width: 750, height: 500 },
        ],
      },
      {
        sizes: [
          { width: 750, height: 500 },
          { width: 3000, height: 2000 },
        ],
      },
    ],
    [
      "a size may be rounded",
      { ...V3, sizes: [{ width: 187, height: 125 }] },
      { sizes: [{ width: 187, height: 125 }] },
    ],
    [
      "a size of another shape is no size of the picture",
      { ...V3, sizes: [{ width: 750, height: 750 }] },
      { sizes: [] },
    ],
    ["a size over the picture", { ...V3, sizes: [{ width: 12_000, height: 8_000 }] }, { sizes: [] }],
    [
      "sizes that are none",
      { ...V3, sizes: [null, 1, {}, { width: "750", height: 500 }, { width: -1, height: 1 }] },
      { sizes: [] },
    ],
    [
      "limits that are none",
      { ...V3, maxWidth: "2000", maxHeight: 0, maxArea: 1.5 },
      { maxWidth: null, maxHeight: null, maxArea: null },
    ],
  ])("%s", (_, json, expected) => {
    expect(parse(json)).toMatchObject(expected);
  });
  test.each([
    ["not JSON", "<html>"],
    ["empty", ""],
    ["a list", "[]"],
    ["null", "null"],
    ["no size", JSON.stringify({ profile: "level2" })],
    ["a side of 0", JSON.stringify({ ...V3, width: 0 })],
    ["a side with a fraction", JSON.stringify({ ...V3, width: 1.5 })],
    ["a huge side", JSON.stringify({ ...V3, width: 1_000_001 })],
    ["no profile", JSON.stringify({ width: 1, height: 1 })],
    ["a profile of another kind", JSON.stringify({ ...V3, profile: { level: 2 } })],
    ["deeply nested", `${"[".repeat(100_000)}`],
    ["too long", JSON.stringify({ ...V3, more: "x".repeat(MAX_INFO_BYTES) })],
  ])("%s: null", (_, text) => {
    expect(parseIiifInfo(text)).toBeNull();
  });
  test("as long as is allowed", () => {
    const text = JSON.stringify({ ...V3, more: "" });
    const padded = JSON.stringify({ ...V3, more: "x".repeat(MAX_INFO_BYTES - text.length) });
    expect(parseIiifInfo(padded)?.width).toBe(6000);
    expect(parseIiifInfo(`${padded} `)).toBeNull();
  });
  test("of many sizes the first 64 are looked at", () => {
    const many = Array.from({ length: 100_000 }, (_, i) => ({
      width: 3 * ((i % 1000) + 1),
      height: 2 * ((i % 1000) + 1),
    }));
    expect(parseIiifInfo(JSON.stringify({ ...V3, sizes: many.slice(0, 5_000) }))?.sizes).toHaveLength(64);
  });
});
