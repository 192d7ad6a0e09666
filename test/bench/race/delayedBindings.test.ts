import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { delayedBindings } from "../../../bench/race/edge/delayedBindings.ts";

const TRIPS = { region: 20, primary: 200, kv: 100, coordinator: 40 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Bindings that note the ms at which each call reaches them. */
function world() {
  const started = Date.now();
  const reached: string[] = [];
  const events: string[] = [];
  const at = (what: string) => reached.push(`${what} ${Date.now() - started}`);
  const service = (name: string) => ({
    createMultipartUpload: () => undefined,
    get: async (key: string) => at(`${name}.get ${key}`) && `${name} ${key}`,
    put: async (key: string) => at(`${name}.put ${key}`) && null,
    getWithMetadata: async (key: string) => at(`${name}.getWithMetadata ${key}`) && null,
  });
  const stub = { ask: async (holder: string, key: string) => at(`ask ${holder} ${key}`) && { do: "fetch" } };
  const env = {
    ...{ R2_PRIMARY: service("primary"), R2_APAC: service("apac"), THUMBS: service("kv"), REGIONS: "apac" },
    ...{
      COORDINATOR: { idFromName: (name: string) => name, get: () => stub },
      MASTERS: { send: async () => at("master") },
    },
  };
  const note = (what: string, key: string, phase: string) =>
    void events.push(`${Date.now() - started} ${what} ${key} ${phase}`);
  return { delayed: delayedBindings(env, { trips: () => TRIPS, note }) as typeof env, reached, events };
}

describe("a call of a binding", () => {
  test("reaches the service after half of its trip, and is answered after all of it", async () => {
    const { delayed, reached, events } = world();
    const answer = delayed.R2_PRIMARY.get("k");
    await vi.runAllTimersAsync();
    expect(await answer).toBe("primary k");
    expect(reached).toEqual(["primary.get k 100"]);
    expect(events).toEqual(["0 primary.get k called", "100 primary.get k done", "200 primary.get k answered"]);
  });

  const rows = [
    ["a region's bucket", (env: ReturnType<typeof world>["delayed"]) => env.R2_APAC.put("k"), "apac.put k 10"],
    ["KV", (env: ReturnType<typeof world>["delayed"]) => env.THUMBS.getWithMetadata("k"), "kv.getWithMetadata k 50"],
    [
      "the coordinator",
      (env: ReturnType<typeof world>["delayed"]) => env.COORDINATOR.get().ask("me", "k"),
      "ask me k 20",
    ],
  ] as const;
  for (const [name, call, reachedAt] of rows) {
    test(`${name} has a distance of its own`, async () => {
      const { delayed, reached } = world();
      const answer = call(delayed);
      await vi.runAllTimersAsync();
      await answer;
      expect(reached).toEqual([reachedAt]);
    });
  }

  test("the coordinator's events name the picture, not the holder", async () => {
    const { delayed, events } = world();
    void delayed.COORDINATOR.get().ask("me", "k");
    await vi.runAllTimersAsync();
    expect(events[0]).toBe("0 coordinator.ask k called");
  });
});

test("what the race does not measure stays as it is", async () => {
  const { delayed, reached } = world();
  expect(delayed.REGIONS).toBe("apac");
  expect("createMultipartUpload" in delayed.R2_APAC).toBe(true);
  expect(delayed.COORDINATOR.idFromName("a")).toBe("a");
  await delayed.MASTERS.send();
  expect(reached).toEqual([]);
});
