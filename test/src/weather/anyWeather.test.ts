/** Whatever isolates report and operators order: what the object decides keeps to its rules, and nothing else changes the map. */
import { afterAll, expect, test } from "vitest";
import { COLOS_BY_HINT } from "../../../src/coordinate/colos.generated.ts";
import { tableRegionOf } from "../../../src/coordinate/regions.ts";
import { decide } from "../../../src/weather/decide.ts";
import { presentRegion, withMoves, withOrder } from "../../../src/weather/moves.ts";
import { readReport } from "../../../src/weather/readReport.ts";
import type { WeatherReport, WeatherRow } from "../../../src/weather/report.ts";
import { RULES } from "../../../src/weather/rules.ts";
import { NO_WEATHER } from "../../../src/weather/settings.ts";
import { NO_STATE, withPresent } from "../../../src/weather/state.ts";
import { choices } from "../../support/seeded.ts";

const MINUTE = 60_000;
const REGION = "weur";
const COLOS = [...COLOS_BY_HINT.weur.split(" ").slice(0, 3), ...COLOS_BY_HINT.eeur.split(" ").slice(0, 2), "IAD"];
const ALL = ["enam", "weur", "apac", "oc"];
/** In all seeds: the operator may well freeze one of them for hours. */
let moved = 0;
afterAll(() => expect(moved).toBeGreaterThan(10));

const LONG = process.env.FIRSTLIGHT_LONG === "1";

test.each(LONG ? Array.from({ length: 200 }, (_, i) => i) : [1, 2, 3])(
  "four hours of any weather (seed %i)",
  (seed) => {
    const { below, pick, chance } = choices(seed);
    let [state, weather] = [NO_STATE, NO_WEATHER];
    const changedAt = new Map<string, number>();
    let deployed = ALL;
    let now = 1_000_000_000;

    const row = (region: string): WeatherRow => {
      const count = chance(0.9) ? 40 + below(100) : 1 + below(3);
      const medianMs = chance(0.05) ? 10_000 * below(2) : 10 + below(chance(0.5) ? 30 : 400);
      return { tier: chance(0.9) ? "region" : "primary", region, count, hits: below(count + 1), medianMs };
    };
    const report = (colo: string, i: number): WeatherReport => {
      const regions = [presentRegion(weather, colo, { deployed, overrides: {} }) ?? REGION, pick(ALL), pick(ALL)];
      return { v: 1, isolate: `${colo}${i}`, colo, rows: regions.map(row) };
    };

    for (let minute = 0; minute < 120; minute++) {
      now += MINUTE;
      if (chance(0.02)) deployed = chance(0.5) ? ALL : ALL.filter((region) => region === REGION || chance(0.6));
      const rules = { deployed, overrides: {} };
      if (chance(0.05))
        weather = withOrder(weather, { kind: "exclude", region: pick(ALL), excluded: chance(0.4) }, rules);
      if (chance(0.02)) weather = withOrder(weather, { kind: "freeze", frozen: chance(0.4) }, rules);
      if (chance(0.02)) {
        weather = withOrder(weather, { kind: "set", colo: pick(COLOS), region: chance(0.5) ? null : pick(ALL) }, rules);
      }
      const reports = COLOS.flatMap((colo) => Array.from({ length: below(5) }, (_, i) => report(colo, i)));
      expect(reports.map(readReport)).not.toContain(null);
      const config = { ...rules, region: REGION, weather };
      const decided = decide(state, reports, now, config);
      // What comes back from the disk decides the same.
      if (minute % 20 === 0) expect(decide(JSON.parse(JSON.stringify(state)), reports, now, config)).toEqual(decided);
      if (weather.freeze) expect(decided.moves).toEqual([]);
      for (const move of decided.moves) {
        const { colo, from, to } = move;
        expect(tableRegionOf(colo, deployed)).toBe(REGION);
        expect(Object.hasOwn(weather.set, colo)).toBe(false);
        if (move.kind === "settle") {
          expect(weather.moving[colo]).toBe(from);
          continue;
        }
        expect(from).toBe(presentRegion(weather, colo, rules));
        expect(deployed).toContain(to);
        expect(weather.exclude).not.toContain(to);
        expect(to).not.toBe(from);
        expect(now - (changedAt.get(colo) ?? 0)).toBeGreaterThanOrEqual(RULES.holdMs);
        changedAt.set(colo, now);
        moved++;
      }
      const before = weather;
      weather = withMoves(before, decided.moves, rules);
      expect(weather.version - before.version).toBe(weather === before ? 0 : 1);
      state = withPresent(decided.state, now, { ...config, weather });
    }
  },
);
