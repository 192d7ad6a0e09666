/** Every provider of the catalogue in the order in which rules are tried. The first one that knows an address decides. */
import type { ProviderRules } from "./candidate.ts";
import type { NoRule, Rule } from "./rule.ts";
import { EUROPEANA } from "./rules/europeana.ts";
import { FLICKR } from "./rules/flickr.ts";
import { IIIF } from "./rules/iiif.ts";
import { MUSEUMS } from "./rules/museums.ts";
import { NONE } from "./rules/none.ts";
import { PHOTOS } from "./rules/photos.ts";
import { WIKIMEDIA } from "./rules/wikimedia.ts";

/** Rules for named hosts come before the ones that take any host. */
export const PROVIDERS = {
  ...FLICKR,
  ...WIKIMEDIA,
  ...MUSEUMS,
  ...PHOTOS,
  ...IIIF,
  ...EUROPEANA,
  ...NONE,
} as const satisfies Record<string, Rule | NoRule>;

export type ProviderId = keyof typeof PROVIDERS;

/** The rows that have a rule, in the order of the table. */
export const RULES: readonly (Rule & { readonly id: string })[] = Object.entries<Rule | NoRule>(PROVIDERS).flatMap(
  ([id, row]) => ("find" in row ? [{ ...row, id }] : []),
);

/** Whether a rule is on: as the operator switched it, else if it is surely right. */
export function isOn(rule: Pick<Rule, "sure"> & { readonly id: string }, { switched }: ProviderRules): boolean {
  return switched.get(rule.id) ?? rule.sure === 3;
}
