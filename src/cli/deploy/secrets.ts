/** Secrets that a deployment cannot be without. They are made once, shown once, and kept by the platform alone. */
import { readOrMissing } from "./provision.ts";
import type { Wrangler } from "./wrangler.ts";

/** Each group is made together: a key belongs to its salt. */
const GROUPS = [["SIGNING_KEYS", "SIGNING_SALTS"], ["WARM_SECRET"], ["PURGE_SECRET"], ["CATALOGUE_SECRET"]] as const;
const BYTES = 32;

/** Names of the Worker's secrets; empty when there is no Worker yet. */
export async function secretNames(worker: string, wrangler: Wrangler): Promise<readonly string[]> {
  const list = await readOrMissing(["secret", "list", "--name", worker, "--format", "json"], wrangler);
  if (list === null) return [];
  return (JSON.parse(list.out) as readonly { readonly name: string }[]).map(({ name }) => name);
}

/** Values for the secrets that are missing. `random` gives so many bytes. */
export function missingSecrets(
  present: readonly string[],
  random: (bytes: number) => Uint8Array,
): Readonly<Record<string, string>> {
  const missing = GROUPS.filter((group) => group.some((name) => !present.includes(name)));
  return Object.fromEntries(missing.flat().map((name) => [name, Buffer.from(random(BYTES)).toString("hex")]));
}

/** What is shown to the operator, once. */
export function secretLines(secrets: Readonly<Record<string, string>>): readonly string[] {
  if (Object.keys(secrets).length === 0) return [];
  return [
    "New secrets. Store them now: they are shown this once, and the platform never shows a secret.",
    ...Object.entries(secrets).map(([name, value]) => `  ${name}=${value}`),
  ];
}
