/** The map under moves and orders: what is left out, what goes back to the table, and when there is a new version. */
import { describe, expect, test } from "vitest";
import { COLOS_BY_HINT } from "../../../src/coordinate/colos.generated.ts";
import { regionOf, tableRegionOf } from "../../../src/coordinate/regions.ts";
import { type Move, presentRegion, type WeatherOrder, withMoves, withOrder } from "../../../src/weather/moves.ts";
import { readingOf } from "../../../src/weather/reading.ts";
import { FIXED_MAP, mapOf, NO_WEATHER, type WeatherSettings } from "../../../src/weather/settings.ts";
import { choices } from "../../support/seeded.ts";

const RULES = { deployed: ["enam", "weur", "apac"], overrides: {} };
const move = (colo: string, from: string, to: string): Move => ({ kind: "move", colo, from, to, why: "better" });
const settle = (colo: string, from: string, to: string): Move => ({ kind: "settle", colo, from, to });
const MOVED: WeatherSettings = { ...NO_WEATHER, version: 1, colos: { MAD: "enam" }, moving: { MAD: "weur" } };

describe("moves", () => {
  test.each<[string, WeatherSettings, Move, WeatherSettings]>([
    ["away", NO_WEATHER, move("MAD", "weur", "enam"), MOVED],
    ["back", MOVED, move("MAD", "enam", "weur"), { ...NO_WEATHER, version: 2, moving: { MAD: "enam" } }],
    [
      "on to a third",
      MOVED,
      move("MAD", "enam", "apac"),
      { ...NO_WEATHER, version: 2, colos: { MAD: "apac" }, moving: { MAD: "enam" } },
    ],
    [
      "the end of a change",
      MOVED,
      settle("MAD", "weur", "enam"),
      { ...NO_WEATHER, version: 2, colos: { MAD: "enam" } },
    ],
    ["the end of another change", MOVED, settle("MAD", "apac", "enam"), MOVED],
    ["the end of a change that was taken back", MOVED, settle("MAD", "weur", "apac"), MOVED],
    ["from where it is no more", MOVED, move("MAD", "weur", "apac"), MOVED],
    ["to where it is", NO_WEATHER, move("MAD", "weur", "weur"), NO_WEATHER],
    ["to a region that is not deployed", NO_WEATHER, move("MAD", "weur", "oc"), NO_WEATHER],
    ["of a data centre in no table", NO_WEATHER, move("QQQ", "weur", "enam"), NO_WEATHER],
  ])("%s", (_, before, one, after) => {
    expect(withMoves(before, [one], RULES)).toEqual(after);
  });

  test.each<[string, Partial<WeatherSettings>]>([
    ["frozen", { freeze: true }],
    ["excluded", { exclude: ["enam"] }],
    ["set", { set: { MAD: "weur" } }],
  ])("nothing moves that is %s", (_, orders) => {
    const before = { ...NO_WEATHER, ...orders };
    expect(withMoves(before, [move("MAD", "weur", "enam")], RULES)).toBe(before);
  });

  test("a region that is taken out of the deployment leaves the map", () => {
    const smaller = { ...RULES, deployed: ["weur", "apac"] };
    expect(withMoves(MOVED, [], smaller)).toEqual({ ...NO_WEATHER, version: 2 });
  });
});

