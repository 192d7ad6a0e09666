/**
 * `npm run provider -- URL --width 640` prints which addresses a Worker asks for a picture: the provider's own sizes, then
 * the original. Exit code 2: wrong arguments or variables.
 */
import { SETTINGS } from "../config/table.ts";
import { readConfig } from "../context/readConfig.ts";
import { Failure, publicMessage } from "../errors.ts";
import { candidatesFor } from "../origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../origin/providers/rule.ts";
import { providerRules } from "../origin/providers/switched.ts";
import { applyOption, DEFAULTS, splitOptions } from "../request/options/applyOption.ts";
import { PROVIDER_USAGE, type ProviderArguments, parseProviderArguments } from "./provider/arguments.ts";
import { answerHelp, refuse } from "./usage.ts";
import { edgeVariables } from "./variables.ts";

const argv = process.argv.slice(2);
answerHelp(PROVIDER_USAGE, argv);
const parsed = parseProviderArguments(argv);
if (!parsed.ok) refuse(PROVIDER_USAGE, ...parsed.problems);
try {
  console.log(tell(parsed.value));
} catch (error) {
  console.error(error instanceof Failure ? (error.detail ?? publicMessage(error.reason, error.facts)) : String(error));
  process.exitCode = 2;
}

function tell({ source, segments, original, vars }: ProviderArguments): string {
  const { transform } = splitOptions(segments.reduce((options, segment) => applyOption(options, segment), DEFAULTS));
  const ours = Object.values(SETTINGS).flatMap(({ variable }) => {
    const value = process.env[variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  const config = readConfig(edgeVariables({ ...Object.fromEntries(ours), ...vars }));
  const candidates = candidatesFor(source, transform, { ...NOTHING_KNOWN, original }, providerRules(config));
  return JSON.stringify({
    candidates: candidates.map(({ url, provider, rule, variant, width }) => ({ url, provider, rule, variant, width })),
  });
}
