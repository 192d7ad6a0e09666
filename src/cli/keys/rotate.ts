/** Rotation of the signing keys: a new pair beside the old ones, and later the old ones away. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { succeed, type Wrangler } from "../deploy/wrangler.ts";

/** The values of SIGNING_KEYS and SIGNING_SALTS: hex, separated by commas, oldest first. */
export type KeyLists = { readonly keys: readonly string[]; readonly salts: readonly string[] };

const BYTES = 32;
const HEX = /^([0-9a-f]{2})+$/i;

/** Reads both variables. Throws Error that says what is wrong, without the values. */
export function readKeyLists(env: Readonly<Record<string, string | undefined>>): KeyLists {
  const [keys, salts] = [split(env.SIGNING_KEYS), split(env.SIGNING_SALTS)];
  if (keys.length === 0 || salts.length === 0) {
    throw new Error("Set SIGNING_KEYS and SIGNING_SALTS to the present values: the platform never shows them");
  }
  if (keys.length !== salts.length) {
    throw new Error(`SIGNING_KEYS and SIGNING_SALTS come in pairs, not ${keys.length} and ${salts.length}`);
  }
  if (![...keys, ...salts].every((text) => HEX.test(text)))
    throw new Error("SIGNING_KEYS and SIGNING_SALTS must be hex");
  return { keys, salts };
}

/** With a new pair at the end: the newest signs, all are accepted. `random` gives so many bytes. */
export function withNewPair({ keys, salts }: KeyLists, random: (bytes: number) => Uint8Array): KeyLists {
  const hex = () => Buffer.from(random(BYTES)).toString("hex");
  return { keys: [...keys, hex()], salts: [...salts, hex()] };
}

/** Only the newest pair. Throws Error when there is no other: then nothing is to retire. */
export function withoutOldPairs({ keys, salts }: KeyLists): KeyLists {
  if (keys.length < 2) throw new Error("There is one pair only: add a new one first (npm run keys -- add)");
  return { keys: keys.slice(-1), salts: salts.slice(-1) };
}

/**
 * Sets both secrets in one version of the Worker. One after the other would leave a moment in which they do not match, and
 * the Worker serves nothing then. Throws CommandFailed.
 */
export async function setKeys({ keys, salts }: KeyLists, worker: string, wrangler: Wrangler): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-keys-"));
  try {
    const file = join(folder, "secrets.json");
    const values = { SIGNING_KEYS: keys.join(","), SIGNING_SALTS: salts.join(",") };
    writeFileSync(file, JSON.stringify(values), { mode: 0o600 });
    const args = ["secret", "bulk", file, "--name", worker];
    await succeed(wrangler.write(args), args);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function split(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
