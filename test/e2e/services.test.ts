/**
 * What a user gets and what is stored when our own services fail: KV, R2, the Durable Object, the edge cache, the
 * clock, and another version of the Worker on the same storage. Sources are well; the Worker is the built one.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sourceKeys } from "../../src/store/schema/key.ts";
import { type Faults, type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { createAuthority } from "../support/sources/authority.ts";
import { jpegOf, meanColour } from "../support/sources/picture.ts";
import { type SourceServer, startSource } from "../support/sources/server.ts";
import { type Answer, askFor, type Fetch, inTurn, renditions, settled } from "./asking.ts";

const DAY = 86_400_000;

let source: SourceServer;
let edge: FaultyEdge;

beforeAll(async () => {
  const picture = await jpegOf({ r: 30, g: 160, b: 60 });
  const vars = { ALLOWED_SOURCES: "127.0.0.1", ALLOW_LOOPBACK_SOURCES: "true" };
  [source, edge] = await Promise.all([
    startSource({ picture, authority: createAuthority() }),
    startFaultyEdge({ vars }, { vars: { REGIONS: "weur,enam" } }),
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([edge?.stop(), source?.close()]);
});
beforeEach(async () => {
  await edge.set({});
  source.seen.length = 0;
});

/** As the Worker knows it: a name without blanks is its own canonical form. */
const address = (name: string) => `http://127.0.0.1:${source.http}/many/${name.replaceAll(" ", "-")}`;
const isGreen = async ({ bytes }: Answer) => {
  const { r, g, b } = await meanColour(bytes);
  return g > r + 40 && g > b + 40;
};
const lost = (before: readonly string[], after: readonly string[]) => before.filter((key) => !after.includes(key));

type Row = {
  readonly name: string;
  readonly faults: Faults;
  /** A stored picture comes from here; "miss": from its source again. */
  readonly known: readonly string[];
  /** What is stored of a picture asked for the first time meanwhile: R2 buckets, and F for its facts in KV. */
  readonly left: string;
  /** Longest answer, in milliseconds; the others are given two seconds, most of it for a busy machine. */
  readonly ms?: number;
  /** Half a minute of waiting: in the long run only; "slow" and "fails" are its short twins. */
  readonly long?: true;
};

/** Longer than any test waits. */
const HANGS = 600_000;

const BOTH = "R2_ENAM R2_PRIMARY";

const ROWS: readonly Row[] = [
  { name: "the edge cache fails", faults: { edge: "fail" }, known: ["region"], left: `F ${BOTH}` },
  { name: "KV fails", faults: { kv: "fail", edge: "fail" }, known: ["region"], left: BOTH },
  { name: "KV is slow", faults: { kv: 400, edge: "fail" }, known: ["region"], left: `F ${BOTH}`, ms: 4_000 },
  { name: "KV hangs", faults: { kv: HANGS, edge: "fail" }, known: ["region"], left: BOTH, ms: 6_000 },
  { name: "R2 fails", faults: { r2: "fail", edge: "fail" }, known: ["miss"], left: "F", ms: 4_000 },
  { name: "R2 takes no writes", faults: { r2Writes: "fail", edge: "fail" }, known: ["region"], left: "F" },
  { name: "R2 is slow", faults: { r2: 400, edge: "fail" }, known: ["region"], left: `F ${BOTH}`, ms: 4_000 },
  { name: "R2 hangs", faults: { r2: HANGS, edge: "fail" }, known: ["miss"], left: "F", ms: 12_000, long: true },
  {
    name: "the Durable Object fails",
    faults: { coordinator: "fail", edge: "fail" },
    known: ["region"],
    left: `F ${BOTH}`,
  },
  {
    name: "the Durable Object hangs",
    faults: { coordinator: HANGS, edge: "fail" },
    known: ["region"],
    left: `F ${BOTH}`,
    ms: 4_000,
  },
  {
    name: "everything fails at once",
    faults: { kv: "fail", r2: "fail", coordinator: "fail", edge: "fail" },
    known: ["miss"],
    left: "",
  },
];

const LONG = process.env.FIRSTLIGHT_LONG === "1";

