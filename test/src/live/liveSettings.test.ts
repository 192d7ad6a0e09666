import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { Failure } from "../../../src/errors.ts";
import { readLiveSettings, withSettings } from "../../../src/live/liveSettings.ts";

const HOST = "0123456789abcdef";
const SOURCE = "0123456789abcdef0123456789abcdef";
const CONFIG = parseConfig({ ALLOWED_SOURCES: "a.test", MAX_RESULT_SIDE: "1000" });

test("none stored changes nothing", () => {
  expect(withSettings(CONFIG, null)).toEqual(CONFIG);
  expect(withSettings(CONFIG, "{}")).toEqual(CONFIG);
});

test("everything that may be set live", () => {
  const text = JSON.stringify({
    allowedSources: ["b.test"],
    blocked: { sources: [SOURCE], hosts: [HOST] },
    epochs: { [HOST]: 1_700_000_000_000 },
    staleEpochs: { [HOST]: 1_700_000_000_001 },
    retiredMakers: ["1-libwebp1"],
    regions: { "colo:DXB": "weur" },
  });
  expect(withSettings(CONFIG, text)).toEqual({
    ...CONFIG,
    allowedSources: ["a.test", "b.test"],
    blocked: { sources: new Set([SOURCE]), hosts: new Set([HOST]) },
    epochs: { [HOST]: 1_700_000_000_000 },
    staleEpochs: { [HOST]: 1_700_000_000_001 },
    retiredMakers: new Set(["1-libwebp1"]),
    regionOverrides: { "colo:DXB": "weur" },
  });
});

describe("settings that cannot be read stop the service rather than lift a takedown", () => {
  test.each([
    ["not JSON", "{", "not JSON"],
    ["a list", "[]", "settings is no object"],
    ["a limit", '{"maxResultSide":1}', "maxResultSide is no live setting"],
    ["a pattern of everything", '{"allowedSources":["*"]}', "allowedSources: 1 of 1 in the wrong form"],
    [
      "a pattern of a top-level domain",
      '{"allowedSources":["a.test","*.com"]}',
      "allowedSources: 1 of 2 in the wrong form",
    ],
    ["a host in clear", '{"blocked":{"hosts":["a.test"]}}', "blocked.hosts: 1 of 1 in the wrong form"],
    ["a short hash", `{"blocked":{"sources":["${SOURCE.slice(1)}"]}}`, "blocked.sources: 1 of 1 in the wrong form"],
    ["no list", '{"blocked":{"sources":{}}}', "blocked.sources is no list"],
    ["blocked is a list", '{"blocked":[]}', "blocked is no object"],
    ["an epoch that is no time", `{"epochs":{"${HOST}":"1"}}`, `epochs.${HOST} has the wrong form`],
    ["a mark that is no time", `{"staleEpochs":{"${HOST}":-1}}`, `staleEpochs.${HOST} has the wrong form`],
    ["a maker that is no text", '{"retiredMakers":["1-a1",1]}', "retiredMakers: 1 of 2 in the wrong form"],
    ["a region that is no name", '{"regions":{"colo:DXB":1}}', "regions.colo:DXB has the wrong form"],
  ])("%s", (_, text, problem) => {
    expect(() => withSettings(CONFIG, text)).toThrow(Failure);
    try {
      readLiveSettings(text);
    } catch (error) {
      expect(error instanceof Failure && [error.reason, error.detail]).toEqual([
        "misconfigured",
        expect.stringContaining(problem),
      ]);
    }
  });
});
