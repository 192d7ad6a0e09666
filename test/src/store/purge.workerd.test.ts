import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { BadCursor, isUnder, type PurgeTarget, purgeStep } from "../../../src/store/purge.ts";
import { renditionKey, sourceKeys } from "../../../src/store/schema/key.ts";
import { kvTier } from "../../../src/store/tiers/kv.ts";
import { r2PurgeStore, r2Tier } from "../../../src/store/tiers/r2.ts";
import { purgeStores } from "../../../src/store/tierTable.ts";
import { brokenService } from "../../support/brokenService.ts";
import { all, heldOf, step } from "../../support/purgeSteps.workerd.ts";
import { keysOf, PER_SOURCE, SIZES, storeAll, WITHOUT_ADDRESS } from "../../support/sourceInStores.workerd.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const A1 = "https://a.test/photos/1.jpg";
const A2 = "https://a.test/photos/2.jpg";
const A3 = "https://a.test/other/3.jpg";
const B1 = "https://b.test/photos/1.jpg";

/** Pages are of 10 here, so that few objects are many pages. */
const COUNT = 35;

beforeEach(async () => {
  await reset();
  for (const source of [A1, A2, A3, B1]) await storeAll(source);
});

describe("purgeStep deletes from every bucket and KV", () => {
  test.each([
    ["a source", { kind: "source", source: A1 }, [A1]],
    ["a host", { kind: "host", host: "a.test" }, [A1, A2, A3]],
    ["a host in capitals", { kind: "host", host: "A.TEST" }, [A1, A2, A3]],
  ] as const)("%s, and nothing else", async (_name, target, gone) => {
    expect(await step(target)).toEqual({ deleted: gone.length * PER_SOURCE, cursor: null, done: true });
    for (const source of [A1, A2, A3, B1]) {
      expect(await heldOf(source)).toBe((gone as readonly string[]).includes(source) ? 0 : PER_SOURCE);
    }
  });

  test("a prefix: its sources' pictures; the host's metadata and negatives go with it", async () => {
    await step({ kind: "prefix", prefix: "https://a.test/photos/" });
    expect(await heldOf(A1)).toBe(0);
    expect(await heldOf(A2)).toBe(0);
    expect(await heldOf(A3)).toBe(PER_SOURCE - WITHOUT_ADDRESS);
    expect(await heldOf(B1)).toBe(PER_SOURCE);
  });

  test("a prefix longer than what is stored of its sources, in every place", async () => {
    const long = `https://a.test/${"x".repeat(3_000)}`;
    const [under, beside] = [`${long}/1.jpg`, `https://a.test/y${"x".repeat(3_000)}.jpg`];
    for (const source of [under, beside]) await storeAll(source);
    await step({ kind: "prefix", prefix: `${long}/` });
    expect(await heldOf(under)).toBe(0);
    expect(await heldOf(beside)).toBe(PER_SOURCE - WITHOUT_ADDRESS);
    expect(await heldOf(A1)).toBe(PER_SOURCE - WITHOUT_ADDRESS);
  });

  test("a prefix longer than what is stored of a source that was redirected to a long address", async () => {
    const long = `https://a.test/${"x".repeat(3_000)}`;
    const url = `https://c.test/${"y".repeat(3_000)}`;
    await storeAll(`${long}/1.jpg`, {
      final: { host16: "c".repeat(16), source32: "c".repeat(32), url, complete: true },
    });
    await step({ kind: "prefix", prefix: `${long}/` });
    expect(await heldOf(`${long}/1.jpg`)).toBe(0);
  });

  test("a prefix goes over http and https alike", async () => {
    const plain = A1.replace("https:", "http:");
    await storeAll(plain);
    await step({ kind: "prefix", prefix: "https://a.test/photos/" });
    expect(await heldOf(plain)).toBe(0);
  });

  test("one picture: that size everywhere, and no other", async () => {
    const page = await step({ kind: "picture", source: A1, options: SIZES[0] });
    expect(page.deleted).toBe(3);
    expect(await heldOf(A1)).toBe(PER_SOURCE - 3);
  });

  test("a maker: its renditions and masters in buckets and KV, and nothing else", async () => {
    const source = "https://c.test/1.jpg";
    await storeAll(source, { maker: "1-bad2" });
    const page = await step({ kind: "maker", maker: "1-bad2" });
    expect(page).toEqual({ deleted: 2 + 2 + 1 + 1, cursor: null, done: true });
    // The original and the source's metadata were made by nobody.
    const kinds = (await keysOf(source)).map((key) => key.slice(0, 4));
    expect(kinds.sort()).toEqual(["2/f/", "2/n/", "2/o/"]);
    for (const other of [A1, A2, A3, B1]) expect(await heldOf(other)).toBe(PER_SOURCE);
  });

  test("a maker whose name begins another's leaves that one", async () => {
    expect((await step({ kind: "maker", maker: "1-libwebp" })).deleted).toBe(0);
  });

  test("what is not there is done at once", async () => {
    expect(await step({ kind: "host", host: "c.test" })).toEqual({ deleted: 0, cursor: null, done: true });
  });
});