describe("orders", () => {
  const order = (before: WeatherSettings, one: WeatherOrder) => withOrder(before, one, RULES);

  test("to exclude a region sends back who was moved there; they read it beside until the change is over", () => {
    const after = order(MOVED, { kind: "exclude", region: "enam", excluded: true });
    expect(after).toEqual({ ...NO_WEATHER, version: 2, moving: { MAD: "enam" }, exclude: ["enam"] });
    expect(order(after, { kind: "exclude", region: "enam", excluded: true })).toBe(after);
    expect(order(after, { kind: "exclude", region: "enam", excluded: false })).toEqual({ ...after, exclude: [] });
  });

  test("to freeze keeps the map and its version, and nothing moves until it is lifted", () => {
    const frozen = order(MOVED, { kind: "freeze", frozen: true });
    expect(frozen).toEqual({ ...MOVED, freeze: true });
    expect(withMoves(frozen, [move("MAD", "enam", "weur")], RULES)).toBe(frozen);
    expect(order(frozen, { kind: "freeze", frozen: false })).toEqual(MOVED);
  });

  test("to set a data centre comes before what was decided", () => {
    const set = order(MOVED, { kind: "set", colo: "MAD", region: "apac" });
    expect(set).toEqual({ ...NO_WEATHER, version: 2, set: { MAD: "apac" } });
    expect(mapOf(set, RULES.deployed).colos).toEqual({ MAD: "apac" });
    expect(order(set, { kind: "set", colo: "MAD", region: null })).toEqual({ ...NO_WEATHER, version: 3 });
  });
});

describe("whatever is ordered and decided, in whatever order", () => {
  const REGIONS = ["wnam", "enam", "weur", "eeur", "apac", "oc"];
  const COLOS = Object.values(COLOS_BY_HINT).flatMap((colos) => colos.split(" ").slice(0, 4));

  test.each([1, 2, 3, 4])("the version only rises, and nobody is moved to a forbidden region (seed %i)", (seed) => {
    const { below, pick, chance } = choices(seed);
    let weather = NO_WEATHER;
    for (let i = 0; i < 250; i++) {
      const deployed = REGIONS.filter(() => chance(0.7));
      const rules = {
        deployed: deployed.length === 0 ? ["enam"] : deployed,
        overrides: chance(0.2) ? { "r:eeur": "enam" } : {},
      };
      const before = weather;
      if (chance(0.3)) {
        const orders: readonly WeatherOrder[] = [
          { kind: "freeze", frozen: chance(0.3) },
          { kind: "exclude", region: pick(REGIONS), excluded: chance(0.4) },
          { kind: "set", colo: pick(COLOS), region: chance(0.5) ? null : pick(REGIONS) },
        ];
        weather = withOrder(weather, pick(orders), rules);
      } else {
        const moves = Array.from({ length: below(8) }, (): Move => {
          const colo = pick(COLOS);
          const from = chance(0.7) ? (presentRegion(weather, colo, rules) ?? "enam") : pick(REGIONS);
          return chance(0.3) ? settle(colo, pick(REGIONS), from) : move(colo, from, pick(REGIONS));
        });
        weather = withMoves(weather, moves, rules);
        if (before.freeze) expect(weather).toBe(before);
        else {
          for (const [colo, region] of Object.entries(weather.colos)) {
            expect(rules.deployed).toContain(region);
            expect(weather.exclude).not.toContain(region);
            expect(region).not.toBe(tableRegionOf(colo, rules.deployed, rules.overrides));
          }
        }
      }
      const map = (settings: WeatherSettings) => JSON.stringify([settings.colos, settings.moving, settings.set]);
      expect(weather.version - before.version).toBe(map(weather) === map(before) ? 0 : 1);

      // What the Worker reads, what the warmer resolves, and what the settings say are one.
      const { colos } = mapOf(weather, rules.deployed);
      const colo = pick(COLOS);
      const reading = readingOf({ colo }, { ...rules, map: mapOf(weather, rules.deployed) });
      expect(reading.region).toBe(regionOf({ colo }, rules.deployed, rules.overrides, colos));
      if (!Object.hasOwn(weather.set, colo)) expect(reading.region).toBe(presentRegion(weather, colo, rules));
      expect([reading.beside, reading.probe]).not.toContain(reading.region);
      const off = readingOf({ colo }, { ...rules, map: FIXED_MAP });
      expect(off).toMatchObject({ region: regionOf({ colo }, rules.deployed, rules.overrides), beside: null });
    }
  });
});
