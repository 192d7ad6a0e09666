import { describe, expect, test } from "vitest";
import { callerOf, rayOf } from "../../../src/context/caller.ts";
import { regionOf } from "../../../src/coordinate/regions.ts";
import { FIXED_MAP } from "../../../src/weather/settings.ts";

const CONFIG = { regions: ["enam", "weur"], regionOverrides: {}, regionMap: FIXED_MAP };
const asked = (url: string, headers: Record<string, string> = {}) => callerOf(new Request(url, { headers }), CONFIG);

describe("the edge cache's keys", () => {
  test.each([
    ["on loopback each place has its own", "http://127.0.0.1:8787/x", "MAD", "http://127.0.0.1:8787/.at/MAD"],
    [
      "a place that is no code stays one path segment",
      "http://127.0.0.1:8787/x",
      "a/b",
      "http://127.0.0.1:8787/.at/a%2Fb",
    ],
    ["elsewhere the header means nothing", "https://img.test/x", "MAD", "https://img.test"],
  ])("%s", (_, url, colo, cacheOrigin) => {
    const caller = asked(url, { "x-firstlight-colo": colo });
    expect(caller.cacheOrigin).toBe(cacheOrigin);
    expect(caller.origin).toBe(new URL(url).origin);
  });
  test("without a place there is one cache", () => {
    expect(asked("http://127.0.0.1:8787/x").cacheOrigin).toBe("http://127.0.0.1:8787");
  });
});

describe("the region by weather", () => {
  const at = (colo: string, map: object, overrides = {}) => {
    const config = {
      ...CONFIG,
      regionOverrides: overrides,
      regionMap: { v: 1, version: 4, colos: {}, ...map } as const,
    };
    const { region, beside, home, probe, runsIn } = callerOf(
      new Request("http://127.0.0.1/x", { headers: { "x-firstlight-colo": colo } }),
      config,
    );
    return { region, beside, home, probe, runsIn };
  };
  test.each([
    ["as the table says", {}, {}, { region: "weur", beside: null, home: "weur", probe: "enam" }],
    [
      "a data centre in a change",
      { colos: { MAD: "enam" }, moving: { MAD: "weur" } },
      {},
      { region: "enam", beside: "weur", probe: null },
    ],
    ["after the change", { colos: { MAD: "enam" } }, {}, { region: "enam", beside: null, probe: "weur" }],
    [
      "the operator's override goes first",
      { colos: { MAD: "enam" } },
      { "colo:MAD": "weur" },
      { region: "weur", beside: null, home: null },
    ],
  ])("%s; the isolate itself stays where it is", (_, map, overrides, expected) => {
    expect(at("MAD", map, overrides)).toMatchObject({ ...expected, runsIn: "weur" });
    expect(at("BCN", map, {})).toMatchObject({ region: "weur", beside: null });
  });
});

test("what is remembered of a place is what the tables say, for each country and each configuration", () => {
  const ask = (cf: object, config = CONFIG) =>
    callerOf(new Request("https://img.test/x", { cf } as RequestInit), config).region;
  const moved = { ...CONFIG, regionMap: { v: 1, version: 1, colos: { MAD: "enam" } } as const };
  const spain = { ...CONFIG, regionOverrides: { "c:ES": "enam" } };
  for (let times = 0; times < 2; times++) {
    expect(ask({ colo: "MAD", country: "ES" })).toBe("weur");
    expect(ask({ colo: "MAD", country: "ES" }, moved)).toBe("enam");
    expect(ask({ colo: "MAD", country: "ES" }, spain)).toBe("enam");
    expect(ask({ colo: "MAD", country: "PT" }, spain)).toBe("weur");
    // A data centre that is in no table: the longitude decides.
    expect(ask({ colo: "QQQ", continent: "AS", longitude: "50" })).toBe("weur");
    expect(ask({ colo: "QQQ", continent: "AS", longitude: "100" })).toBe(regionOf({ continent: "AS" }, CONFIG.regions));
  }
});

test("the ray is Cloudflare's; without one each request has an id of its own", () => {
  expect(rayOf(new Request("https://img.test", { headers: { "cf-ray": "r-MAD" } }))).toBe("r-MAD");
  const [a, b] = [1, 2].map(() => rayOf(new Request("https://img.test")));
  expect(a).not.toBe(b);
});
