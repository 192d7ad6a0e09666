import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { changeLedger, merged, readLedger } from "../../../src/live/ledger.ts";
import { type LiveSettings, NO_SETTINGS, readLiveSettings } from "../../../src/live/liveSettings.ts";
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { LEDGER_KEY, withPurge, withRetired, withStale } from "../../../src/live/takedown.ts";
import { type WeatherOrder, withOrder } from "../../../src/weather/moves.ts";

const HOST = "0123456789abcdef";
const SOURCE = "0123456789abcdef0123456789abcdef";

const published = async () => readLiveSettings(await env.THUMBS.get(SETTINGS_KEY));

describe("changeLedger", () => {
  beforeEach(async () => {
    await env.THUMBS.delete(SETTINGS_KEY);
    await env.R2_PRIMARY.delete(LEDGER_KEY);
  });

  it("publishes what the change gives, and gives its text", async () => {
    const text = await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: SOURCE }, true, 5), 5);
    expect(readLiveSettings(text)).toEqual(await published());
    expect(await published()).toEqual({
      ...NO_SETTINGS,
      blocked: { sources: [SOURCE], hosts: [] },
      epochs: { [HOST]: 5 },
    });
  });

  it("keeps what an operator wrote into KV by hand", async () => {
    const hand = { allowedSources: ["example.org"], regions: { "c:AE": "apac" }, blocked: { hosts: [HOST] } };
    await env.THUMBS.put(SETTINGS_KEY, JSON.stringify(hand));
    await changeLedger(env, (s) => withPurge(s, { host16: "f".repeat(16), source32: null }, true, 5), 5);
    const after = await published();
    expect(after.allowedSources).toEqual(["example.org"]);
    expect(after.regions).toEqual({ "c:AE": "apac" });
    expect([...after.blocked.hosts].sort()).toEqual([HOST, "f".repeat(16)]);
  });

  it("a KV that is a minute behind forgets no takedown", async () => {
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, true, 5), 5);
    await env.THUMBS.delete(SETTINGS_KEY);
    await changeLedger(env, (s) => withPurge(s, { host16: "f".repeat(16), source32: null }, null, 6), 6);
    expect((await published()).blocked.hosts).toEqual([HOST]);
    expect((await published()).epochs).toEqual({ [HOST]: 5, ["f".repeat(16)]: 6 });
  });

  it("a KV that is a minute behind forgets no retired maker", async () => {
    await changeLedger(env, (s) => withRetired(s, "1-libwebp1"), 5);
    expect((await published()).retiredMakers).toEqual(["1-libwebp1"]);
    await env.THUMBS.delete(SETTINGS_KEY);
    await changeLedger(env, (s) => withRetired(s, "1-png1"), 6);
    expect([...(await published()).retiredMakers].sort()).toEqual(["1-libwebp1", "1-png1"]);
    expect(readLiveSettings(await readLedger(env.R2_PRIMARY)).retiredMakers).toEqual((await published()).retiredMakers);
  });

  it("weather is the ledger's: what stands in KV counts only while the ledger has none", async () => {
    const weather = { ...NO_SETTINGS.weather, version: 7, colos: { MAD: "enam" } };
    await env.THUMBS.put(SETTINGS_KEY, JSON.stringify({ weather }));
    await changeLedger(env, (s) => withRetired(s, "1-png1"), 5);
    expect((await published()).weather).toEqual(weather);
    await env.THUMBS.put(SETTINGS_KEY, JSON.stringify({ weather: { ...weather, version: 9, colos: {} } }));
    await changeLedger(env, (s) => ({ ...s, weather: { ...s.weather, version: s.weather.version + 1 } }), 6);
    expect((await published()).weather).toEqual({ ...weather, version: 8 });
    expect(readLiveSettings(await readLedger(env.R2_PRIMARY)).weather.version).toBe(8);
  });

  it.each<[string, (on: boolean) => WeatherOrder]>([
    ["a map is frozen", (frozen) => ({ kind: "freeze", frozen })],
    ["a region is excluded", (excluded) => ({ kind: "exclude", region: "oc", excluded })],
  ])("an order that is taken back stays so while KV still shows that %s", async (_, order) => {
    const rules = { deployed: ["weur", "oc"], overrides: {} };
    const obey = (on: boolean) =>
      changeLedger(env, (s) => ({ ...s, weather: withOrder(s.weather, order(on), rules) }), 5);
    const old = await obey(true);
    await obey(false);
    await env.THUMBS.put(SETTINGS_KEY, old);
    await changeLedger(env, (s) => withRetired(s, "1-png1"), 6);
    expect((await published()).weather).toMatchObject({ freeze: false, exclude: [] });
    expect(readLiveSettings(await readLedger(env.R2_PRIMARY)).weather).toMatchObject({ freeze: false, exclude: [] });
  });

  it.each([
    ["nothing", {}, false],
    ["a version", { version: 1 }, true],
    ["freeze", { freeze: true }, true],
    ["an excluded region", { exclude: ["oc"] }, true],
  ])("with %s of weather, an older Worker can read the text: %s", async (_, change, isThere) => {
    const text = await changeLedger(env, (s) => ({ ...s, weather: { ...s.weather, ...change } }), 5);
    expect("weather" in (JSON.parse(text) as object)).toBe(isThere);
  });

  it("a lifted takedown is lifted in both", async () => {
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, true, 5), 5);
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, false, 6), 6);
    expect((await published()).blocked.hosts).toEqual([]);
    await changeLedger(env, (s) => s, 7);
    expect((await published()).blocked.hosts).toEqual([]);
  });

  describe("a lifted takedown stays lifted when another purge follows", () => {
    const TARGET = { host16: HOST, source32: SOURCE };
    const OTHER = { host16: "f".repeat(16), source32: null };
    const AT = 1_700_000_000_000;
    const order = (target: typeof TARGET | typeof OTHER, block: boolean | null, at: number) =>
      changeLedger(env, (s) => withPurge(s, target, block, at), at);

    it.each([
      ["and KV still shows the text from before the lifting", null],
      ["and KV still shows what was blocked by hand", JSON.stringify({ blocked: { sources: [SOURCE] } })],
    ])("%s", async (_, hand) => {
      if (hand !== null) await env.THUMBS.put(SETTINGS_KEY, hand);
      await order(TARGET, true, AT);
      const old = hand ?? (await env.THUMBS.get(SETTINGS_KEY)) ?? "";
      await order(TARGET, false, AT + 1_000);
      await env.THUMBS.put(SETTINGS_KEY, old);
      await order(OTHER, null, AT + 2_000);
      expect((await published()).blocked.sources).toEqual([]);
      expect(readLiveSettings(await readLedger(env.R2_PRIMARY)).blocked.sources).toEqual([]);
    });

    it("but not one that is blocked again, by the tool or by hand, behind the lifting", async () => {
      await order(TARGET, true, AT);
      await order(TARGET, false, AT + 1_000);
      await order(TARGET, true, AT + 2_000);
      await order(OTHER, null, AT + 3_000);
      expect((await published()).blocked.sources).toEqual([SOURCE]);
      await order(TARGET, false, AT + 4_000);
      const shown = await published();
      await env.THUMBS.put(SETTINGS_KEY, JSON.stringify({ ...shown, blocked: { sources: [SOURCE], hosts: [] } }));
      await order(OTHER, null, AT + 5_000);
      expect((await published()).blocked.sources).toEqual([SOURCE]);
    });

    it("and an operator who is overtaken publishes the later word", async () => {
      let overtaken = false;
      const slow = {
        R2_PRIMARY: env.R2_PRIMARY,
        // Between our change of the ledger and our writing to KV another one lifts.
        THUMBS: new Proxy(env.THUMBS, {
          get: (kv, name) => {
            const member: unknown = Reflect.get(kv, name);
            if (typeof member !== "function") return member;
            return async (...args: unknown[]) => {
              if (name === "put" && !overtaken) {
                overtaken = true;
                await order(TARGET, false, AT + 2_000);
              }
              return member.apply(kv, args);
            };
          },
        }),
      };
      await changeLedger(slow, (s) => withPurge(s, TARGET, true, AT), AT);
      expect(overtaken).toBe(true);
      expect((await published()).blocked.sources).toEqual([]);
      expect((await published()).epochs).toEqual({ [HOST]: AT + 2_000 });
    });
  });

  describe("block and lift count in the order in which they were signed", () => {
    const T = 1_700_000_000;
    const TARGET = { host16: HOST, source32: SOURCE };
    /** An order signed at T + `signed`, which arrives `late` seconds after that. */
    const send = (block: boolean, signed: number, late = 0) =>
      changeLedger(env, (s) => withPurge(s, TARGET, block, (T + signed + late) * 1000), (T + signed + late) * 1000, {
        ...{ hashes: [SOURCE], block, time: T + signed },
      });

    it("a block that is sent again after its lift is refused, and changes nothing", async () => {
      await send(true, 0);
      await send(false, 5);
      const before = await env.THUMBS.get(SETTINGS_KEY);
      await expect(send(true, 0, 20)).rejects.toMatchObject({ reason: "body_invalid" });
      expect(await env.THUMBS.get(SETTINGS_KEY)).toBe(before);
      await send(true, 21);
      expect((await published()).blocked.sources).toEqual([SOURCE]);
    });
    it("a lift that is sent again after a new block is refused", async () => {
      for (const [block, signed] of [
        [true, 0],
        [false, 5],
        [true, 10],
      ] as const) {
        await send(block, signed);
      }
      await expect(send(false, 5, 20)).rejects.toMatchObject({ reason: "body_invalid" });
      expect((await published()).blocked.sources).toEqual([SOURCE]);
    });
    it("the tool may try the same again", async () => {
      await send(true, 0);
      await send(true, 0, 1);
      await send(false, 5);
      await send(false, 5, 1);
      expect((await published()).blocked.sources).toEqual([]);
    });
    it("an operator who is overtaken between ledger and KV is not refused by his own order", async () => {
      let overtaken = false;
      const other = { host16: "f".repeat(16), source32: null };
      const THUMBS = new Proxy(env.THUMBS, {
        get: (kv, name) => {
          const member: unknown = Reflect.get(kv, name);
          if (typeof member !== "function") return member;
          return async (...args: unknown[]) => {
            if (name === "put" && !overtaken) {
              overtaken = true;
              await changeLedger(env, (s) => withPurge(s, other, null, T * 1000), T * 1000);
            }
            return member.apply(kv, args);
          };
        },
      });
      const order = { hashes: [SOURCE], block: true, time: T };
      const stores = { R2_PRIMARY: env.R2_PRIMARY, THUMBS };
      await changeLedger(stores, (s) => withPurge(s, TARGET, true, T * 1000), T * 1000, order);
      expect((await published()).blocked.sources).toEqual([SOURCE]);
      expect((await published()).epochs).toHaveProperty(other.host16);
    });
  });

  it("a KV that is a minute behind forgets no stale mark; a text without one is what a Worker of yesterday reads", async () => {
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, null, 4), 4);
    expect(await env.THUMBS.get(SETTINGS_KEY)).not.toContain("staleEpochs");
    expect(await (await env.R2_PRIMARY.get(LEDGER_KEY))?.text()).not.toMatch(/staleEpochs|orders/);
    await changeLedger(env, (s) => withStale(s, { host16: HOST, source32: null }, 5), 5);
    await env.THUMBS.delete(SETTINGS_KEY);
    await changeLedger(env, (s) => withStale(s, { host16: "f".repeat(16), source32: null }, 6), 6);
    expect((await published()).staleEpochs).toEqual({ [HOST]: 5, ["f".repeat(16)]: 6 });
  });

  it("a ledger of an older Worker is read", async () => {
    const old = { ...NO_SETTINGS, blocked: { sources: [SOURCE], hosts: [] }, epochs: { [HOST]: 3 } };
    const { retiredMakers: _, ...written } = old;
    await env.R2_PRIMARY.put(LEDGER_KEY, JSON.stringify(written));
    expect(readLiveSettings(await readLedger(env.R2_PRIMARY))).toEqual(old);
    await changeLedger(env, (s) => s, 7);
    expect(await published()).toEqual(old);
  });

  it("a ledger that cannot be read is not written over", async () => {
    await env.R2_PRIMARY.put(LEDGER_KEY, '{"lifted":[]}');
    await expect(changeLedger(env, (s) => s, 7)).rejects.toThrow("misconfigured");
    expect(await (await env.R2_PRIMARY.get(LEDGER_KEY))?.text()).toBe('{"lifted":[]}');
  });

  it("six operators at once lose nothing", async () => {
    const hosts = Array.from({ length: 6 }, (_, i) => i.toString(16).repeat(16));
    await Promise.all(
      hosts.map((host16) => changeLedger(env, (s) => withPurge(s, { host16, source32: null }, true, 1), 1)),
    );
    const ledger = readLiveSettings(await readLedger(env.R2_PRIMARY));
    expect([...ledger.blocked.hosts].sort()).toEqual(hosts);
    expect([...(await published()).blocked.hosts].sort()).toEqual(hosts);
  });

  it("settings that cannot be read are not written over", async () => {
    await env.THUMBS.put(SETTINGS_KEY, "{");
    await expect(changeLedger(env, (s) => s, 7)).rejects.toThrow("misconfigured");
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBe("{");
  });
});

describe("merged", () => {
  it("takes the later epoch of each host", () => {
    const of = (epochs: Record<string, number>): LiveSettings => ({ ...NO_SETTINGS, epochs });
    const ledger = { settings: of({ a: 2, b: 4, c: 5 }), lifted: {} };
    expect(merged(of({ a: 3, b: 1 }), ledger, 9).epochs).toEqual({ a: 3, b: 4, c: 5 });
  });
});
