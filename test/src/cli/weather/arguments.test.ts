import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseWeatherArguments } from "../../../../src/cli/weather/arguments.ts";
import { weatherLines } from "../../../../src/cli/weather/lines.ts";
import { readWeatherOrder } from "../../../../src/request/control/weatherOrder.ts";
import { NO_WEATHER } from "../../../../src/weather/settings.ts";

const ENV = { PURGE_SECRET: "s", PURGE_ENDPOINT: "https://img.test/" };
const parse = (line: string, env: Record<string, string> = ENV, domain?: string) =>
  parseWeatherArguments(line.split(" "), env, () => domain);

describe("what is sent", () => {
  test.each([
    ["show", { show: true }],
    ["show --json", { show: true }],
    ["set MAD enam", { set: "MAD", region: "enam" }],
    ["set mad table", { set: "MAD", region: null }],
    ["freeze", { freeze: true }],
    ["freeze --off", { freeze: false }],
    ["exclude oc", { exclude: "oc", on: true }],
    ["exclude oc --off", { exclude: "oc", on: false }],
  ])("%s", (line, order) => {
    const parsed = parse(line);
    expect(parsed).toMatchObject({ ok: true, value: { order, endpoint: "https://img.test", secret: "s" } });
    // The Worker can read what the command sends.
    expect(() => readWeatherOrder(order, ["enam", "oc"], (code) => code === "MAD")).not.toThrow();
  });

  test("arguments go before the environment; without an endpoint deployment.json names it", () => {
    const both = parse("show --endpoint http://127.0.0.1:8787 --secret t");
    expect(both).toMatchObject({ ok: true, value: { endpoint: "http://127.0.0.1:8787", secret: "t" } });
    const deployed = parse("show", { PURGE_SECRET: "s" }, "img.test");
    expect(deployed).toMatchObject({ ok: true, value: { endpoint: "https://img.test" } });
  });
});

describe("every problem is named", () => {
  test.each([
    ["", 'The first word cannot be ""; known are show, set, freeze, exclude'],
    ["sow", 'cannot be "sow"'],
    ["set MAD", 'set takes COLO REGION, not "MAD"'],
    ["set QQQ enam", "COLO cannot be QQQ"],
    ["set MAD ENAM", "REGION cannot be ENAM"],
    ["exclude", 'exclude takes REGION, not ""'],
    ["freeze oc", 'freeze takes no further word, not "oc"'],
    ["set MAD enam --off", "--off goes with freeze and exclude"],
    ["freeze --json", "--json goes with show"],
    ["show --endpoint img.test", 'not "img.test"'],
    ["show --endpoint https://img.test/x", 'not "https://img.test/x"'],
    ["show --endpoint http://127.0.0.1:99999", 'not "http://127.0.0.1:99999"'],
  ])("%s", (line, problem) => {
    const parsed = parse(line);
    expect(parsed.ok ? [] : parsed.problems).toContainEqual(expect.stringContaining(problem));
  });

  test("all of a line at once", () => {
    const parsed = parse("set QQQ ENAM --nonsense --json", {});
    expect(parsed.ok ? [] : parsed.problems).toHaveLength(6);
  });

  test("a missing secret and a missing endpoint together, and a deployment.json that cannot be read", () => {
    const missing = parse("show", {});
    expect(missing.ok ? [] : missing.problems).toEqual([
      expect.stringContaining("No endpoint: set PURGE_ENDPOINT"),
      expect.stringContaining("No secret: set PURGE_SECRET"),
    ]);
    const broken = parseWeatherArguments(["show"], { PURGE_SECRET: "s" }, () => {
      throw new Error("deployment.json: no JSON");
    });
    expect(broken).toEqual({ ok: false, problems: ["deployment.json: no JSON"] });
  });
});

describe("what is shown", () => {
  const at = 1_000_000_000;
  const answer = { v: 1, on: true, regions: ["enam", "weur"], weather: NO_WEATHER } as const;
  test("without changes", () => {
    expect(weatherLines(answer, at)).toEqual([
      "weather  on; map version 0; regions enam, weur",
      "Every data centre reads the region of the fixed table.",
    ]);
  });

  test("the example of docs/operator/weather.md", () => {
    const weather = { ...NO_WEATHER, version: 7, colos: { MAD: "enam" } };
    const known = { usualMs: { weur: 20, enam: 91 }, changeMs: 2, gainMs: 84_000, movedAt: at - 1_500_000 };
    const views = [
      { region: "enam", at: at - 41_000, colos: {} },
      { region: "weur", at: at - 5_000, colos: { MAD: known } },
    ];
    const page = readFileSync(join(import.meta.dirname, "../../../../docs/operator/weather.md"), "utf8");
    expect(page).toContain(`\n${weatherLines({ ...answer, weather, views }, at).join("\n")}\n`);
  });

  test("a region without a decision says what one needs", () => {
    const views = [{ region: "enam", at: 0, colos: {} }, null];
    expect(weatherLines({ ...answer, views }, at)).toContain(
      "enam: nothing is known yet (a decision needs 200 reads in a minute, from at least 3 isolates)",
    );
  });

  test("changes, what the operator has ordered, and figures", () => {
    const weather = {
      ...{ version: 7, colos: { MAD: "enam" }, moving: { MAD: "weur", LIS: "enam" }, set: { SYD: "apac" } },
      ...{ freeze: true, exclude: ["oc"] },
    };
    const known = { usualMs: { weur: 20.4, enam: 91 }, changeMs: 150.2, gainMs: null, movedAt: at - 300_000 };
    const views = [{ region: "enam", at: at - 5_000, colos: { MAD: known } }, null];
    expect(weatherLines({ ...answer, weather, views }, at)).toEqual([
      "weather  on, frozen; map version 7; regions enam, weur",
      "excluded oc",
      "moved    MAD -> enam, weur is still read beside",
      "back     LIS -> the table's region, enam is still read beside",
      "set      SYD -> apac",
      "enam: decided 5 s ago, 1 data centre",
      "  MAD  usually weur 20, enam 91 ms; now +150 ms; moved 5 min ago",
      "weur: its object does not answer",
    ]);
    expect(weatherLines({ ...answer, on: false }, at)[0]).toMatch(/^weather {2}off/);
  });
});
