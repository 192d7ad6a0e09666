import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { beginAfterAnswer } from "../../../src/context/job.ts";
import { authorize } from "../../../src/rendition/authorize.ts";
import { getRendition } from "../../../src/rendition/getRendition.ts";
import { measureWeather } from "../../../src/rendition/measureWeather.ts";
import { r2Tier } from "../../../src/store/tiers/r2.ts";
import { PROBE_SHARE, type WeatherReport, WINDOW_MS } from "../../../src/weather/report.ts";
import { FINAL, metaOf, NOW } from "../../support/stored.ts";
import { CONFIG, freshSource, jpegOf, requestOf, type WorldOptions, worldOf } from "../../support/world.workerd.ts";

afterEach(() => vi.restoreAllMocks());

/** Objects that only note what they are told. */
function objects() {
  const heard: { readonly region: string; readonly report: WeatherReport }[] = [];
  const namespace = {
    idFromName: (region: string) => region,
    get: (region: string) => ({ report: async (report: WeatherReport) => void heard.push({ region, report }) }),
  };
  return { heard, namespace: namespace as unknown as Env["REGION_WEATHER"] };
}

/** The bucket, and the keys that are read from it. */
function counted(bucket: R2Bucket) {
  const read: unknown[] = [];
  const proxy = new Proxy(bucket, {
    get(target, name) {
      const member = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      if (name !== "get") return typeof member === "function" ? member.bind(target) : member;
      return (...args: unknown[]) => {
        read.push(args[0]);
        return member.apply(target, args);
      };
    },
  });
  return { read, proxy };
}

const CALLER = { colo: "MAD", region: "weur", home: "weur", probe: "enam" } as const;
const told = (options: WorldOptions, random = 1) => {
  const { heard, namespace } = objects();
  const world = worldOf({ ...options, bindings: { REGION_WEATHER: namespace, ...options.bindings } });
  const onRead = measureWeather({ key: "k" }, world.app, world.caller, world.job, () => random);
  return { ...world, heard, onRead };
};

describe("what is measured", () => {
  test.each([
    ["a reader's look-up", { caller: CALLER }, true],
    ["a push", { caller: { ...CALLER, audience: "warm" } }, false],
    ["a job", { caller: { ...CALLER, audience: "job" } }, false],
    ["work behind an answer", { caller: { ...CALLER, audience: "background" } }, false],
    ["a place that nothing is decided about", { caller: { ...CALLER, home: null } }, false],
    ["WEATHER=off", { caller: CALLER, config: { ...CONFIG, weather: "off" } }, false],
    ["one region", { caller: CALLER, config: { ...CONFIG, regions: ["weur"] } }, false],
    ["two regions", { caller: CALLER, config: { ...CONFIG, regions: ["weur", "enam"] } }, true],
  ] as const)("%s", (_, options, isMeasured) => {
    const { onRead, job } = told(options, 0);
    expect(onRead !== undefined).toBe(isMeasured);
    expect(job.afterAnswer.length > 0).toBe(isMeasured);
  });

  test("without the binding nothing", () => {
    const { onRead } = told({ caller: CALLER, bindings: { REGION_WEATHER: undefined as never } });
    expect(onRead).toBeUndefined();
  });
});