describe("a purge in steps", () => {
  test("of one operation each ends with the same", async () => {
    const { deleted, steps } = await all({ kind: "host", host: "a.test" }, { operations: 1 });
    expect(deleted).toBe(3 * PER_SOURCE);
    expect(steps).toBeGreaterThan(15);
    expect(await heldOf(A1)).toBe(0);
  });

  test("is idempotent", async () => {
    await all({ kind: "host", host: "a.test" }, { operations: 5 });
    expect((await all({ kind: "host", host: "a.test" }, { operations: 5 })).deleted).toBe(0);
  });

  test("an old cursor used again harms nothing", async () => {
    const { cursor } = await step({ kind: "host", host: "a.test" }, null, { operations: 3 });
    await step({ kind: "host", host: "a.test" }, cursor, { operations: 3 });
    await step({ kind: "host", host: "a.test" }, cursor);
    expect(await heldOf(A1)).toBe(0);
    expect(await heldOf(B1)).toBe(PER_SOURCE);
  });

  test("what was stored behind its back is found by the second round", async () => {
    const target = { kind: "source", source: A1 } as const;
    const { cursor } = await step(target, null, { operations: 4 });
    const key = await renditionKey(await sourceKeys(A1), "width:999");
    await r2Tier(env.R2_PRIMARY, "primary", "p").put(key, storedOf({ source: A1 }));
    await step(target, cursor);
    expect(await heldOf(A1)).toBe(0);
  });

  test("a bucket that fails stops it, and the same cursor goes on later", async () => {
    const target = { kind: "source", source: A1 } as const;
    const stores = purgeStores(env).map((store) =>
      store.label === "R2_APAC" ? r2PurgeStore(brokenService(env.R2_APAC), store.label) : store,
    );
    const { cursor } = await step(target, null, { operations: 1 });
    await expect(purgeStep(target, { stores, cursor })).rejects.toThrow("unavailable");
    expect((await step(target, cursor)).done).toBe(true);
    expect(await heldOf(A1)).toBe(0);
  });

  test.each([
    ["no base64", "!"],
    ["no JSON", "AAAA"],
    ["another scope", btoa("[0,99,null]")],
    ["another round", btoa("[2,0,null]")],
    ["no list", btoa('{"a":1}')],
    ["without a mark", btoa("[0,0,null]")],
    ["with the mark of another purge", btoa('[0,0,null,"00000000"]')],
  ])("a cursor that is %s is refused", async (_name, cursor) => {
    await expect(step({ kind: "source", source: A1 }, cursor)).rejects.toThrow(BadCursor);
  });

  const TARGETS: readonly PurgeTarget[] = [
    { kind: "source", source: A1 },
    { kind: "source", source: A2 },
    { kind: "host", host: "a.test" },
    { kind: "host", host: "b.test" },
    { kind: "prefix", prefix: "https://a.test/photos/" },
    { kind: "prefix", prefix: "https://a.test/photo" },
    { kind: "picture", source: A1, options: SIZES[0] },
    { kind: "picture", source: A1, options: SIZES[1] },
    { kind: "maker", maker: "1-bad2" },
  ];
  test.each(TARGETS.map((target) => [target] as const))("a cursor of %o is refused for any other", async (target) => {
    const { cursor } = await step(target, null, { operations: 1 });
    for (const other of TARGETS) {
      if (other === target) continue;
      await expect(step(other, cursor), JSON.stringify(other)).rejects.toThrow(BadCursor);
    }
    await expect(step(target, cursor)).resolves.toMatchObject({ done: true });
  });

  test.each([
    ["fewer", 0, -1],
    ["others", 1, 99],
  ])("a cursor from when there were %s buckets is refused, and nothing is said to be done", async (_, from, to) => {
    const target = { kind: "host", host: "a.test" } as const;
    const { cursor } = await purgeStep(
      target,
      { stores: purgeStores(env).slice(from, to), cursor: null },
      { operations: 1 },
    );
    await expect(step(target, cursor)).rejects.toThrow(BadCursor);
  });

  test.each([
    ["source", { kind: "source", source: "no url" }],
    ["prefix", { kind: "prefix", prefix: "/photos/" }],
  ] as const)("a %s that is no address is refused", async (_name, target) => {
    await expect(step(target)).rejects.toThrow(TypeError);
  });
});

test.each([
  ["under it", "https://a.test/p/1.jpg", "https://a.test/p/", true],
  ["itself", "https://a.test/p/", "https://a.test/p/", true],
  ["above it", "https://a.test/p", "https://a.test/p/", false],
  ["beside it", "https://a.test/q/1.jpg", "https://a.test/p/", false],
  ["no source at all", "", "https://a.test/p/", false],
  ["cut, and not long enough to tell", `https://a.test/${"x".repeat(75)}`, `https://a.test/${"x".repeat(900)}`, true],
  [
    "a character too short to have been cut",
    `https://a.test/${"x".repeat(74)}`,
    `https://a.test/${"x".repeat(900)}`,
    false,
  ],
  [
    "cut, its backslashes two bytes each",
    `https://a.test/?${"\\".repeat(142)}`,
    `https://a.test/?${"\\".repeat(900)}`,
    true,
  ],
])("isUnder: %s", (_name, source, prefix, expected) => {
  expect(isUnder(source, prefix)).toBe(expected);
});

test.each([
  ["a host", { kind: "host", host: "big.test" }],
  ["a prefix", { kind: "prefix", prefix: "https://big.test/" }],
] as const)("%s with more than a listing's page, in a bucket and in KV", async (_name, target) => {
  const source = "https://big.test/a.jpg";
  const keys = await sourceKeys(source);
  const stored = storedOf({ source });
  const tiers = [r2Tier(env.R2_PRIMARY, "primary", "p"), kvTier(env.THUMBS, { now: () => NOW, since: 0 })];
  for (let i = 0; i < COUNT; i++) {
    for (const tier of tiers) await tier.put(`${keys.renditions}${String(i).padStart(32, "0")}`, stored);
  }
  expect((await all(target, { operations: 2, page: 10 })).deleted).toBe(2 * COUNT);
  expect(await heldOf(source)).toBe(0);
});
