import { describe, expect, onTestFinished, test, vi } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { overrideCheck } from "../../../src/coordinate/overrides.ts";
import { LiveConfig } from "../../../src/live/liveConfig.ts";

const GOOD = '{"regions":{"colo:MAD":"apac"}}';
const BAD = '{"regions":{\n"colo:MAD":"eeur"}}';

/** Reads with this text in KV, long after the read before. */
function reader(live: LiveConfig, variables = parseConfig({})) {
  let now = 0;
  return (text: string | null) => {
    now += 1_000_000;
    return live.read(variables, { kv: { get: async () => text }, now, waitUntil: () => undefined });
  };
}

describe("settings that are refused", () => {
  test("leave the last good ones in force, and the log says the line and column", async () => {
    const log = vi.spyOn(console, "error").mockReturnValue(undefined);
    onTestFinished(() => log.mockRestore());
    const read = reader(new LiveConfig(overrideCheck));
    expect((await read(GOOD)).regionOverrides).toEqual({ "colo:MAD": "apac" });
    expect((await read(BAD)).regionOverrides).toEqual({ "colo:MAD": "apac" });
    expect(log).toHaveBeenCalledOnce();
    const line = JSON.parse(String(log.mock.calls[0]?.[0])) as Record<string, unknown>;
    expect(line).toEqual({
      msg: "live settings not taken over",
      error: 'live settings: line 2, column 12: regions.colo:MAD cannot be "eeur": deployed are enam, weur, apac, oc',
    });
    expect((await read("{}")).regionOverrides).toEqual({});
  });

  test("stop an isolate that has none yet", async () => {
    await expect(reader(new LiveConfig(overrideCheck))(BAD)).rejects.toThrow("misconfigured");
  });

  test("are checked against the regions that this deployment has", async () => {
    const read = reader(new LiveConfig(overrideCheck), parseConfig({ REGIONS: "eeur" }));
    expect((await read(BAD)).regionOverrides).toEqual({ "colo:MAD": "eeur" });
    await expect(reader(new LiveConfig(overrideCheck), parseConfig({ REGIONS: "weur" }))(GOOD)).rejects.toThrow();
  });
});
