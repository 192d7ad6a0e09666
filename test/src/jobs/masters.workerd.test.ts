import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { newIsolateState } from "../../../src/context/isolateState.ts";
import { dispatch } from "../../../src/jobs/dispatch.ts";
import { orderMaster } from "../../../src/rendition/orderMaster.ts";
import { putOriginal } from "../../../src/store/original.ts";
import { sourceKeys } from "../../../src/store/schema/key.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { Provenance, Stored, StoredMeta } from "../../../src/store/tiers/tier.ts";
import { brokenService } from "../../support/brokenService.ts";
import { NOW, originalOf, storedOf } from "../../support/stored.ts";
import {
  BINDINGS,
  configWith,
  freshSource,
  jpegOf,
  missOf,
  requestOf,
  type World,
  worldOf,
} from "../../support/world.workerd.ts";

const WHOLE = { quality: 0, sourceWidth: 4000, sourceHeight: 3000 };
const HOUR = 3_600_000;
const ORIGIN = "https://img.test";
const primary = r2Tier(env.R2_PRIMARY, "primary", "p");
afterEach(() => vi.restoreAllMocks());

/** Sizes in the primary, and a queue that writes down what is sent. */
async function page(widths: readonly number[], over: Partial<StoredMeta> = {}) {
  const source = freshSource();
  const sent: unknown[] = [];
  const MASTERS = { send: async (order: unknown) => void sent.push(order) } as unknown as Env["MASTERS"];
  for (const width of widths) {
    const { store } = await missOf(requestOf(source, { width, height: width }), worldOf());
    await primary.put(store.key, storedOf({ source, width, height: width, whole: WHOLE, ...over }));
  }
  return { source, sent, MASTERS };
}
const order = async (source: string, made: Stored, world: World) =>
  orderMaster(await missOf(requestOf(source), world), made, world.app, world.caller);

describe("orderMaster", () => {
  const made = storedOf({ width: 320, whole: WHOLE });

  test("orders one for the second size, once", async () => {
    const { source, sent, MASTERS } = await page([320, 640]);
    const world = worldOf({ bindings: { MASTERS } });
    await order(source, made, world);
    await order(source, made, world);
    expect(sent).toEqual([{ v: 2, source, authority: "list", region: "weur", origin: ORIGIN }]);
  });
  test("orders none for the first, and none for a picture that does not show the whole", async () => {
    const { source, sent, MASTERS } = await page([320]);
    const world = worldOf({ bindings: { MASTERS } });
    await order(source, made, world);
    await order(source, storedOf({ width: 320 }), world);
    expect(sent).toEqual([]);
  });
  test("rejects when a bucket or the queue fails, for work behind the answer", async () => {
    const { source, MASTERS } = await page([320, 640]);
    const failing = [{ R2_PRIMARY: brokenService(env.R2_PRIMARY), MASTERS }, { MASTERS: brokenService(MASTERS) }];
    for (const bindings of failing) {
      await expect(order(source, made, worldOf({ bindings }))).rejects.toThrow("unavailable");
    }
  });

  describe("one that is there and stale", () => {
    const confirmed = storedOf({ width: 320, whole: WHOLE, storedAt: NOW, freshUntil: NOW + HOUR });
    const stale = { freshUntil: NOW, storedAt: NOW - HOUR, whole: WHOLE, width: 2048, height: 1536 };

    test.each([
      ["is fresh again when its source has confirmed it", stale, {}, NOW + HOUR],
      ["is left when it is fresh still", { ...stale, freshUntil: NOW + 1 }, {}, NOW + 1],
      ["is left when it is of other bytes", { ...stale, sourceHash: "00000001" }, {}, NOW],
      ["is left when its host was purged meanwhile", stale, { purged: true }, NOW],
    ])("%s", async (_, meta, { purged = false }: { purged?: boolean }, expected) => {
      const { source, MASTERS } = await page([320]);
      const keys = await sourceKeys(source);
      await primary.put(keys.master, storedOf({ source, ...meta }));
      const latest = configWith(purged ? { epochs: { [keys.host16]: NOW } } : {});
      await order(source, confirmed, worldOf({ bindings: { MASTERS }, latest }));
      expect((await primary.get(keys.master))?.meta.freshUntil).toBe(expected);
    });
  });
});

