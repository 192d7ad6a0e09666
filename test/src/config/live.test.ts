import { describe, expect, it } from "vitest";
import { withSettings } from "../../../src/config/live.ts";
import { parseConfig } from "../../../src/config.ts";

const CONFIG = parseConfig({ ALLOWED_SOURCES: "example.org" });

describe("withSettings", () => {
  const rows = [
    ["nothing stored", null],
    ["not JSON", "{"],
    ["a list", "[1]"],
    ["wrong shapes", '{"blockedSources":"x","epochs":[],"allowedSources":{"a":1},"regionOverrides":7}'],
  ] as const;
  it.each(rows)("%s changes nothing", (_, text) => {
    expect(withSettings(CONFIG, text)).toEqual(CONFIG);
  });

  it("reads what is well formed and leaves out what is not", () => {
    const text = JSON.stringify({
      blockedSources: ["ab", 1],
      blockedHosts: ["cd"],
      epochs: { h: 2, bad: "x", half: 0.5, negative: -1 },
      allowedSources: ["*.example.net", "*"],
      regionOverrides: { "c:AE": "apac", "c:XX": 1 },
    });
    const config = withSettings(CONFIG, text);
    expect([...config.blocked.sources]).toEqual(["ab"]);
    expect([...config.blocked.hosts]).toEqual(["cd"]);
    expect(config.epochs).toEqual({ h: 2 });
    expect(config.allowedSources).toEqual(["example.org", "*.example.net"]);
    expect(config.regionOverrides).toEqual({ "c:AE": "apac" });
  });
});
