import { collapse } from "../src/region/regions.ts";
import { SettingProblem } from "./readers.ts";
import { VARIABLES, type VariableName } from "./variables.ts";

/** Every setting by its variable, read and checked. */
export type WarmerConfig = { readonly [Name in VariableName]: ReturnType<(typeof VARIABLES)[Name]["read"]> };

/** What is wrong with the environment, all of it, one line per variable. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    this.problems = problems;
  }
}

/**
 * Environment -> settings. An empty variable counts as unset. A `WARM_` name that is not ours is a problem, since it is
 * most likely a misspelt one.
 * @throws ConfigError with every problem at once
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): WarmerConfig {
  const problems: string[] = [];
  const settings: Partial<Record<VariableName, unknown>> = {};
  for (const [name, variable] of Object.entries(VARIABLES)) {
    try {
      settings[name as VariableName] = variable.read(env[name] || variable.fallback);
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error;
      problems.push(`${name}: ${error.message}`);
    }
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith("WARM_") && !Object.hasOwn(VARIABLES, name)) problems.push(`${name}: no such variable`);
  }
  const config = settings as WarmerConfig;
  if (problems.length === 0) problems.push(...crossCheck(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** What only shows when several settings are looked at together. */
function crossCheck(config: WarmerConfig): readonly string[] {
  const deployed = config.WARM_REGIONS.map(({ region }) => region);
  const strays = (name: VariableName, rows: ReadonlyMap<string, string>): readonly string[] =>
    [...rows].flatMap(([from, region]) =>
      collapse(region, deployed) === undefined ? [`${name}: ${from}=${region} names no region of WARM_REGIONS`] : [],
    );
  const places = [...config.WARM_PLACES.keys()].filter(
    (key) => !/^(colo:[A-Z]{3}|[ck]:[A-Z]{2}|r:[a-z0-9-]+)$/.test(key),
  );
  return [
    ...strays("WARM_ENDPOINTS", config.WARM_ENDPOINTS),
    ...strays("WARM_PLACES", config.WARM_PLACES),
    ...places.map((key) => `WARM_PLACES: "${key}" is not like colo:DXB, c:AE, k:AS or r:eeur`),
    ...(config.WARM_BATCH_MS > config.WARM_MAX_AGE_MS
      ? [`WARM_BATCH_MS: ${config.WARM_BATCH_MS} is more than WARM_MAX_AGE_MS, ${config.WARM_MAX_AGE_MS}`]
      : []),
  ];
}
