import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { overrideCheck } from "../../../src/coordinate/overrides.ts";
import { Failure } from "../../../src/errors.ts";
import { NO_SETTINGS, readLiveSettings, withSettings } from "../../../src/live/liveSettings.ts";
import { hasWeather } from "../../../src/live/weather.ts";
import { FIXED_MAP } from "../../../src/weather/settings.ts";

const HOST = "0123456789abcdef";
const SOURCE = "0123456789abcdef0123456789abcdef";
const CONFIG = parseConfig({ ALLOWED_SOURCES: "a.test", MAX_RESULT_SIDE: "1000" });
const FIELDS = Object.keys(NO_SETTINGS).join(", ");
const CHECK = overrideCheck(CONFIG.regions);

const WEATHER = {
  ...{ version: 3, colos: { MAD: "enam", LIS: "wnam" }, moving: { MAD: "weur" }, set: { SYD: "apac" } },
  ...{ freeze: true, exclude: ["oc"] },
};

test("none stored changes nothing", () => {
  expect(withSettings(CONFIG, null, CHECK)).toEqual(CONFIG);
  expect(withSettings(CONFIG, "{}", CHECK)).toEqual(CONFIG);
});

test("everything that may be set live", () => {
  const text = JSON.stringify({
    allowedSources: ["b.test"],
    blocked: { sources: [SOURCE], hosts: [HOST] },
    epochs: { [HOST]: 1_700_000_000_000 },
    staleEpochs: { [HOST]: 1_700_000_000_001 },
    retiredMakers: ["1-libwebp1"],
    regions: { "colo:DXB": "weur" },
    politeness: { "b.test:8080": { concurrency: 2, perSecond: 0.2, perDay: null } },
    weather: WEATHER,
  });
  expect(withSettings(CONFIG, text, CHECK)).toEqual({
    ...CONFIG,
    allowedSources: ["a.test", "b.test"],
    blocked: { sources: new Set([SOURCE]), hosts: new Set([HOST]) },
    epochs: { [HOST]: 1_700_000_000_000 },
    staleEpochs: { [HOST]: 1_700_000_000_001 },
    retiredMakers: new Set(["1-libwebp1"]),
    regionOverrides: { "colo:DXB": "weur" },
    politeness: { "b.test:8080": { concurrency: 2, perSecond: 0.2, perDay: null } },
    weatherSettings: WEATHER,
    regionMap: { v: 1, version: 3, colos: { MAD: "enam", SYD: "apac" }, moving: { MAD: "weur" } },
  });
});

