/** The object in workerd, with the real ledger and its disk. Its alarm is set off by hand; what is usual is put on its disk. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { changeLedger, readLedger } from "../../../src/live/ledger.ts";
import { type LiveSettings, readLiveSettings } from "../../../src/live/liveSettings.ts";
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { LEDGER_KEY } from "../../../src/live/takedown.ts";
import { weatherOf } from "../../../src/weather/regionWeather.ts";
import type { WeatherReport } from "../../../src/weather/report.ts";
import { NO_WEATHER } from "../../../src/weather/settings.ts";
import { NO_STATE } from "../../../src/weather/state.ts";

const REGION = "weur";
const stub = () => env.REGION_WEATHER.get(env.REGION_WEATHER.idFromName(REGION));
const port = () => weatherOf(env.REGION_WEATHER, REGION);

function report(isolate: string, medianMs: number, region = REGION): WeatherReport {
  return { v: 1, isolate, colo: "MAD", rows: [{ tier: "region", region, count: 100, hits: 80, medianMs }] };
}

/** A minute: three isolates report, and the alarm rings. */
async function minute(medianMs: number, region = REGION): Promise<void> {
  for (const isolate of ["a", "b", "c"]) await port().report(report(isolate, medianMs, region));
  expect(await runDurableObjectAlarm(stub())).toBe(true);
}

