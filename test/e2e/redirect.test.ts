/**
 * A takedown of B, or of B's whole host, reaches what was stored under an address A that redirects to B, or to B by way of
 * M: whichever store has it, and for new sizes too. A takedown of M reaches it as well. The block is written into the settings, so that nothing is deleted and each store must
 * refuse by itself; then a purge of B deletes it all.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callPurge } from "../../src/cli/purge/call.ts";
import { SETTINGS_KEY, SETTINGS_MAX_AGE_MS } from "../../src/live/settingsCache.ts";
import { sourceKeys } from "../../src/store/schema/key.ts";
import { type Faults, type FaultyEdge, startFaultyEdge } from "../support/faultyEdge.ts";
import { jpegOf } from "../support/sources/picture.ts";
import { askFor, keepOnly, settled } from "./asking.ts";

const SECRET = "purge secret of this test";
const LOOPBACK = { ALLOW_LOOPBACK_SOURCES: "true", PURGE_SECRET: SECRET, LADDER: "160,320,640,1024" };

let picture: Uint8Array;
let source: Server;
let port = 0;
/** Of B: whether it answers, for how long its picture is fresh, and how often it was asked. */
let alive = true;
let maxAge = 86_400;
let asked = 0;

beforeAll(async () => {
  picture = await jpegOf({ r: 200, g: 40, b: 40 }, 1600, 1200);
  source = createServer(({ url = "" }, response) => {
    // The long way is A, M, B, on three hosts.
    const step = url.startsWith("/A/way-") ? `127.0.0.2:${port}/M/` : `localhost:${port}/B/`;
    if (url.startsWith("/A/") || url.startsWith("/M/")) {
      const location = `http://${step}${url.slice(3)}`;
      response.writeHead(301, { location }).end();
      return;
    }
    asked++;
    if (alive) response.writeHead(200, { "cache-control": `max-age=${maxAge}` }).end(picture);
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => source.listen(0, resolve));
  port = (source.address() as AddressInfo).port;
}, 60_000);
afterAll(() => void source?.close());

const addressA = (name: string) => `http://127.0.0.1:${port}/A/${name}.jpg`;
const addressB = (name: string) => `http://localhost:${port}/B/${name}.jpg`;
const addressM = (name: string) => `http://127.0.0.2:${port}/M/${name}.jpg`;

describe("B is blocked, nothing is deleted", { timeout: 120_000 }, () => {
  let edge: FaultyEdge;
  /** The clock goes on by an age of the settings with each change of them. */
  let clock = 0;
  beforeAll(async () => {
    edge = await startFaultyEdge({
      vars: { ...LOOPBACK, ALLOWED_SOURCES: "127.0.0.1,127.0.0.2,localhost", MIN_FRESH: "0" },
    });
  }, 60_000);
  afterAll(() => edge?.stop());

  const get = (name: string, width: number) => askFor(edge.url, addressA(name), width);

  async function live(settings: object, faults: Faults = {}): Promise<void> {
    const kv = await edge.miniflare.getKVNamespace("THUMBS", "firstlight");
    await kv.put(SETTINGS_KEY, JSON.stringify(settings));
    clock += SETTINGS_MAX_AGE_MS + 1_000;
    await edge.set({ ...faults, clock });
  }

  const NO_EDGE = { edge: "fail" } as const;
  type Row = {
    readonly name: string;
    /** Faults while it is asked, and what of the stores is left. */
    readonly faults?: Faults;
    readonly keep: RegExp;
    /** Sizes asked for before; the size that is asked for then, and the store that has it. */
    readonly sizes: readonly number[];
    readonly size: number;
    readonly from: string;
    /** The picture is stale by then, and its source fails. */
    readonly fails?: true;
  };
  const ROWS: readonly Row[] = [
    { name: "edge", keep: /./, sizes: [320], size: 320, from: "edge" },
    { name: "kv", faults: NO_EDGE, keep: /^THUMBS/, sizes: [320, 320], size: 320, from: "kv" },
    { name: "region", faults: NO_EDGE, keep: /^R2_ENAM 2.t/, sizes: [320], size: 320, from: "region" },
    { name: "primary", faults: NO_EDGE, keep: /^R2_PRIMARY 2.t/, sizes: [320], size: 320, from: "primary" },
    { name: "derive", faults: NO_EDGE, keep: /^R2_PRIMARY 2.t/, sizes: [640], size: 160, from: "derived" },
    { name: "original", faults: NO_EDGE, keep: /^R2_ENAM 2.o/, sizes: [320], size: 640, from: "miss" },
    { name: "master", faults: NO_EDGE, keep: /^R2_PRIMARY 2.m/, sizes: [160, 320], size: 640, from: "derived" },
    { name: "stale", faults: NO_EDGE, keep: /2.t/, sizes: [320], size: 320, from: "region", fails: true },
    {
      name: "stale-parent",
      faults: NO_EDGE,
      keep: /2.t/,
      sizes: [640],
      size: 160,
      from: "stale-if-error",
      fails: true,
    },
    {
      name: "stale-original",
      faults: NO_EDGE,
      keep: /2.o/,
      sizes: [320],
      size: 640,
      from: "stale-if-error",
      fails: true,
    },
  ];
  const BLOCKS = {
    source: ({ source32 }: { source32: string }) => ({ blocked: { sources: [source32] } }),
    host: ({ host16 }: { host16: string }) => ({ blocked: { hosts: [host16] } }),
  } as const;

  // Where a host is looked for is the same code: some of the rows are enough.
  const OF_HOST = ["edge", "primary", "derive", "stale-original"];
  for (const kind of Object.keys(BLOCKS) as (keyof typeof BLOCKS)[]) {
    const rows = ROWS.flatMap((row) => [
      ...(kind === "source" || OF_HOST.includes(row.name) ? [{ ...row, of: "B" }] : []),
      ...(OF_HOST.includes(row.name) ? [{ ...row, of: "M" }] : []),
    ]);
    test.each(rows)(
      `the ${kind} of $of: $name`,
      async ({ name: row, faults = {}, keep, sizes, size, from, fails, of }) => {
        const name = `${of === "M" ? "way-" : ""}${kind}-${row}`;
        [alive, maxAge] = [true, fails ? 1 : 86_400];
        await live({}, faults);
        for (const width of sizes) {
          expect((await get(name, width)).status).toBe(200);
          await settled(edge);
        }
        if (row === "master")
          await expect.poll(async () => (await edge.stored()).join(" "), { timeout: 20_000 }).toContain(" 2/m/");
        if (fails) [alive, clock] = [false, clock + 2_000];
        await edge.set({ ...faults, clock });
        await keepOnly(edge, addressA(name), keep);
        // Without the block this store answers. What that stores is deleted again, so that it is alone once more.
        expect(await get(name, size)).toMatchObject({ status: 200, detail: from });
        await keepOnly(edge, addressA(name), keep);
        asked = 0;
        await live(BLOCKS[kind](await sourceKeys(of === "M" ? addressM(name) : addressB(name))), faults);
        expect(await get(name, size)).toMatchObject({ status: 451, code: "blocked" });
        // With nothing but the original, the source may be asked first.
        if (!row.endsWith("original")) expect(asked).toBe(0);
        // A size that nobody has, with nothing but that store, and from the source.
        expect((await get(name, 1024)).status).toBe(451);
        await keepOnly(edge, addressA(name), /^$/);
        alive = true;
        // A failure of the source is remembered for its time; there is nothing to show then.
        expect((await get(name, 1024)).status).toBe(row === "stale-original" ? 502 : 451);
      },
    );
  }

  test("the purge of B's host makes copies from before it misses, in every store", async () => {
    [alive, maxAge] = [true, 86_400];
    await live({});
    expect((await get("epoch", 320)).status).toBe(200);
    await settled(edge);
    expect(await get("epoch", 320)).toMatchObject({ detail: "edge" });
    const { host16 } = await sourceKeys(addressB("epoch"));
    await live({ epochs: { [host16]: Date.now() + clock + SETTINGS_MAX_AGE_MS } });
    expect(await get("epoch", 320)).toMatchObject({ status: 200, detail: "miss" });
  });

  test("B's host is marked stale: A is answered at once, and looked up anew behind it", async () => {
    await live({});
    expect((await get("marked", 320)).status).toBe(200);
    await settled(edge);
    asked = 0;
    const { host16 } = await sourceKeys(addressB("marked"));
    await live({ staleEpochs: { [host16]: Date.now() + clock + SETTINGS_MAX_AGE_MS } });
    expect(["edge", "region"]).toContain((await get("marked", 320)).detail);
    await expect.poll(() => asked, { timeout: 10_000 }).toBe(1);
  });
});

describe("a purge of B", { timeout: 60_000 }, () => {
  let edge: FaultyEdge;
  beforeAll(async () => {
    [alive, maxAge] = [true, 86_400];
    edge = await startFaultyEdge({ vars: { ...LOOPBACK, ALLOWED_SOURCES: "127.0.0.1,127.0.0.2,localhost" } });
  }, 60_000);
  afterAll(() => edge?.stop());

  const purge = (order: object) =>
    callPurge(order as Record<string, unknown>, {
      endpoint: edge.url,
      secret: SECRET,
      signal: AbortSignal.timeout(30_000),
    });
  const storedOf = async (name: string) => {
    const { source32 } = await sourceKeys(addressA(name));
    return (await settled(edge)).filter((key) => key.includes(source32));
  };

  test.each([
    ["the source", (name: string) => ({ source: addressB(name) }), false],
    ["a prefix of it", (name: string) => ({ prefix: addressB(name).slice(0, -4) }), false],
    ["its host", () => ({ host: `localhost:${port}` }), true],
    ["the source, blocked", (name: string) => ({ source: addressB(name), block: true }), false],
    ["the source on the way", (name: string) => ({ source: addressM(name) }), false],
    ["the host on the way, here of all", () => ({ host: `127.0.0.2:${port}` }), true],
  ])("%s: nothing is left of A in any store, its own note of the redirect included", async (what, order, all) => {
    const way = what.includes("on the way") ? "way-" : "";
    const [name, other] = [`${way}purge-${what.length}`, `${way}other-${what.length}`];
    for (const one of [name, other]) {
      for (const width of [160, 320]) expect((await askFor(edge.url, addressA(one), width)).status).toBe(200);
    }
    expect((await storedOf(name)).filter((key) => key.startsWith("R2_PRIMARY 2/r/"))).toHaveLength(way === "" ? 1 : 2);
    expect(await purge(order(name))).toMatchObject({ done: true });
    // A purge of M leaves the note that A also led to B.
    const note = `R2_PRIMARY 2/r/${(await sourceKeys(addressB(name))).host16}`;
    const leftOf = async (one: string) => (await storedOf(one)).filter((key) => way === "" || !key.startsWith(note));
    expect(await leftOf(name)).toEqual([]);
    expect((await leftOf(other)).length > 0).toBe(!all);
    const blocked = what.includes("blocked");
    expect(await askFor(edge.url, addressA(name))).toMatchObject({ status: blocked ? 451 : 200 });
    if (!blocked) return;
    expect(await storedOf(name)).toEqual([]);
    await purge({ source: addressB(name), block: false });
    expect(await askFor(edge.url, addressA(name))).toMatchObject({ status: 200, detail: "miss" });
    // The note is there again for the next purge.
    await expect.poll(async () => (await storedOf(name)).join(" "), { timeout: 20_000 }).toContain("2/r/");
  });

  test("a redirect is written down once, not with every size", async () => {
    for (const width of [160, 320, 640]) await askFor(edge.url, addressA("once"), width);
    await settled(edge);
    const bucket = await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight");
    const { host16, source32 } = await sourceKeys(addressB("once"));
    const { objects } = await bucket.list({ prefix: `2/r/${host16}/${source32}/` });
    expect(objects).toHaveLength(1);
    const { key, uploaded } = objects[0] ?? {};
    await askFor(edge.url, addressA("once"), 1024);
    await settled(edge);
    expect((await bucket.head(key ?? ""))?.uploaded).toEqual(uploaded);
  });
});
