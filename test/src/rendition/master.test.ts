import { describe, expect, test } from "vitest";
import { MASTER_SIDE, makeMaster, parseMasterOrder, wantsMaster } from "../../../src/rendition/master.ts";
import { metaOf, storedOf } from "../../support/stored.ts";

const SOURCE = { quality: 0, sourceWidth: 4000, sourceHeight: 3000 };
const sizes = (...widths: number[]) =>
  widths.map((width) => ({ meta: { ...metaOf({ width, height: (width * 3) / 4 }), whole: SOURCE } }));

describe("wantsMaster", () => {
  test.each([
    ["not for the first size", sizes(320), false],
    ["for the second", sizes(320, 640), true],
    ["not for the same size twice (two formats)", sizes(320, 320), false],
    ["not when one is as large as a master", sizes(320, MASTER_SIDE), false],
    ["a pixel smaller is not as large", sizes(320, MASTER_SIDE - 1), true],
    ["for the third, when the queue has not got to it yet", sizes(160, 320, 640), true],
  ])("%s", (_name, parents, wanted) => expect(wantsMaster(parents, SOURCE, "0badcafe")).toBe(wanted));

  test("sizes of another version do not count", () => {
    const old = sizes(640).map(({ meta }) => ({ meta: { ...meta, sourceHash: "00000001" } }));
    expect(wantsMaster([...old, ...sizes(320)], SOURCE, "0badcafe")).toBe(false);
  });

  test("of a small source its own size is the master's", () => {
    const small = { quality: 0, sourceWidth: 800, sourceHeight: 600 };
    expect(wantsMaster(sizes(320, 640), small, "0badcafe")).toBe(true);
    expect(wantsMaster(sizes(320, 800), small, "0badcafe")).toBe(false);
  });
});

describe("parseMasterOrder", () => {
  const order = { v: 1, source: "https://a.test/1.jpg", authority: "list", region: "weur" };
  test("reads an order, and one with fields of a newer Worker", () => {
    expect(parseMasterOrder(order)).toEqual(order);
    expect(parseMasterOrder({ ...order, later: 1 })).toEqual(order);
  });
  test.each([
    ["nothing", null],
    ["a text", "x"],
    ["another version", { ...order, v: 2 }],
    ["no source", { ...order, source: undefined }],
    ["a source that is no address", { ...order, source: "x" }],
    ["an unknown authority", { ...order, authority: "god" }],
    ["no region", { ...order, region: 5 }],
  ])("%s is dropped", (_name, body) => expect(parseMasterOrder(body)).toBeNull());
});

describe("makeMaster", () => {
  const world = (present: { v: string } | null, allowed = true) => {
    const done: string[] = [];
    const steps = {
      readMaster: async () => present,
      readSource: async () => ({ sourceHash: "0badcafe" }),
      render: async () => {
        done.push("render");
        return storedOf();
      },
      store: async () => done.push("store"),
      mayStore: () => allowed,
    };
    return { done, steps };
  };
  test.each([
    ["there is none", null, true, "made", ["render", "store"]],
    ["there is one of this version", { sourceHash: "0badcafe" }, true, "present", []],
    ["there is one of an older version", { sourceHash: "00000001" }, true, "made", ["render", "store"]],
    ["the picture was taken down meanwhile", null, false, "blocked", ["render"]],
  ] as const)("%s", async (_name, present, allowed, outcome, expected) => {
    const { done, steps } = world(present, allowed);
    expect(await makeMaster(steps)).toBe(outcome);
    expect(done).toEqual(expected);
  });
});