const rowsOf = (table: string) =>
  runInDurableObject(stub(), (_, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray());

async function published(): Promise<LiveSettings> {
  const text = await env.THUMBS.get(SETTINGS_KEY, { type: "text" });
  expect(readLiveSettings(await readLedger(env.R2_PRIMARY)).weather).toEqual(readLiveSettings(text).weather);
  return readLiveSettings(text);
}

/** The usual figures of Madrid as after a day. */
async function usually(): Promise<void> {
  const mean = (ms: number) => ({ ms, weight: 10_000, at: Date.now() });
  const state = { ...NO_STATE, usual: { means: { MAD: { weur: mean(20), enam: mean(95) } }, open: {} } };
  const saved = { region: REGION, state, changes: {}, at: Date.now(), heardAt: Date.now() };
  await port().report(report("a", 20));
  await runInDurableObject(stub(), (_, { storage }) => {
    storage.sql.exec("INSERT OR REPLACE INTO weather (id, saved) VALUES (0, ?)", JSON.stringify(saved));
    storage.sql.exec("DELETE FROM report");
  });
  await evictDurableObject(stub());
}

beforeEach(async () => {
  await env.R2_PRIMARY.delete(LEDGER_KEY);
  await env.THUMBS.delete(SETTINGS_KEY);
  await usually();
});

describe("RegionWeather", () => {
  test("moves a data centre away from a slow store, through the ledger, and begins its hold", async () => {
    await minute(200);
    expect((await published()).weather).toEqual(NO_WEATHER);
    await minute(200);
    const { weather } = await published();
    expect(weather).toMatchObject({ version: 1, colos: { MAD: "enam" }, moving: { MAD: "weur" } });
    const { colos, at } = await port().show();
    expect(colos.MAD?.movedAt).toBe(at);
    expect(colos.MAD?.usualMs).toMatchObject({ enam: 95 });
    // Held: nothing changes for ten minutes, whatever is reported.
    await minute(500, "enam");
    await minute(500, "enam");
    expect((await published()).weather.version).toBe(1);
  });

  test("evicted between two reports and two alarms, it knows what it has heard", async () => {
    await minute(200);
    await evictDurableObject(stub());
    for (const isolate of ["a", "b", "c"]) {
      await port().report(report(isolate, 200));
      await evictDurableObject(stub());
    }
    await runDurableObjectAlarm(stub());
    expect((await published()).weather.colos).toEqual({ MAD: "enam" });
  });

  test("writes reports of two seconds in one row, and none after a decision", async () => {
    for (let i = 0; i < 50; i++) await port().report(report(`i${i}`, 20));
    expect((await rowsOf("report")).length).toBeLessThanOrEqual(2);
    await runDurableObjectAlarm(stub());
    expect(await rowsOf("report")).toEqual([]);
    expect(await rowsOf("weather")).toHaveLength(1);
  });

  test("leaves what a purge has written as it is, and takes back nothing that another object has moved", async () => {
    const other = { ...NO_WEATHER, version: 7, colos: { SYD: "apac" } };
    const change = (settings: LiveSettings) => ({ ...settings, weather: other, retiredMakers: ["old"] });
    await changeLedger(env, change, Date.now());
    await minute(200);
    await minute(200);
    const { weather, retiredMakers } = await published();
    expect(weather).toMatchObject({ version: 8, colos: { SYD: "apac", MAD: "enam" } });
    expect(retiredMakers).toEqual(["old"]);
  });

  test("does nothing while the map is frozen, nor to an excluded region", async () => {
    for (const orders of [{ freeze: true }, { exclude: ["enam", "apac", "oc"] }]) {
      await usually();
      await changeLedger(env, (settings) => ({ ...settings, weather: { ...NO_WEATHER, ...orders } }), Date.now());
      await minute(200);
      await minute(200);
      expect((await published()).weather.version).toBe(0);
    }
  });

  test("goes on after a ledger that cannot be read", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await minute(200);
    await env.R2_PRIMARY.put(LEDGER_KEY, "{");
    await minute(200);
    expect(String(said.mock.calls)).toContain("no decision about the weather");
    said.mockRestore();
    await env.R2_PRIMARY.delete(LEDGER_KEY);
    await minute(200);
    expect((await published()).weather.colos).toEqual({ MAD: "enam" });
  });

  test("gives KV the map again when KV has not taken it", async () => {
    await minute(200);
    await minute(200);
    const text = await env.THUMBS.get(SETTINGS_KEY, { type: "text" });
    await env.THUMBS.delete(SETTINGS_KEY);
    for (let i = 0; i < 2; i++) await minute(100, "enam");
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBeNull();
    await minute(100, "enam");
    expect(await env.THUMBS.get(SETTINGS_KEY, { type: "text" })).toBe(text);
  });

  test("without reports it sleeps", async () => {
    await minute(20);
    vi.useFakeTimers({ now: Date.now() + 11 * 60_000, toFake: ["Date"] });
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    vi.useRealTimers();
    expect(await runDurableObjectAlarm(stub())).toBe(false);
    await port().report(report("a", 20));
    expect(await runDurableObjectAlarm(stub())).toBe(true);
  });

  test("with WEATHER=off it forgets all, and goes on when it is on again", async () => {
    await port().report(report("a", 20));
    await runInDurableObject(stub(), (object) => Object.assign(object, { env: { ...env, WEATHER: "off" } }));
    expect(await runDurableObjectAlarm(stub())).toBe(true);
    expect(await runDurableObjectAlarm(stub())).toBe(false);
    expect((await port().show()).colos).toEqual({});
    await runInDurableObject(stub(), (object) => Object.assign(object, { env }));
    await port().report(report("a", 20));
    expect(await runDurableObjectAlarm(stub())).toBe(true);
  });

  test("leaves out a report that cannot be true", async () => {
    await port().report({ ...report("a", 20), colo: "../" });
    expect(await rowsOf("report")).toEqual([]);
  });

  test("a change that KV has refused is published by the next alarm", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    await minute(200);
    const refusing = { ...env, THUMBS: { get: env.THUMBS.get.bind(env.THUMBS), put: () => Promise.reject("429") } };
    await runInDurableObject(stub(), (object) => Reflect.set(object, "env", refusing));
    await minute(200);
    expect(String(said.mock.calls)).toContain("no decision about the weather");
    said.mockRestore();
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBeNull();
    await evictDurableObject(stub());
    await port().report(report("a", 20));
    await runDurableObjectAlarm(stub());
    expect((await published()).weather).toMatchObject({ version: 1, colos: { MAD: "enam" } });
  });

  test("many reports at once are on disk, however long they are, and an isolate cannot fill it alone", async () => {
    const [row] = report("", 20).rows;
    const long = (isolate: string) => ({ ...report(isolate, 20), rows: new Array(16).fill(row) });
    const date = vi.spyOn(Date, "now").mockReturnValue(Date.now());
    await runInDurableObject(stub(), async (object) => {
      const hear = (isolate: string) => object.report(long(isolate), REGION);
      await hear("first");
      for (let i = 0; i < 2_500; i++) await hear(`${i}`.padStart(32, "x"));
      for (let i = 0; i < 100; i++) await hear("broken");
      date.mockReturnValue(Date.now() + 2_000);
      await hear("last");
    });
    date.mockRestore();
    const rows = await rowsOf("report");
    const reports = rows.flatMap((one) => JSON.parse(String(one.reports)) as WeatherReport[]);
    expect(reports.filter(({ isolate }) => isolate === "broken")).toHaveLength(8);
    expect(reports).toHaveLength(2_500 + 2 + 8);
    await runDurableObjectAlarm(stub());
  });
});
