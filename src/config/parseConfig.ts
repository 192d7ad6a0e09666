/** Variables -> Config. They are checked once, and one message names every problem. */
import { Failure } from "../errors.ts";
import { FIXED_MAP, NO_WEATHER } from "../weather/settings.ts";
import type { Config } from "./config.ts";
import type { Settings } from "./setting.ts";
import { readSettings, type Vars } from "./settings.ts";

/** A check that the table of variables cannot express. Gives one text per problem. */
export type FurtherCheck = (settings: Settings, vars: Vars) => readonly string[];

/**
 * Reads the Worker's variables. It skips objects (bindings), so the caller can pass its whole `env`. An unknown variable
 * is a problem, and so is a value out of its range. Throws one Failure `misconfigured`; its detail lists all problems.
 */
export function parseConfig(vars: Vars, checks: readonly FurtherCheck[] = []): Config {
  const { settings, problems: known } = readSettings(vars);
  const found = [...known, ...checks.flatMap((check) => check(settings, vars))];
  const { signingKeys, signingSalts, ...plain } = settings;
  const pairs = `SIGNING_KEYS and SIGNING_SALTS come in pairs, not ${signingKeys.length} and ${signingSalts.length}`;
  const { signingKeyNames: names, signingKeyLimits: limits } = plain;
  const unequal = [names, limits].some(({ length }) => length > 0 && length !== signingKeys.length);
  const perKey = `SIGNING_KEY_NAMES and SIGNING_KEY_LIMITS need one entry per key: ${names.length} and ${limits.length} of ${signingKeys.length}`;
  const nameless = limits.length > 0 && names.length === 0 ? ["SIGNING_KEY_LIMITS needs SIGNING_KEY_NAMES"] : [];
  found.push(...(unequal ? [perKey] : []), ...nameless);
  const problems = signingKeys.length === signingSalts.length ? found : [...found, pairs];
  if (problems.length > 0) throw new Failure("misconfigured", {}, problems.join("; "));
  return {
    ...plain,
    ladder: rungsUpTo(plain.maxResultSide, plain.ladder),
    signingPairs: signingKeys.map((key, i) => ({ key, salt: signingSalts[i] ?? new Uint8Array() })),
    blocked: { sources: new Set(), hosts: new Set() },
    epochs: {},
    staleEpochs: {},
    retiredMakers: new Set(),
    politeness: {},
    regionOverrides: {},
    weatherSettings: NO_WEATHER,
    regionMap: FIXED_MAP,
  };
}

/** The rungs of the ladder up to `side` (pixels), the largest side of a result. `side` alone if every rung is over it. */
function rungsUpTo(side: number, ladder: readonly number[]): readonly number[] {
  const rungs = ladder.filter((rung) => rung <= side);
  return rungs.length > 0 ? rungs : [side];
}
