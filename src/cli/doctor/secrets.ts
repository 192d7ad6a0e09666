/** Keys and secrets that a deployment should have: those of the environment. */
import { readConfig } from "../../context/readConfig.ts";
import type { Patient } from "./checks.ts";

const NAMES = [
  "SIGNING_KEYS",
  "SIGNING_SALTS",
  "SIGNATURE_SIZE",
  "WARM_SECRET",
  "PURGE_SECRET",
  "CATALOGUE_SECRET",
] as const;

type Known = Pick<Patient, "pair" | "signatureSize" | "warmSecret" | "purgeSecret" | "catalogueSecret">;

/** Throws Failure `misconfigured` when one cannot be read. */
export function readSecrets(env: Readonly<Record<string, string | undefined>>): Known {
  const set = NAMES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const { signingPairs, signatureSize, warmSecret, purgeSecret, catalogueSecret } = readConfig(Object.fromEntries(set));
  return { pair: signingPairs.at(-1) ?? null, signatureSize, warmSecret, purgeSecret, catalogueSecret };
}
