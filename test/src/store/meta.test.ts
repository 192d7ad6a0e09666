import { describe, expect, test } from "vitest";
import { decodeMeta, encodeMeta } from "../../../src/store/schema/meta.ts";
import { metaOf } from "../../support/stored.ts";

const WHOLE = { quality: 80, sourceWidth: 4000, sourceHeight: 3000 };

describe("encodeMeta and decodeMeta", () => {
  test.each([
    ["all required fields", metaOf()],
    ["a whole picture of default quality", metaOf({ whole: { ...WHOLE, quality: 0 } })],
    ["a whole picture of quality 80", metaOf({ whole: WHOLE })],
    ["a source with every kind of sign", metaOf({ source: "https://h.test/%22%5C'(*)?a=b&c=%E2%82%AC" })],
  ])("round trip: %s", (_name, meta) => {
    expect(decodeMeta(encodeMeta(meta, 1024))).toEqual(meta);
  });

  test.each([1024, 2048])("the JSON never exceeds %i bytes, whatever the source's length", (max) => {
    for (const length of [10, max - 200, max, max * 20]) {
      const record = encodeMeta(metaOf({ source: "x".repeat(length), whole: WHOLE }), max);
      expect(JSON.stringify(record).length).toBeLessThanOrEqual(max);
    }
  });

  test.each([
    ["null", null],
    ["a text", "x"],
    ["a list", []],
    ["numbers where texts belong", { ...encodeMeta(metaOf(), 1024), width: 640 }],
    ["a negative width", { ...encodeMeta(metaOf(), 1024), width: "-1" }],
    ["a zero height", { ...encodeMeta(metaOf(), 1024), height: "0" }],
    ["a time in exponents", { ...encodeMeta(metaOf(), 1024), at: "1e12" }],
    ["a number of 16 digits", { ...encodeMeta(metaOf(), 1024), fresh: "1234567890123456" }],
    ["a version in capitals", { ...encodeMeta(metaOf(), 1024), sourceHash: "0BADCAFE" }],
  ])("cannot be read: %s", (_name, record) => expect(decodeMeta(record)).toBeNull());

  test.each(["yes", "80", "80,4000", "80,0,3000", "80,4000,3000,1", "-1,4000,3000"])(
    "a `whole` of %s makes no sense: nothing derives from the picture, which is served all the same",
    (whole) => expect(decodeMeta({ ...encodeMeta(metaOf({ whole: WHOLE }), 1024), whole })).toEqual(metaOf()),
  );
});