describe("the queue's job", () => {
  /** One message, and whether it was taken or is to come again. */
  async function consume(body: unknown, bindings: Partial<Env> = {}, queue = "firstlight-masters") {
    let outcome: "ack" | "retry" | "nothing" = "nothing";
    const message = { body, ack: () => (outcome = "ack"), retry: () => (outcome = "retry") };
    const batch = { queue, messages: [message] } as unknown as MessageBatch;
    const deps = { now: () => Date.now(), fetch, state: newIsolateState(), bindings: { ...BINDINGS, ...bindings } };
    await dispatch(batch, deps, { waitUntil() {} });
    return outcome;
  }
  const orderFor = (source: string) => ({ v: 2, source, authority: "signature", region: "weur", origin: ORIGIN });

  async function keep(source: string, over: Partial<Provenance> = {}): Promise<void> {
    const { original } = await sourceKeys(source);
    const storedAt = Date.now();
    const times = { storedAt, freshUntil: storedAt + HOUR };
    await putOriginal(env.R2_WEUR, original, originalOf(await jpegOf(60, 40), { source, ...times, ...over }));
  }
  const quiet = () => vi.spyOn(console, "log").mockImplementation(() => {});

  test("renders one from the kept original, and only once", async () => {
    quiet();
    const source = freshSource();
    const keys = await sourceKeys(source);
    await keep(source);
    expect(await consume(orderFor(source))).toBe("ack");
    const first = await env.R2_PRIMARY.head(keys.master);
    expect(first?.customMetadata).toMatchObject({ hash: "0badcafe", format: "webp", width: "60", height: "40" });
    expect(await consume(orderFor(source))).toBe("ack");
    expect((await env.R2_PRIMARY.head(keys.master))?.uploaded).toEqual(first?.uploaded);
  });
  test("renders one again that holds no rights, since nothing that keeps them can be derived from it", async () => {
    quiet();
    const source = freshSource();
    const keys = await sourceKeys(source);
    await primary.put(keys.master, storedOf({ source, whole: WHOLE }));
    await keep(source);
    expect(await consume(orderFor(source))).toBe("ack");
    expect((await primary.get(keys.master))?.meta).toMatchObject({ width: 60, whole: { rights: true } });
  });
  test("renders another when the source's bytes have changed", async () => {
    quiet();
    const source = freshSource();
    const keys = await sourceKeys(source);
    await primary.put(keys.master, storedOf({ source, sourceHash: "00000001" }));
    await keep(source);
    expect(await consume(orderFor(source))).toBe("ack");
    expect((await primary.get(keys.master))?.meta.sourceHash).toBe("0badcafe");
  });
  test.each([
    ["a message that cannot be read", () => "?"],
    ["an original that is gone", () => orderFor(freshSource())],
  ])("drops %s", async (_, body) => {
    quiet();
    expect(await consume(body())).toBe("ack");
  });
  test("a bucket that fails: the message comes again, and the reason is in the log", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const source = freshSource();
    await keep(source);
    expect(await consume(orderFor(source), { R2_PRIMARY: brokenService(env.R2_PRIMARY) })).toBe("retry");
    expect(await consume(orderFor(source), { R2_WEUR: brokenService(env.R2_WEUR) })).toBe("retry");
    expect(log.mock.calls.flat().join()).toContain("unavailable");
  });
  test("an original that proves to be cut gets no master", async () => {
    quiet();
    const source = freshSource();
    const keys = await sourceKeys(source);
    const whole = await jpegOf(80, 60);
    const cut = originalOf(whole.subarray(0, whole.length - 40), { source });
    await putOriginal(env.R2_WEUR, keys.original, cut);
    expect(await consume(orderFor(source))).toBe("ack");
    expect(await env.R2_PRIMARY.head(keys.master)).toBeNull();
  });
  test("what was taken down, asked for or at the end of a redirect, gets no master", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const source = freshSource();
    const keys = await sourceKeys(source);
    const final = { host16: "b".repeat(16), source32: "b".repeat(32), url: "https://b.test/1.jpg", complete: true };
    await keep(source, { final });
    for (const blocked of [keys.source32, final.source32]) {
      const settings = JSON.stringify({ blocked: { sources: [blocked], hosts: [] } });
      await env.THUMBS.put("settings", settings);
      expect(await consume(orderFor(source))).toBe("ack");
      await env.THUMBS.delete("settings");
      expect(await env.R2_PRIMARY.head(keys.master)).toBeNull();
    }
  });
  test("a queue without a job throws, so that no message is lost", async () => {
    await expect(consume(orderFor(freshSource()), {}, "firstlight-other")).rejects.toThrow("firstlight-other");
  });
  test("each message has a line in the log that says for whom and from where", async () => {
    const log = quiet();
    const source = freshSource();
    await keep(source);
    await consume(orderFor(source));
    expect(JSON.parse(String(log.mock.calls[0]?.[0]))).toMatchObject({
      ...{
        msg: "request",
        audience: "job",
        door: "masters",
        reason: "ok",
        region: "weur",
        sourceHost: "pictures.test",
      },
    });
  });
});
