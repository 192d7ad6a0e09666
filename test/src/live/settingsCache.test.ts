import { describe, expect, it } from "vitest";
import { SETTINGS_MAX_AGE_MS, SETTINGS_REFRESH_MS, SettingsCache } from "../../../src/live/settingsCache.ts";

const world = () => {
  const state = { text: "a" as string | null, reads: 0, fails: false, background: [] as Promise<unknown>[] };
  const kv = {
    get: async () => {
      state.reads++;
      if (state.fails) throw new Error("KV is down");
      return state.text;
    },
  };
  const cache = new SettingsCache();
  const waitUntil = (work: Promise<unknown>) => void state.background.push(work);
  const at = (now: number, ledger?: () => Promise<string | null>) =>
    cache.get({ kv, now, waitUntil, ...(ledger === undefined ? {} : { ledger }) });
  return { state, cache, at };
};

describe("SettingsCache", () => {
  it("reads once for many requests at the start", async () => {
    const { state, at } = world();
    expect(await Promise.all([at(0), at(0), at(1)])).toEqual(["a", "a", "a"]);
    expect(state.reads).toBe(1);
  });

  it("asks nothing before the refresh age, beside the work from it on, before the work at the maximum age", async () => {
    const { state, at } = world();
    await at(0);
    state.text = "b";
    expect(await at(SETTINGS_REFRESH_MS - 1)).toBe("a");
    expect(state.reads).toBe(1);
    expect(await at(SETTINGS_REFRESH_MS)).toBe("a");
    await Promise.all(state.background);
    expect(await at(SETTINGS_REFRESH_MS)).toBe("b");
    state.text = "c";
    expect(await at(SETTINGS_REFRESH_MS + SETTINGS_MAX_AGE_MS)).toBe("c");
  });

  it("does not touch the binding before the refresh age: a hit at the edge must not pay for it", async () => {
    let touched = 0;
    const cache = new SettingsCache();
    const kv = { get: async () => "a" };
    const at = (now: number) =>
      cache.get({
        get kv() {
          touched++;
          return kv;
        },
        ...{ now, waitUntil: () => undefined },
      });
    await at(0);
    const first = touched;
    expect([await at(SETTINGS_REFRESH_MS - 1), touched - first]).toEqual(["a", 0]);
  });

  it("keeps the last known settings while KV fails, and reads again when it is back", async () => {
    const { state, at } = world();
    await at(0);
    state.fails = true;
    expect(await at(SETTINGS_MAX_AGE_MS)).toBe("a");
    state.fails = false;
    state.text = "b";
    expect(await at(SETTINGS_MAX_AGE_MS)).toBe("b");
  });

  it("takes the takedowns from the ledger when KV fails a new isolate, and KV's own when it is back", async () => {
    const { state, at } = world();
    state.fails = true;
    const ask = (ledger: () => Promise<string | null>) => at(1_000_000, ledger);
    expect(await ask(() => Promise.reject(new Error("R2 is down")))).toBeNull();
    expect(await ask(async () => "ledger")).toBe("ledger");
    state.fails = false;
    expect(await ask(async () => "unasked")).toBe("ledger");
    await Promise.all(state.background);
    expect(await ask(async () => "unasked")).toBe("a");
  });

  it("without KV there are no settings", async () => {
    const waitUntil = () => undefined;
    expect(await new SettingsCache().get({ kv: undefined, now: 0, waitUntil })).toBeNull();
  });

  it("reads again when the clock jumps back", async () => {
    const { state, at } = world();
    await at(1_000_000);
    state.text = "b";
    expect(await at(0)).toBe("b");
  });

  it("sees at once what this isolate wrote", async () => {
    const { cache, at } = world();
    await at(0);
    cache.replace("mine", 1);
    expect(await at(2)).toBe("mine");
  });
});
