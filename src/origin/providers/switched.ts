/** `PROVIDER_SIZES` and `PROVIDER_RULES` as the rules need them. Pure. */
import type { Config } from "../../config/config.ts";
import { parseHostPattern } from "../../config/hostPattern.ts";
import type { ProviderRules } from "./candidate.ts";
import { RULES } from "./table.ts";

type Switch = { readonly id: string; readonly on: boolean; readonly pattern: string | null };

/** `met`, `-flickr` or `europeana=*.example.org`. A name alone and a name with a host turn the rule on. */
function readSwitch(text: string): Switch {
  const on = !text.startsWith("-");
  const [id = "", pattern] = (on ? text : text.slice(1)).split(/=(.*)/s);
  return { id, on, pattern: pattern ?? null };
}

/** Entries of `PROVIDER_RULES` as they were read. They are the same list for every request of an isolate. */
const READ = new WeakMap<Config["providerRules"], Omit<ProviderRules, "on">>();

/** Settings -> rules. Entries that `providerProblems` refuses must not be in it. */
export function providerRules({
  providerSizes,
  providerRules: entries,
}: Pick<Config, "providerSizes" | "providerRules">): ProviderRules {
  const read = READ.get(entries) ?? readSwitches(entries);
  READ.set(entries, read);
  return { on: providerSizes === "on", ...read };
}

function readSwitches(entries: Config["providerRules"]): Omit<ProviderRules, "on"> {
  const switched = new Map<string, boolean>();
  const hostsOf = new Map<string, string[]>();
  for (const { id, on, pattern } of entries.map(readSwitch)) {
    switched.set(id, on);
    if (pattern !== null) hostsOf.set(id, [...(hostsOf.get(id) ?? []), pattern]);
  }
  return { switched, hostsOf };
}

/** What is wrong with the entries of `PROVIDER_RULES`, one text for each. */
export function providerProblems(entries: readonly string[]): readonly string[] {
  return entries.flatMap((text) => {
    const problem = problemOf(readSwitch(text));
    return problem === null ? [] : [`PROVIDER_RULES: "${text}": ${problem}`];
  });
}

function problemOf({ id, on, pattern }: Switch): string | null {
  const rule = RULES.find((row) => row.id === id);
  if (rule === undefined) return `"${id}" is none of ${RULES.map((row) => row.id).join(", ")}`;
  if (pattern === null)
    return rule.hosts === "listed" && on ? `the hosts are missing, as in ${id}=*.example.org` : null;
  if (rule.hosts !== "listed") return `${id} has hosts of its own`;
  if (!on) return "only a rule that is on has hosts";
  try {
    parseHostPattern(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
