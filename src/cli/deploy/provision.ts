/** Makes what a deployment needs and does not have yet: buckets in their places, lifecycle rules, KV, databases, queues. */
import { KEY_PREFIXES } from "../../store/schema/key.ts";
import type { BucketWish, Ids, Resources } from "./configuration.ts";
import type { Deployment } from "./deployment.ts";
import { CommandFailed, type Ran, succeed, type Wrangler } from "./wrangler.ts";

/** Commands that only read, at once. */
const AT_ONCE = 4;
/** Kept originals live a day (docs/operator/operations.md). */
const ORIGINALS = `${KEY_PREFIXES[0]}o/`;

/** Codes of the platform's API for a thing that is not there, and wrangler's own words for it. */
const MISSING = /\[code: (10006|10007|10090)\]|does not exist|Worker ".*" not found/;

/** A bucket that is in another place than its region. */
export class WrongPlace extends Error {}

/**
 * Reads what there is, then makes what is missing, one after another: what a failure leaves undone, the next run does.
 * Gives the ids. Throws CommandFailed, and WrongPlace before anything is made.
 */
export async function provision(resources: Resources, deployment: Deployment, wrangler: Wrangler): Promise<Ids> {
  const { buckets, queues } = resources;
  const found = await inTurns(buckets, ({ name }) => readBucket(name, wrangler));
  const problems = buckets.flatMap((wish, at) => {
    const place = found[at]?.location ?? null;
    return place === null || isAccepted(wish, place, deployment) ? [] : [placeProblem(wish, place)];
  });
  if (problems.length > 0) throw new WrongPlace(problems.join("\n"));
  for (const [at, { name, location }] of buckets.entries()) {
    if (found[at] === null) await write(["r2", "bucket", "create", name, "--location", location, NO_UPDATE], wrangler);
    if (found[at]?.hasRule !== true) await write(["r2", "bucket", "lifecycle", "add", name, ...RULE], wrangler);
  }
  const namespaces = await idsOf(resources.namespaces, NAMESPACES, wrangler);
  const databases = await idsOf(resources.databases, DATABASES, wrangler);
  const there = await inTurns(queues, (name) => readOrMissing(["queues", "info", name], wrangler));
  for (const [at, name] of queues.entries()) {
    if (there[at] === null) await write(["queues", "create", name], wrangler);
  }
  return { namespaces, databases };
}

const NO_UPDATE = "--update-config=false";
const RULE = ["originals", ORIGINALS, "--expire-days", "1", "--force"] as const;

export type FoundBucket = { readonly location: string; readonly hasRule: boolean };

export async function readBucket(name: string, wrangler: Wrangler): Promise<FoundBucket | null> {
  const info = await readOrMissing(["r2", "bucket", "info", name, "--json"], wrangler);
  if (info === null) return null;
  const { location = "" } = JSON.parse(info.out) as { readonly location?: string };
  const list = ["r2", "bucket", "lifecycle", "list", name];
  const rules = await succeed(wrangler.read(list), list);
  return { location: location.toLowerCase(), hasRule: rules.out.includes(ORIGINALS) };
}

/** Whether a bucket may be in this place. */
export function isAccepted(
  { name, location, isFixed }: BucketWish,
  place: string,
  { acceptedPlaces }: Deployment,
): boolean {
  return !isFixed || place === location || acceptedPlaces.includes(name);
}

function placeProblem({ name, location }: BucketWish, place: string): string {
  return [
    `Bucket ${name} is in ${place}, and its region is ${location}. A bucket's name keeps its first place for ever.`,
    `  Either give the bucket another name in deployment.json: "buckets": {"R2_${location.toUpperCase()}": "NAME"}`,
    `  or leave it there: "acceptedPlaces": ["${name}"]`,
  ].join("\n");
}

/** Kinds of resources that have an id: how they are listed and made, and which fields of the list have name and id. */
const NAMESPACES = {
  list: ["kv", "namespace", "list"],
  create: (name: string) => ["kv", "namespace", "create", name, NO_UPDATE],
  name: "title",
  id: "id",
} as const;
const DATABASES = {
  list: ["d1", "list", "--json"],
  create: (name: string) => ["d1", "create", name, NO_UPDATE],
  name: "name",
  id: "uuid",
} as const;

/** Ids by name. After a creation the list is read again: it is the one form that has the id for machines. */
async function idsOf(
  names: readonly string[],
  kind: typeof NAMESPACES | typeof DATABASES,
  wrangler: Wrangler,
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map();
  const read = async () => {
    const { out } = await succeed(wrangler.read(kind.list), kind.list);
    const rows = JSON.parse(out) as readonly Readonly<Record<string, string>>[];
    return new Map(rows.map((row) => [row[kind.name] ?? "", row[kind.id] ?? ""]));
  };
  const before = await read();
  const missing = names.filter((name) => !before.has(name));
  for (const name of missing) await write(kind.create(name), wrangler);
  return missing.length === 0 ? before : read();
}

async function write(args: readonly string[], wrangler: Wrangler): Promise<void> {
  await succeed(wrangler.write(args), args);
}

/** The answer, or null when the thing is not there. Throws CommandFailed for every other failure. */
export async function readOrMissing(args: readonly string[], wrangler: Wrangler): Promise<Ran | null> {
  const ran = await wrangler.read(args);
  if (ran.ok) return ran;
  if (MISSING.test(ran.text)) return null;
  throw new CommandFailed(args, ran);
}

/** Calls `read` for each item, a few at once. Gives the answers in the order of the items. */
async function inTurns<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) answers[next[0]] = await read(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return answers;
}
