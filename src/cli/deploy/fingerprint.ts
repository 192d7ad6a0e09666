/** Whether a Worker that is deployed is the one of this checkout. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readOrMissing } from "./provision.ts";
import { succeed, type Wrangler } from "./wrangler.ts";

const MESSAGE = "workers/message";

/**
 * The message of a version that is made of these sources and this configuration: `firstlight 0123456789abcdef`. It changes
 * with every file of `src/`, with the lock file (so with wrangler) and with the configuration's text.
 */
export function messageOf(top: string, configuration: string): string {
  const hash = createHash("sha256").update(configuration);
  const files = readdirSync(join(top, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  for (const file of [...files, join(top, "package-lock.json")]) {
    hash.update(`\n${file.slice(top.length)}\n`).update(readFileSync(file));
  }
  return `firstlight ${hash.digest("hex").slice(0, 16)}`;
}

/** The message of the version that has all traffic now; null when there is none. */
export async function deployedMessage(worker: string, wrangler: Wrangler): Promise<string | null> {
  const status = await readOrMissing(["deployments", "status", "--name", worker, "--json"], wrangler);
  if (status === null) return null;
  const { versions } = JSON.parse(status.out) as { readonly versions: readonly { readonly version_id: string }[] };
  const [only, another] = versions;
  if (only === undefined || another !== undefined) return null;
  const view = ["versions", "view", only.version_id, "--name", worker, "--json"];
  const { out } = await succeed(wrangler.read(view), view);
  const { annotations } = JSON.parse(out) as { readonly annotations?: Readonly<Record<string, string>> };
  return annotations?.[MESSAGE] ?? null;
}