describe("settings that cannot be read stop the service rather than lift a takedown", () => {
  test.each([
    ["not JSON", "{", "line 1, column 2: not JSON: a key in double quotes is expected, not the end"],
    ["a list", "[]", "line 1, column 1: the text is no object"],
    ["a limit", '{"maxResultSide":1}', `line 1, column 2: maxResultSide is not known here; known are ${FIELDS}`],
    ["a misspelt field", '{\n  "block": {}\n}', "line 2, column 3: block is not known here"],
    [
      "a misspelt field of blocked",
      `{"blocked":{"host":["${HOST}"]}}`,
      "line 1, column 13: blocked.host is not known here; known are sources, hosts",
    ],
    ["a name of every object", '{"__proto__":{}}', "line 1, column 2: __proto__ is not known here"],
    [
      "a field that stands twice",
      '{"blocked":{},\n"blocked":{}}',
      "line 2, column 1: not JSON: blocked is given twice",
    ],
    ["a pattern of everything", '{"allowedSources":["*"]}', "line 1, column 20: allowedSources[0] is refused: "],
    [
      "a pattern of a top-level domain",
      '{"allowedSources":["a.test",\n "*.com"]}',
      "line 2, column 2: allowedSources[1] is refused: ",
    ],
    ["a pattern that is no text", '{"allowedSources":[1]}', "column 20: allowedSources[0] is no text"],
    [
      "a host in clear",
      '{"blocked":{"hosts":["a.test"]}}',
      "column 22: blocked.hosts[0] is not 16 lower-case hexadecimal digits, the hash of a host",
    ],
    [
      "a short hash",
      `{"blocked":{"sources":["${SOURCE.slice(1)}"]}}`,
      "column 24: blocked.sources[0] is not 32 lower-case hexadecimal digits",
    ],
    ["a hash in capitals", `{"blocked":{"hosts":["${"A".repeat(16)}"]}}`, "blocked.hosts[0] is not 16 lower-case"],
    ["no list", '{"blocked":{"sources":{}}}', "column 23: blocked.sources is no list"],
    ["blocked is a list", '{"blocked":[]}', "column 12: blocked is no object"],
    ["blocked is null", '{"blocked":null}', "column 12: blocked is no object"],
    ["an epoch that is no time", `{"epochs":{"${HOST}":"1"}}`, `epochs.${HOST} is no time in unix milliseconds`],
    ["an epoch before time", `{"epochs":{"${HOST}":-1}}`, `epochs.${HOST} is no time in unix milliseconds`],
    ["an epoch of no host", '{"epochs":{"a.test":1}}', "column 12: epochs.a.test is not 16 lower-case"],
    ["a maker that is no text", '{"retiredMakers":["1-a1",1]}', "column 26: retiredMakers[1] is no text"],
    ["a region that is no name", '{"regions":{"colo:DXB":1}}', "column 24: regions.colo:DXB is no text"],
    [
      "a region that is not deployed",
      '{"regions":{"colo:DXB":"weurr"}}',
      'column 24: regions.colo:DXB cannot be "weurr": deployed are enam, weur, apac',
    ],
    [
      "an unknown data centre",
      '{\n  "regions": {\n    "colo:DXX": "weur"\n  }\n}',
      'line 3, column 5: regions.colo:DXX names no place: "DXX" is no data centre of our table',
    ],
    [
      "a misspelt limit",
      '{"politeness":{\n "a.test":{"perSec":1}}}',
      "line 2, column 12: politeness.a.test.perSec is not known here; known are concurrency, perSecond, bytesPerSecond",
    ],
    [
      "a limit for a path",
      '{"politeness":{"a.test/x":{}}}',
      "column 16: politeness.a.test/x is refused: a limit holds for a host or host:port, without a scheme or a path",
    ],
    [
      "a limit for a scheme",
      '{"politeness":{"https://a.test":{}}}',
      "politeness.https://a.test is refused: a limit holds",
    ],
    ["limits of everything", '{"politeness":{"*":{}}}', "column 16: politeness.* is refused: "],
    ["limits that are no object", '{"politeness":{"a.test":2}}', "column 25: politeness.a.test is no object"],
    ["limits in a list", '{"politeness":[]}', "column 15: politeness is no object"],
    [
      "no slot",
      '{"politeness":{"a.test":{"concurrency":0}}}',
      "column 40: politeness.a.test.concurrency is 0, not a whole number from 1 to 64, or null for no limit",
    ],
    [
      "too many slots",
      '{"politeness":{"a.test":{"concurrency":65}}}',
      "concurrency is 65, not a whole number from 1 to 64",
    ],
    ["half a slot", '{"politeness":{"a.test":{"concurrency":1.5}}}', "concurrency is 1.5, not a whole number"],
    [
      "a pace between whole numbers",
      '{"politeness":{"a.test":{"perSecond":1.5}}}',
      "perSecond is 1.5, not a number (whole",
    ],
    ["a limit in quotes", '{"politeness":{"a.test":{"perDay":"9"}}}', 'perDay is "9", not a whole number from 1 to'],
    ["a version that is no number", '{"weather":{"version":"3"}}', "weather.version is no whole number from 0"],
    ["a version below 0", '{"weather":{"version":-1}}', "column 23: weather.version is no whole number from 0"],
    ["freeze that is no flag", '{"weather":{"freeze":1}}', "weather.freeze is not true or false"],
    ["a data centre in small letters", '{"weather":{"colos":{"mad":"enam"}}}', "weather.colos.mad is no data centre"],
    ["a moved data centre without a region", '{"weather":{"moving":{"MAD":null}}}', "weather.moving.MAD is no name of"],
    ["a set region in capitals", '{"weather":{"set":{"MAD":"ENAM"}}}', "weather.set.MAD is no name of a region"],
    ["an excluded number", '{"weather":{"exclude":[1]}}', "weather.exclude[0] is no name of a region"],
    [
      "a misspelt field of weather",
      '{"weather":{"frozen":true}}',
      "weather.frozen is not known here; known are version",
    ],
    ["a mark that is no time", `{"staleEpochs":{"${HOST}":-1}}`, `staleEpochs.${HOST} is no time in unix milliseconds`],
  ])("%s", (_, text, problem) => {
    expect(() => withSettings(CONFIG, text, CHECK)).toThrow(Failure);
    expect(problemsOf(text)).toContain(problem);
  });

  test("every problem is named, up to twenty", () => {
    const wrong = (count: number) => `{"retiredMakers":[${Array.from({ length: count }, () => 0).join()}],"x":1}`;
    expect(problemsOf(wrong(19)).split("; ")).toHaveLength(21);
    expect(problemsOf(wrong(19))).not.toContain("more");
    expect(problemsOf(wrong(24))).toMatch(/; and 5 more$/);
  });

  test("a place with two mistakes is one problem", () => {
    expect(problemsOf('{"regions":{"colo:DXX":"weurr"}}').match(/line 1/g)).toHaveLength(1);
  });

  test("what is blocked by mistake in clear is not repeated", () => {
    expect(problemsOf('{"blocked":{"sources":["https://a.test/private.jpg"]}}')).not.toContain("a.test");
  });

  test("the ledger and a purge read the form only: other regions may be deployed where they run", () => {
    expect(readLiveSettings('{"regions":{"colo:SYD":"oc"}}').regions).toEqual({ "colo:SYD": "oc" });
  });
});

describe("weather", () => {
  const text = JSON.stringify({ weather: WEATHER });
  test.each([
    ["on and three regions", { WEATHER: "on" }, true],
    ["off", { WEATHER: "off" }, false],
    ["two regions", { REGIONS: "enam,weur" }, true],
    ["one region", { REGIONS: "enam" }, false],
    ["one region and on", { REGIONS: "enam", WEATHER: "on" }, false],
  ])("%s", (_, vars, on) => {
    const config = parseConfig({ ...vars });
    expect(hasWeather(config)).toBe(on);
    expect(withSettings(config, text, CHECK).regionMap.version).toBe(on ? 3 : FIXED_MAP.version);
    expect(config.regionMap).toEqual(FIXED_MAP);
  });
});

function problemsOf(text: string): string {
  try {
    withSettings(CONFIG, text, CHECK);
    return "";
  } catch (error) {
    expect(error instanceof Failure && error.reason).toBe("misconfigured");
    return error instanceof Failure ? (error.detail ?? "") : "";
  }
}