describe.each(ROWS.filter(({ long }) => LONG || !long))("$name", ({ name, faults, known, left, ms = 2_000 }) => {
  test("stored pictures and new ones come, and nothing is lost", { timeout: 40_000 }, async () => {
    const [stored, fresh] = [address(`${name}-stored`), address(`${name}-new`)];
    expect((await askFor(edge.url, stored)).status).toBe(200);
    const before = await settled(edge);

    await edge.set(faults);
    const again = await askFor(edge.url, stored);
    expect([again.status, await isGreen(again)]).toEqual([200, true]);
    expect(known).toContain(again.detail);
    const first = await askFor(edge.url, fresh);
    expect([first.status, first.detail, await isGreen(first)]).toEqual([200, "miss", true]);
    expect(Math.max(again.ms, first.ms)).toBeLessThan(ms);

    const after = await settled(edge);
    expect(lost(before, after)).toEqual([]);
    const { source32 } = await sourceKeys(fresh);
    const places = after
      .filter((key) => key.includes(source32) && / 2\/[tf]\//.test(key))
      .map((key) => (key.startsWith("THUMBS 2/f/") ? "F" : (key.split(" ")[0] ?? "")));
    expect([...new Set(places)].sort().join(" ")).toBe(left);

    // Well again: the same picture from the store, or once more from its source.
    await edge.set({ edge: "fail" });
    const well = await askFor(edge.url, fresh);
    expect([well.status, well.detail]).toEqual([200, left.includes("R2") ? "region" : "miss"]);
  });
});

describe("a store that has lost its things", () => {
  test.each([
    ["the region's bucket", ["R2_ENAM"], "primary"],
    ["the primary bucket", ["R2_PRIMARY"], "region"],
    ["KV", ["THUMBS"], "region"],
    ["both buckets and KV", ["R2_ENAM", "R2_PRIMARY", "THUMBS"], "miss"],
  ])("%s: the next one answers and fills it again", async (name, bindings, detail) => {
    const picture = address(name);
    await askFor(edge.url, picture);
    await settled(edge);
    for (const binding of bindings) await edge.drop(binding);
    await edge.set({ edge: "fail" });
    const answer = await askFor(edge.url, picture);
    expect([answer.status, answer.detail]).toEqual([200, detail]);
    await settled(edge);
    expect((await askFor(edge.url, picture)).detail).toMatch(/^(region|kv)$/);
  });
});

describe("a clock that jumps", () => {
  test.each([
    ["ten years back", -3_650 * DAY],
    ["a day back", -DAY],
    ["an hour ahead", DAY / 24],
    ["a month ahead", 30 * DAY],
    ["ten years ahead", 3_650 * DAY],
  ])("%s: pictures come, and after it is set right the stored ones are all there", async (name, clock) => {
    const stored = address(`${name}-stored`);
    await askFor(edge.url, stored);
    const before = await settled(edge);
    await edge.set({ clock, edge: "fail" });
    const answers = await inTurn([stored, address(`${name}-new`)], 1, (each) => askFor(edge.url, each));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const meanwhile = await settled(edge);
    expect(lost(renditions(before), meanwhile)).toEqual([]);
    // Set right again: what was written under the wrong clock does no harm.
    await edge.set({ edge: "fail" });
    const asked = source.seen.length;
    const right = await inTurn([stored, address(`${name}-new`)], 1, (each) => askFor(edge.url, each));
    expect(right.map(({ status }) => status)).toEqual([200, 200]);
    expect(source.seen.length - asked).toBeLessThanOrEqual(2);
    expect(lost(renditions(before), await settled(edge))).toEqual([]);
  });
});

describe("two versions of the Worker at once", () => {
  /** The other deployment: other regions, the same storage. */
  const second = async (picture: string): Promise<Answer> => {
    const worker = await edge.miniflare.getWorker("second");
    const via = ((url: string, init: object) => worker.fetch(url, init)) as unknown as Fetch;
    return askFor("http://127.0.0.1", picture, 160, via);
  };

  test("each serves what the other has stored", async () => {
    await askFor(edge.url, address("by-one"));
    await settled(edge);
    expect((await second(address("by-one"))).detail).toMatch(/^(region|primary|edge)$/);
    await second(address("by-two"));
    await settled(edge);
    await edge.set({ edge: "fail" });
    expect((await askFor(edge.url, address("by-two"))).detail).toMatch(/^(region|primary)$/);
  });

  test("at the same time, of the same pictures: whole answers from both", async () => {
    const jobs = Array.from({ length: 6 }, (_, i) => address(`both-${i}`)).flatMap((picture) => [
      () => askFor(edge.url, picture),
      () => second(picture),
    ]);
    const answers = await Promise.all(jobs.map((job) => job()));
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    expect(await Promise.all(answers.map(isGreen))).toEqual(Array(12).fill(true));
  });

  /** Puts what another version may have written where ours would look, in both buckets and in KV. */
  async function planted(picture: string, change: (meta: Record<string, string>) => Record<string, string>) {
    await askFor(edge.url, picture);
    const before = await settled(edge);
    const keys = renditions(before).filter((key) => key.startsWith("R2_"));
    const { source32 } = await sourceKeys(picture);
    for (const [binding = "", key = ""] of keys
      .filter((each) => each.includes(source32))
      .map((each) => each.split(" "))) {
      const bucket = await edge.miniflare.getR2Bucket(binding, "firstlight");
      const object = await bucket.get(key);
      if (object === null) throw new Error(`${key} is not in ${binding}`);
      const bytes = await object.arrayBuffer();
      await bucket.put(key, bytes, { customMetadata: change(object.customMetadata ?? {}) });
    }
    await edge.set({ edge: "fail" });
  }

  test("fields of a newer version are passed over", async () => {
    const picture = address("newer-fields");
    await planted(picture, (meta) => ({ ...meta, depth: "10", schema: "2" }));
    const answer = await askFor(edge.url, picture);
    expect([answer.detail, await isGreen(answer)]).toEqual(["region", true]);
  });

  test.each([
    ["a format of a newer version", (meta: Record<string, string>) => ({ ...meta, format: "avif" })],
    [
      "metadata of an older version",
      ({ hash, source: from }: Record<string, string>) => ({ v: hash ?? "", source: from ?? "" }),
    ],
    ["no metadata at all", () => ({})],
    ["numbers that are none", (meta: Record<string, string>) => ({ ...meta, fresh: "soon", width: "-1" })],
  ])("%s is a miss, not an error", async (name, change) => {
    const picture = address(name);
    await planted(picture, change);
    const answer = await askFor(edge.url, picture);
    expect([answer.status, answer.detail, await isGreen(answer)]).toEqual([200, "miss", true]);
  });

  test("facts and failures that cannot be read are as good as none", async () => {
    const picture = address("odd-facts");
    const keys = await sourceKeys(picture);
    const kv = await edge.miniflare.getKVNamespace("THUMBS", "firstlight");
    await kv.put(keys.sourceMeta, '{"schema":9,"v":{"sha512":"x"}}');
    await kv.put(keys.negative, '{"reason":"source_on_the_moon","until":99999999999999,"at":1,"facts":{}}');
    expect((await askFor(edge.url, picture)).status).toBe(200);
    await kv.put((await sourceKeys(address("odd"))).negative, "no JSON");
    expect((await askFor(edge.url, address("odd"))).status).toBe(200);
  });
});
