/** What `npm run provider` prints. */
import type { Vars } from "../../config/settings.ts";
import { readConfig } from "../../context/readConfig.ts";
import { candidatesFor } from "../../origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../origin/providers/rule.ts";
import { providerRules } from "../../origin/providers/switched.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../request/options/applyOption.ts";
import type { ProviderArguments } from "./arguments.ts";

/** The candidates as JSON, in the order in which they are asked. Throws Failure for an option or a variable that is wrong. */
export function candidatesJson({ source, segments, original }: ProviderArguments, vars: Vars): string {
  const { transform } = splitOptions(segments.reduce((options, segment) => applyOption(options, segment), DEFAULTS));
  const list = candidatesFor(source, transform, { ...NOTHING_KNOWN, original }, providerRules(readConfig(vars)));
  return JSON.stringify({
    candidates: list.map(({ url, provider, rule, variant, width }) => ({ url, provider, rule, variant, width })),
  });
}
