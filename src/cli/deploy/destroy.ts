/** Deletes a deployment again. What it cannot delete at once, it prepares, and says when to come back. */
import type { Resources } from "./configuration.ts";
import { readOrMissing } from "./provision.ts";
import { succeed, type Wrangler } from "./wrangler.ts";

export type DestroyOrder = {
  readonly resources: Resources;
  /** Names of the Workers. One that binds another stands before it. */
  readonly workers: readonly string[];
  readonly domain: string;
  readonly wrangler: Wrangler;
  readonly say: (line: string) => void;
  /** Asks, and gives the answer. */
  readonly ask: (question: string) => Promise<string>;
};

const SURE = "DESTROY";
const NOT_EMPTY = /not empty|\[code: 10008\]/i;
const EVERYTHING = "everything";

/**
 * Gives `done`, `kept` when an answer to one of the two questions was another, or `later` when a bucket still has objects:
 * a rule then empties it within a day. Throws CommandFailed.
 */
export async function destroy(order: DestroyOrder): Promise<"done" | "kept" | "later"> {
  const { resources, workers, domain, wrangler, say, ask } = order;
  const { buckets, namespaces, queues, databases } = resources;
  const all = [...workers, ...queues, ...namespaces, ...databases, ...buckets.map(({ name }) => name)];
  say(`This deletes, with all that is in them: ${all.join(", ")}`);
  if ((await ask(`Every picture at ${domain} will fail. Type the domain to go on: `)) !== domain) return "kept";
  const second = `The stored pictures and the records of purges and takedowns are lost for ever. Type ${SURE}: `;
  if ((await ask(second)) !== SURE) return "kept";

  for (const worker of workers) {
    const there = await readOrMissing(["deployments", "status", "--name", worker, "--json"], wrangler);
    if (there !== null) await run(["delete", worker, "--force"], wrangler);
  }
  for (const name of queues) {
    const there = await readOrMissing(["queues", "info", name], wrangler);
    if (there !== null) await run(["queues", "delete", name], wrangler);
  }
  await deleteNamed(namespaces, ["kv", "namespace", "list"], "title", wrangler, (row) => [
    ...["kv", "namespace", "delete", "--namespace-id", row.id ?? "", "--skip-confirmation"],
  ]);
  await deleteNamed(databases, ["d1", "list", "--json"], "name", wrangler, (row) => [
    ...["d1", "delete", row.name ?? "", "--skip-confirmation"],
  ]);
  const full: string[] = [];
  for (const { name } of buckets) if (!(await deleteBucket(name, order))) full.push(name);
  if (full.length === 0) return "done";
  say(`Not empty yet: ${full.join(", ")}. A rule deletes their objects within a day. Run this again then.`);
  return "later";
}

/** False when it has objects. Then it gets a rule that deletes them. */
async function deleteBucket(name: string, { wrangler }: DestroyOrder): Promise<boolean> {
  if ((await readOrMissing(["r2", "bucket", "info", name, "--json"], wrangler)) === null) return true;
  const args = ["r2", "bucket", "delete", name];
  const ran = await wrangler.write(args);
  if (ran.ok) return true;
  if (!NOT_EMPTY.test(ran.text)) await succeed(Promise.resolve(ran), args);
  const list = ["r2", "bucket", "lifecycle", "list", name];
  const { out } = await succeed(wrangler.read(list), list);
  const rule = ["r2", "bucket", "lifecycle", "add", name, EVERYTHING, "", "--expire-days", "1", "--force"];
  if (!out.includes(EVERYTHING)) await run(rule, wrangler);
  return false;
}

async function deleteNamed(
  names: readonly string[],
  list: readonly string[],
  field: string,
  wrangler: Wrangler,
  command: (row: Readonly<Record<string, string>>) => readonly string[],
): Promise<void> {
  if (names.length === 0) return;
  const { out } = await succeed(wrangler.read(list), list);
  const rows = JSON.parse(out) as readonly Readonly<Record<string, string>>[];
  for (const row of rows) if (names.includes(row[field] ?? "")) await run(command(row), wrangler);
}

async function run(args: readonly string[], wrangler: Wrangler): Promise<void> {
  await succeed(wrangler.write(args), args);
}
