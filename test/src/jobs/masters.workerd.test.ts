import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { makeMasters, tendMaster } from "../../../src/jobs/masters.ts";
import { sourceKeys } from "../../../src/store/key.ts";
import { putOriginal } from "../../../src/store/original.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import type { StoredMeta } from "../../../src/store/tiers/tier.ts";
import { brokenService } from "../../support/brokenService.ts";
import { BINDINGS, configWith, freshSource, jpegOf, orderOf, scopeOf, wantedOf } from "../../support/scope.workerd.ts";
import { NOW, storedOf } from "../../support/stored.ts";

const WHOLE = { quality: 0, sourceWidth: 4000, sourceHeight: 3000 };
const HOUR = 3_600_000;
const primary = r2Tier(env.R2_PRIMARY, "primary", "p");
afterEach(() => vi.restoreAllMocks());

/** Sizes in the primary, and a queue that writes down what is sent. */
async function page(widths: readonly number[], over: Partial<StoredMeta> = {}) {
  const source = freshSource();
  const sent: unknown[] = [];
  const MASTERS = { send: async (order: unknown) => void sent.push(order) } as unknown as Env["MASTERS"];
  for (const width of widths) {
    const { shelf } = await orderOf(wantedOf(source, { width, height: width }), scopeOf());
    await primary.put(shelf.key, storedOf({ source, width, height: width, whole: WHOLE, ...over }));
  }
  return { source, sent, MASTERS };
}

describe("tendMaster", () => {
  const made = storedOf({ width: 320, whole: WHOLE });

  test("orders one for the second size, once", async () => {
    const { source, sent, MASTERS } = await page([320, 640]);
    const order = await orderOf(wantedOf(source), scopeOf({ MASTERS }));
    await tendMaster(order, made);
    await tendMaster(order, made);
    expect(sent).toEqual([{ v: 1, source, authority: "list", region: "weur" }]);
  });
  test("none for the first, and none for a picture that does not show the whole", async () => {
    const { source, sent, MASTERS } = await page([320]);
    const order = await orderOf(wantedOf(source), scopeOf({ MASTERS }));
    await tendMaster(order, made);
    await tendMaster(order, storedOf({ width: 320 }));
    expect(sent).toEqual([]);
  });
  test("a bucket or a queue that fails is its own failure, for work behind the answer", async () => {
    const { source, MASTERS } = await page([320, 640]);
    const failing = [{ R2_PRIMARY: brokenService(env.R2_PRIMARY), MASTERS }, { MASTERS: brokenService(MASTERS) }];
    for (const bindings of failing) {
      const order = await orderOf(wantedOf(source), scopeOf(bindings));
      await expect(tendMaster(order, made)).rejects.toThrow("unavailable");
    }
  });

  describe("one that is there and stale", () => {
    const confirmed = storedOf({ width: 320, whole: WHOLE, storedAt: NOW, freshUntil: NOW + HOUR });
    const stale = { freshUntil: NOW, storedAt: NOW - HOUR, whole: WHOLE, width: 2048, height: 1536 };

    test.each([
      ["is fresh again when its source says that it holds", stale, {}, NOW + HOUR],
      ["is left when it is fresh still", { ...stale, freshUntil: NOW + 1 }, {}, NOW + 1],
      ["is left when it is of another version", { ...stale, sourceHash: "00000001" }, {}, NOW],
      ["is left when its host was purged meanwhile", stale, { purged: true }, NOW],
    ])("%s", async (_, meta, { purged = false }: { purged?: boolean }, expected) => {
      const { source, MASTERS } = await page([320]);
      const keys = await sourceKeys(source);
      await primary.put(keys.master, storedOf({ source, ...meta }));
      const changed = configWith(purged ? { epochs: { [keys.host16]: NOW } } : {});
      const scope = scopeOf({ MASTERS }, { refreshedConfig: async () => changed });
      await tendMaster(await orderOf(wantedOf(source), scope), confirmed);
      expect((await primary.get(keys.master))?.meta.freshUntil).toBe(expected);
    });
  });
});

describe("makeMasters", () => {
  /** One message, and whether it was taken or is to come again. */
  async function consume(body: unknown, bindings: Partial<Env> = {}): Promise<"ack" | "retry" | "nothing"> {
    let outcome: "ack" | "retry" | "nothing" = "nothing";
    const message = { body, ack: () => (outcome = "ack"), retry: () => (outcome = "retry") };
    const batch = { messages: [message] } as unknown as MessageBatch;
    await makeMasters(batch, { ...BINDINGS, ...bindings }, { waitUntil() {} });
    return outcome;
  }
  const orderFor = (source: string) => ({ v: 1, source, authority: "list", region: "weur" });

  async function keep(source: string, storedAt = Date.now()): Promise<void> {
    const { original } = await sourceKeys(source);
    const bytes = await jpegOf(60, 40);
    await putOriginal(env.R2_WEUR, original, {
      bytes,
      source,
      sourceHash: "0badcafe",
      storedAt,
      freshUntil: storedAt + HOUR,
    });
  }

  test("makes one from the kept original, and only once", async () => {
    const source = freshSource();
    const keys = await sourceKeys(source);
    await keep(source);
    expect(await consume(orderFor(source))).toBe("ack");
    const first = await env.R2_PRIMARY.head(keys.master);
    expect(first?.customMetadata).toMatchObject({ sourceHash: "0badcafe", format: "webp", width: "60", height: "40" });
    expect(await consume(orderFor(source))).toBe("ack");
    expect((await env.R2_PRIMARY.head(keys.master))?.uploaded).toEqual(first?.uploaded);
  });
  test.each([
    ["a message that cannot be read", () => "?"],
    ["an original that is gone", () => orderFor(freshSource())],
  ])("%s is let go", async (_, body) => {
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
});
