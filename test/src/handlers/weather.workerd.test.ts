import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { regions } from "../../../src/handlers/regions.ts";
import { weather } from "../../../src/handlers/weather.ts";
import { readLiveSettings, withSettings } from "../../../src/live/liveSettings.ts";
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../../src/request/signing/signedBody.ts";
import { NO_WEATHER } from "../../../src/weather/settings.ts";
import { NOW } from "../../support/stored.ts";
import { CONFIG, worldOf } from "../../support/world.workerd.ts";

beforeEach(() => reset());

const MOVED = { ...NO_WEATHER, version: 4, colos: { MAD: "enam" }, moving: { MAD: "weur" } };
const configWith = (settings: object, variables = {}) =>
  withSettings({ ...CONFIG, ...variables }, JSON.stringify(settings), () => null);

describe("GET /regions", () => {
  const ask = async (query: string, config = configWith({ weather: MOVED })) => {
    const { app } = worldOf({ config });
    const { status, shared, body } = await regions(new Request(`https://img.test/regions${query}`), app);
    expect(shared.get("cache-control")).toBe("public, max-age=10");
    return [status, body];
  };
  const map = '{"v":1,"version":4,"colos":{"MAD":"enam"},"moving":{"MAD":"weur"}}';
  test.each([
    ["an older version", "?v=3", [200, map]],
    ["the present version", "?v=4", [204, null]],
    ["a version from before a loss", "?v=5", [200, map]],
    ["no version", "", [200, map]],
    ["no number", "?v=four", [200, map]],
    ["another way to write it", "?v=04", [200, map]],
  ])("%s", async (_, query, answer) => {
    expect(await ask(query)).toEqual(answer);
  });

  test.each([
    ["WEATHER=off", { weather: "off" }],
    ["one region", { regions: ["weur"] }],
  ] as const)("with %s it is the fixed table", async (_, variables) => {
    const config = configWith({ weather: MOVED }, variables);
    expect(await ask("?v=4", config)).toEqual([200, '{"v":1,"version":0,"colos":{}}']);
    expect(await ask("?v=0", config)).toEqual([204, null]);
  });
});

const SECRET = "secret of the operator";

async function order(fields: object, { settings = {}, secret = SECRET as string | null, sign = SECRET } = {}) {
  const world = worldOf({ config: configWith(settings, { purgeSecret: secret }) });
  const body = new Uint8Array(new TextEncoder().encode(JSON.stringify(fields)));
  const time = String(NOW / 1000);
  const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(sign, "/weather", time, body) };
  const http = new Request("https://img.test/weather", { method: "POST", headers, body });
  const answer = await weather(http, world.app, world.caller, world.job);
  return JSON.parse(String(answer.body)) as Record<string, unknown> & { readonly views?: unknown };
}
const published = async () => readLiveSettings(await env.THUMBS.get(SETTINGS_KEY)).weather;

describe("POST /weather", () => {
  test("a data centre is set, and set free again; each is a new version that every isolate reads", async () => {
    const set = await order({ set: "MAD", region: "enam" });
    expect(set).toEqual({
      ...{ v: 1, on: true, regions: ["enam", "weur", "apac"] },
      weather: { ...NO_WEATHER, version: 1, set: { MAD: "enam" } },
    });
    expect(await published()).toEqual(set.weather);
    const free = await order({ set: "MAD", region: null });
    expect(free.weather).toEqual({ ...NO_WEATHER, version: 2 });
    expect(await published()).toEqual(free.weather);
  });

  test("freeze and exclude, on and off", async () => {
    expect((await order({ freeze: true })).weather).toMatchObject({ freeze: true });
    expect((await order({ exclude: "apac", on: true })).weather).toMatchObject({ freeze: true, exclude: ["apac"] });
    expect((await order({ freeze: false })).weather).toMatchObject({ freeze: false, exclude: ["apac"] });
    expect((await order({ exclude: "apac", on: false })).weather).toMatchObject({ exclude: [] });
    expect(await published()).toEqual({ ...NO_WEATHER, version: 1 });
  });

  test("show changes nothing, and asks the object of each region", async () => {
    const shown = await order({ show: true }, { settings: { weather: MOVED } });
    expect(shown).toMatchObject({ v: 1, on: true, weather: MOVED });
    expect(shown.views).toHaveLength(3);
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBeNull();
  });

  test("with one region it says that nothing is decided", async () => {
    const world = worldOf({ config: configWith({}, { purgeSecret: SECRET, regions: ["weur"] }) });
    const body = new Uint8Array(new TextEncoder().encode('{"show":true}'));
    const time = String(NOW / 1000);
    const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, "/weather", time, body) };
    const http = new Request("https://img.test/weather", { method: "POST", headers, body });
    const shown = JSON.parse(String((await weather(http, world.app, world.caller, world.job)).body));
    expect(shown).toMatchObject({ on: false, views: [] });
  });

  test.each([
    ["no order", {}, "one of show, set, freeze, exclude is needed"],
    ["two orders", { show: true, freeze: true }, "one of show, set, freeze, exclude is needed"],
    ["an unknown data centre", { set: "QQQ", region: "enam" }, 'not "QQQ"'],
    ["a data centre in small letters", { set: "mad", region: "enam" }, 'not "mad"'],
    [
      "a region that is not deployed",
      { set: "MAD", region: "oc" },
      'region cannot be "oc": deployed are enam, weur, apac',
    ],
    ["an excluded region that is not deployed", { exclude: "oc", on: true }, 'exclude cannot be "oc"'],
    ["exclude without on", { exclude: "apac" }, "on must be true or false"],
    ["freeze that is no flag", { freeze: "yes" }, "freeze must be true or false"],
    ["show that is no flag", { show: 1 }, "show must be true"],
  ])("refuses %s", async (_, fields, why) => {
    const refused = await order(fields).catch((error: unknown) => error);
    expect(refused).toMatchObject({ reason: "body_invalid", facts: { why: expect.stringContaining(why) } });
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBeNull();
  });

  test("without a secret there is no such address; another signature is refused", async () => {
    await expect(order({ show: true }, { secret: null })).rejects.toMatchObject({ reason: "not_found" });
    await expect(order({ freeze: true }, { sign: "another" })).rejects.toMatchObject({ reason: "unauthorised" });
    expect(await env.THUMBS.get(SETTINGS_KEY)).toBeNull();
  });
});
