import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type LiveSettings, NO_SETTINGS, readLiveSettings } from "../../../src/config/live.ts";
import { withPurge } from "../../../src/policy/blocked.ts";
import { SETTINGS_KEY } from "../../../src/settings.ts";
import { changeLedger, LEDGER_KEY, merged } from "../../../src/takedown/ledger.ts";

const HOST = "0123456789abcdef";
const SOURCE = "0123456789abcdef0123456789abcdef";

const published = async () => readLiveSettings(await env.THUMBS.get(SETTINGS_KEY));

describe("changeLedger", () => {
  beforeEach(async () => {
    await env.THUMBS.delete(SETTINGS_KEY);
    await env.R2_PRIMARY.delete(LEDGER_KEY);
  });

  it("publishes what the change gives, and gives its text", async () => {
    const text = await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: SOURCE }, true, 5));
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
    await changeLedger(env, (s) => withPurge(s, { host16: "f".repeat(16), source32: null }, true, 5));
    const after = await published();
    expect(after.allowedSources).toEqual(["example.org"]);
    expect(after.regions).toEqual({ "c:AE": "apac" });
    expect([...after.blocked.hosts].sort()).toEqual([HOST, "f".repeat(16)]);
  });

  it("a KV that is a minute behind forgets no takedown", async () => {
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, true, 5));
    await env.THUMBS.delete(SETTINGS_KEY);
    await changeLedger(env, (s) => withPurge(s, { host16: "f".repeat(16), source32: null }, null, 6));
    expect((await published()).blocked.hosts).toEqual([HOST]);
    expect((await published()).epochs).toEqual({ [HOST]: 5, ["f".repeat(16)]: 6 });
  });

  it("a lifted takedown is lifted in both", async () => {
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, true, 5));
    await changeLedger(env, (s) => withPurge(s, { host16: HOST, source32: null }, false, 6));
    expect((await published()).blocked.hosts).toEqual([]);
    await changeLedger(env, (s) => s);
    expect((await published()).blocked.hosts).toEqual([]);
  });

  it("six operators at once lose nothing", async () => {
    const hosts = Array.from({ length: 6 }, (_, i) => i.toString(16).repeat(16));
    await Promise.all(
      hosts.map((host16) => changeLedger(env, (s) => withPurge(s, { host16, source32: null }, true, 1))),
    );
    const ledger = readLiveSettings((await (await env.R2_PRIMARY.get(LEDGER_KEY))?.text()) ?? null);
    expect([...ledger.blocked.hosts].sort()).toEqual(hosts);
  });

  it("settings that cannot be read are not written over", async () => {
    await env.THUMBS.put(SETTINGS_KEY, "{");
    await expect(changeLedger(env, (s) => s)).rejects.toThrow("misconfigured");
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBe("{");
  });
});

describe("merged", () => {
  it("takes the later epoch of each host", () => {
    const of = (epochs: Record<string, number>): LiveSettings => ({ ...NO_SETTINGS, epochs });
    expect(merged(of({ a: 3, b: 1 }), of({ a: 2, b: 4, c: 5 })).epochs).toEqual({ a: 3, b: 4, c: 5 });
  });
});
