/** What the deployment says, for tests. */
import type { ProviderRules } from "../../../../src/origin/providers/candidate.ts";
import { RULES } from "../../../../src/origin/providers/table.ts";

/** Nothing is set. */
export const DEFAULT_RULES: ProviderRules = { on: true, switched: new Map(), hostsOf: new Map() };

/** Every rule is on, and Europeana has the pictures of example.org. */
export const ALL_RULES: ProviderRules = {
  on: true,
  switched: new Map(RULES.map(({ id }) => [id, true])),
  hostsOf: new Map([["europeana", ["example.org"]]]),
};
