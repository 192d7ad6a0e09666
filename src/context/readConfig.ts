/** The configuration of a Worker, with the checks that need its bindings and the table of options. */
import type { Config } from "../config/config.ts";
import { type FurtherCheck, parseConfig } from "../config/parseConfig.ts";
import type { Vars } from "../config/settings.ts";
import { bucketBinding, isLocationHint } from "../coordinate/regions.ts";
import { inputFormats } from "../image/formats/registry.ts";
import { providerProblems } from "../origin/providers/switched.ts";
import { unknownRefusals } from "../policy/unsigned.ts";
import { presetProblems } from "../request/options/readOptions.ts";

/** Throws one Failure `misconfigured` whose detail lists every problem. */
export function readConfig(vars: Vars): Config {
  return parseConfig(vars, [
    missingBuckets,
    ({ unsignedRefused }) => unknownRefusals(unsignedRefused),
    unknownDecoders,
    presetProblems,
    ({ providerRules }) => providerProblems(providerRules),
  ]);
}

/**
 * Regions named in REGIONS that have no bucket: requests would be sent to a store that is not there. Where no bucket at
 * all is bound, the variables are read outside a Worker, and nothing can be said.
 */
const missingBuckets: FurtherCheck = ({ regions }, vars) => {
  const isBound = (binding: string) => typeof vars[binding] === "object" && vars[binding] !== null;
  const isWorker = Object.keys(vars).some((name) => name.startsWith("R2_") && isBound(name));
  if (!isWorker || vars.REGIONS === undefined || vars.REGIONS === "") return [];
  return regions.flatMap((region) => {
    const binding = bucketBinding(region);
    if (isBound(binding)) return [];
    const what = isLocationHint(region) ? "" : ", which is no region R2 knows";
    return [`REGIONS names "${region}"${what}, and no bucket is bound as ${binding}`];
  });
};

/** Names in DECODERS that are no format we decode. */
const unknownDecoders: FurtherCheck = ({ decoders }) => {
  const known: readonly string[] = inputFormats();
  const unknown = decoders.filter((name) => !known.includes(name));
  return unknown.map((name) => `DECODERS: "${name}" is not one of: ${known.join(", ")}`);
};