describe("a report", () => {
  /** Notes reads of a look-up in a change, and asks `ms` later whether they are due. */
  async function heardAfter(ms: number) {
    let at = NOW;
    const caller = { ...CALLER, region: "enam", beside: "weur", probe: "weur" };
    const world = told({ caller, now: () => at });
    world.onRead?.("region", 80, false);
    world.onRead?.("beside", 20, true);
    world.onRead?.("primary", 90, false);
    world.onRead?.("kv", 1, true);
    at += ms;
    beginAfterAnswer(world.job);
    await world.settled();
    return world.heard;
  }

  test("goes to the object of the table's region when a window has passed, with all stores and without KV", async () => {
    expect(await heardAfter(WINDOW_MS - 1)).toEqual([]);
    const [heard, ...more] = await heardAfter(WINDOW_MS);
    expect(more).toEqual([]);
    expect(heard?.region).toBe("weur");
    expect(heard?.report).toMatchObject({ v: 1, colo: "MAD" });
    expect(heard?.report.isolate).toMatch(/^[0-9a-f]{32}$/);
    expect(heard?.report.rows).toEqual([
      { tier: "region", region: "enam", count: 1, hits: 0, medianMs: 80 },
      { tier: "region", region: "weur", count: 1, hits: 1, medianMs: 20 },
      { tier: "primary", region: "enam", count: 1, hits: 0, medianMs: 90 },
    ]);
  });

  test("an object that fails harms nobody", async () => {
    const broken = { idFromName: () => "", get: () => ({ report: async () => Promise.reject(new Error("down")) }) };
    let at = NOW;
    const bindings = { REGION_WEATHER: broken as unknown as Env["REGION_WEATHER"] };
    const world = told({ caller: CALLER, bindings, now: () => at });
    world.onRead?.("region", 80, false);
    at += WINDOW_MS;
    beginAfterAnswer(world.job);
    expect(await world.settled()).toEqual([]);
  });
});

describe("the second-nearest store", () => {
  const asks = async (caller: WorldOptions["caller"], random: number) => {
    const { read, proxy } = counted(env.R2_ENAM);
    let at = NOW;
    const world = told({ caller: { ...CALLER, ...caller }, bindings: { R2_ENAM: proxy }, now: () => at }, random);
    const before = read.length;
    beginAfterAnswer(world.job);
    const atOnce = read.length;
    await world.settled();
    at += WINDOW_MS;
    return { before, atOnce, after: read.length, report: world.app.state.weather().take(at) };
  };
  test("is asked behind the answer by one miss in a hundred", async () => {
    const { report, ...times } = await asks({}, PROBE_SHARE - 0.001);
    expect(times).toEqual({ before: 0, atOnce: 0, after: 1 });
    expect(report?.rows).toMatchObject([{ tier: "region", region: "enam", count: 1, hits: 0 }]);
    expect((await asks({}, PROBE_SHARE)).after).toBe(0);
  });
  test.each([
    ["there is none", { probe: null }],
    ["it has no bucket", { probe: "eeur" }],
  ])("is not asked where %s", async (_, caller) => {
    expect((await asks(caller, 0)).after).toBe(0);
  });
});

describe("a look-up", () => {
  /** What a hit in the region asks for, in what order, until the answer and after it. */
  async function hit(weather: "on" | "off") {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const request = requestOf(freshSource());
    const calls: string[] = [];
    const watched = (bucket: R2Bucket, name: string) =>
      new Proxy(bucket, {
        get(target, method) {
          const member = Reflect.get(target, method) as (...args: unknown[]) => unknown;
          if (typeof member !== "function") return member;
          return (...args: unknown[]) => {
            calls.push(`${name}.${String(method)}`);
            return member.apply(target, args);
          };
        },
      });
    const { namespace } = objects();
    const world = worldOf({
      caller: CALLER,
      config: { ...CONFIG, weather },
      bindings: {
        REGION_WEATHER: namespace,
        R2_WEUR: watched(env.R2_WEUR, "weur"),
        R2_ENAM: watched(env.R2_ENAM, "enam"),
        R2_PRIMARY: watched(env.R2_PRIMARY, "primary"),
      },
    });
    const { app, caller, job } = world;
    const store = await authorize(request, app, caller, job);
    const meta = metaOf({
      final: { ...FINAL, ...store.keys, url: request.source },
      format: "jpeg",
      width: 4,
      height: 3,
    });
    await r2Tier(env.R2_WEUR, "region", "r").put(store.key, { bytes: await jpegOf(4, 3), meta });
    await getRendition(request, store, app, caller, job);
    await world.settled();
    const before = [...calls];
    beginAfterAnswer(job);
    await world.settled();
    return { before, behind: calls.slice(before.length), rows: app.state.weather().take(NOW - 1) };
  }

  test("asks for the same with and without weather until the answer is given", async () => {
    const [on, off] = [await hit("on"), await hit("off")];
    expect(on.before).toEqual(off.before);
    expect(off.before).toContain("weur.get");
    expect([on.behind, off.behind]).toEqual([["enam.get"], []]);
  });
});
