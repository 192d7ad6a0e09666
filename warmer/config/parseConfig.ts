import { collapse, isLocationHint } from "../../src/coordinate/regions.ts";
import { LOCATION_HINTS } from "../hint/placeTable.ts";
import { SettingError } from "./parsers.ts";
import { VARIABLES, type VariableName } from "./variables.ts";

/** Every setting by its variable, parsed and checked. */
export type WarmerConfig = { readonly [Name in VariableName]: ReturnType<(typeof VARIABLES)[Name]["parse"]> };

/** All problems of the environment, one line each. */
export class ConfigError extends Error {
  override name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    this.problems = problems;
  }
}

/**
 * Parses the environment. An empty variable counts as unset. An unknown `WARM_` name is a problem, because it is
 * probably misspelt.
 * @throws ConfigError with all problems at once
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): WarmerConfig {
  const problems: string[] = [];
  const settings: Partial<Record<VariableName, unknown>> = {};
  for (const [name, variable] of Object.entries(VARIABLES)) {
    try {
      settings[name as VariableName] = variable.parse(env[name] || variable.fallback);
    } catch (error) {
      if (!(error instanceof SettingError)) throw error;
      problems.push(...error.problems.map((problem) => `${name}: ${problem}`));
      if (error.partial !== undefined) settings[name as VariableName] = error.partial;
    }
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith("WARM_") && !Object.hasOwn(VARIABLES, name)) problems.push(`${name}: no such variable`);
  }
  problems.push(...crossCheck(settings as Partial<WarmerConfig>));
  if (problems.length > 0) throw new ConfigError(problems);
  return settings as WarmerConfig;
}

/** Problems between several settings. A setting that could not be parsed is absent. */
function crossCheck(config: Partial<WarmerConfig>): readonly string[] {
  const { WARM_BATCH_MS: batch, WARM_MAX_AGE_MS: age } = config;
  const deployed = config.WARM_REGIONS?.map(({ region }) => region);
  const strays = (name: "WARM_ENDPOINTS" | "WARM_PLACES"): readonly string[] =>
    [...(config[name] ?? [])].flatMap(([from, region]) =>
      deployed === undefined || collapse(region, deployed) !== undefined
        ? []
        : [`${name}: ${from}=${region} is not a region of WARM_REGIONS`],
    );
  // A region of the operator's own gets only what these settings give it. Without any, its name is a typo.
  const reached = new Set([...(config.WARM_ENDPOINTS?.values() ?? []), ...(config.WARM_PLACES?.values() ?? [])]);
  const unreached = (deployed ?? []).filter((region) => !isLocationHint(region) && !reached.has(region));
  return [
    ...unreached.map(
      (region) =>
        `WARM_REGIONS: "${region}" is not one of ${LOCATION_HINTS.join(", ")}, and WARM_PLACES gives it no place`,
    ),
    ...strays("WARM_ENDPOINTS"),
    ...strays("WARM_PLACES"),
    ...(batch !== undefined && age !== undefined && batch > age
      ? [`WARM_BATCH_MS: ${batch} is more than WARM_MAX_AGE_MS, ${age}`]
      : []),
  ];
}
