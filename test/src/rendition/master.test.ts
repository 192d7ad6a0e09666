import { describe, expect, test } from "vitest";
import { deservesMaster, MASTER_SIDE, parseMasterOrder } from "../../../src/rendition/master.ts";
import { metaOf } from "../../support/stored.ts";

const SOURCE = { quality: 0, sourceWidth: 4000, sourceHeight: 3000 };
const sizes = (...widths: number[]) =>
  widths.map((width) => ({ meta: { ...metaOf({ width, height: (width * 3) / 4 }), whole: SOURCE } }));

const MADE = { ...metaOf({ width: 320, height: 240 }), whole: SOURCE };

describe("deservesMaster", () => {
  test.each([
    ["not for the first size", sizes(320), false],
    ["for the second", sizes(320, 640), true],
    ["not for the same size twice (two formats)", sizes(320, 320), false],
    ["not when one is as large as a master", sizes(320, MASTER_SIDE), false],
    ["a pixel smaller is not as large", sizes(320, MASTER_SIDE - 1), true],
    ["for the third, when the queue has not got to it yet", sizes(160, 320, 640), true],
  ])("%s", (_name, parents, wanted) => expect(deservesMaster(parents, MADE)).toBe(wanted));

  test("sizes of another version do not count", () => {
    const old = sizes(640).map(({ meta }) => ({ meta: { ...meta, sourceHash: "00000001" } }));
    expect(deservesMaster([...old, ...sizes(320)], MADE)).toBe(false);
  });

  test("sizes made of a provider's own size count, and deserve none themselves", () => {
    const z = { variant: "flickr.z", sourceHash: "00000002" };
    const ofVariant = sizes(320).map(({ meta }) => ({ meta: { ...meta, ...z } }));
    const original = sizes(640).map(({ meta }) => meta)[0] ?? MADE;
    expect(deservesMaster([...ofVariant, { meta: original }], original)).toBe(true);
    expect(deservesMaster([...ofVariant, { meta: original }], { ...MADE, ...z })).toBe(false);
  });

  test("of a small source its own size is the master's", () => {
    const small = { quality: 0, sourceWidth: 800, sourceHeight: 600 };
    expect(deservesMaster(sizes(320, 640), { ...MADE, whole: small })).toBe(true);
    expect(deservesMaster(sizes(320, 800), { ...MADE, whole: small })).toBe(false);
  });
});

describe("parseMasterOrder", () => {
  const order = {
    ...{ v: 2, source: "https://a.test/1.jpg", authority: "list" },
    ...{ region: "weur", origin: "https://img.test" },
  };
  test("reads an order, and one with fields of a newer Worker", () => {
    expect(parseMasterOrder(order)).toEqual(order);
    expect(parseMasterOrder({ ...order, later: 1 })).toEqual(order);
  });
  test.each([
    ["nothing", null],
    ["a text", "x"],
    ["an order of schema 1", { ...order, v: 1 }],
    ["an order of a newer schema", { ...order, v: 3 }],
    ["no source", { ...order, source: undefined }],
    ["a source that is no address", { ...order, source: "x" }],
    ["an unknown authority", { ...order, authority: "god" }],
    ["no region", { ...order, region: 5 }],
    ["no origin", { ...order, origin: undefined }],
    ["an origin that is no address", { ...order, origin: "img.test" }],
  ])("%s is dropped", (_name, body) => expect(parseMasterOrder(body)).toBeNull());
});
