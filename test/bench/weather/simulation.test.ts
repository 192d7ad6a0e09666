/** A small twin of `npm run bench -- weather`: the same simulation and limits, fewer data centres and hours. */
import { describe, expect, test } from "vitest";
import { LIES } from "../../../bench/weather/liar.ts";
import { ROUND_S, runNoise, runOracle, runTrouble, type TroubleRun, UNDONE_S } from "../../../bench/weather/runs.ts";
import { Times } from "../../../bench/weather/times.ts";
import { DEPLOYED, dataCentres } from "../../../bench/weather/world.ts";
import { tableRegionOf } from "../../../src/coordinate/regions.ts";
import { seeded } from "../../support/seeded.ts";

const SMALL: TroubleRun = {
  ...{ rate: 1, isolates: 4, seed: 1, population: { enam: 0, weur: 34, apac: 0, oc: 0 }, hit: 30 },
  ...{ calm: 900, trouble: 1_200, after: UNDONE_S },
};

describe("+150 ms from 30 data centres to one region", () => {
  const { run, ...figures } = runTrouble(SMALL);

  test("is routed round within 5 minutes and undone within 20, and those that are not hit stay", () => {
    expect(figures.roundS).toBeLessThanOrEqual(ROUND_S);
    expect(figures.undoneS).toBeLessThanOrEqual(UNDONE_S);
    expect(figures.further).toBe(0);
  });

  test("costs readers at most 10 % over an oracle", () => {
    expect(figures.medianMs / runOracle(SMALL).medianMs).toBeLessThanOrEqual(1.1);
  });

  test("gives versions that rise by one", () => {
    expect(run.published.map(({ weather }) => weather.version)).toEqual(run.published.map((_, i) => i + 1));
  });

  test("is the same for the same seed", () => {
    const short: TroubleRun = {
      ...SMALL,
      population: { ...SMALL.population, weur: 8 },
      hit: 6,
      trouble: 300,
      after: 0,
    };
    expect(runTrouble(short).run).toEqual(runTrouble(short).run);
  });
});

test("30 % noise of whole regions, minute by minute, moves nobody", () => {
  const noise = { read: 0.3, way: 0, region: 0.3 };
  const population = { enam: 4, weur: 6, apac: 4, oc: 4 };
  const run = { rate: 1, isolates: 4, seed: 3, population, seconds: 5_400, noise, nearlyEqual: 0 };
  expect(runNoise(run)).toMatchObject({ moves: 0 });
});

describe("one isolate of a data centre that is hit", () => {
  const run: TroubleRun = {
    ...{ ...SMALL, rate: 5, population: { ...SMALL.population, weur: 7 } },
    ...{ hit: 5, trouble: 350, after: 0 },
  };
  const moves = (one: TroubleRun) => {
    const { switched } = runTrouble(one).run;
    return switched.map(({ colo, region }) => `${colo} ${region}`).sort();
  };
  const honest = moves(run);

  test.each(Object.entries(LIES))("says %s, and nothing changes", (_, lie) => {
    expect(honest).toHaveLength(5);
    expect(moves({ ...run, lie })).toEqual(honest);
  });
});

test("the distances are those of the race, within 30 %, and each data centre is nearest to its region", () => {
  for (const { colo, home, regions } of dataCentres({ enam: 20, weur: 40, apac: 20, oc: 9 }, seeded(1))) {
    expect(tableRegionOf(colo, DEPLOYED)).toBe(home);
    expect(Math.min(...Object.values(regions))).toBe(regions[home]);
  }
  const [mad] = dataCentres({ enam: 0, weur: 1, apac: 0, oc: 0 }, () => 0.5);
  expect(mad?.regions).toMatchObject({ weur: 20, enam: 95 });
});

test("a median of many times is right to half a percent", () => {
  const times = new Times();
  for (let ms = 1; ms <= 1_001; ms++) times.add(ms);
  expect(times.count).toBe(1_001);
  expect(times.mean).toBeCloseTo(501);
  expect(Math.abs(times.median / 501 - 1)).toBeLessThan(0.005);
  expect(new Times().median).toBeNaN();
});
