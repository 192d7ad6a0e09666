/**
 * Deletes what is stored of a source, a host, everything under an address prefix, or one picture: from every bucket and
 * from KV, in steps that can be resumed with their cursor and repeated without harm.
 *
 *   purgeStep(target, { buckets: allBuckets(env), kv: env.THUMBS, cursor }) -> { deleted, cursor, done }
 *
 * Deleting is the slow half of a purge. The fast half is the host's epoch in the live settings, which the caller sets
 * first: it makes every edge and KV copy a miss (edge.ts, kv.ts, facts.ts, negatives.ts), also those that a listing of
 * KV does not show yet, and set again when this is done it ends copies that were being made meanwhile.
 *
 * Every prefix is gone through twice: the second round finds what was stored behind the first one's back.
 */
import { hostHash, renditionKey, type SourceKeys, sourceKeys } from "./key.ts";

export type PurgeTarget =
  | { readonly kind: "source"; readonly source: string }
  /** As in `URL.host`: `example.org`, or with a port that is not the scheme's default. */
  | { readonly kind: "host"; readonly host: string }
  /** An address up to any point behind its host, e.g. `https://example.org/photos/`. */
  | { readonly kind: "prefix"; readonly prefix: string }
  /** One picture: its source and canonical options. */
  | { readonly kind: "picture"; readonly source: string; readonly options: string };

export type PurgeStores = {
  readonly buckets: readonly { readonly bucket: R2Bucket }[];
  readonly kv: KVNamespace;
};

export type PurgeStep = {
  /** Objects and KV entries deleted in this step. */
  readonly deleted: number;
  /** What to go on with; null when done. */
  readonly cursor: string | null;
  readonly done: boolean;
};

export type PurgeLimits = {
  /** Listings and deletions in one step: a Worker's invocation has 1 000 at least. */
  readonly operations: number;
  /** R2 deletes up to 1 000 keys in one operation; a page with metadata may be shorter by itself. */
  readonly r2Page: number;
  /** KV deletes one key in one operation. */
  readonly kvPage: number;
};

const LIMITS: PurgeLimits = { operations: 600, r2Page: 1_000, kvPage: 200 };
const KV_AT_ONCE = 20;
const ROUNDS = 2;

/** A cursor that is not ours. */
export class BadCursor extends Error {}

/** Where a purge is: which round, which scope of `scopesOf`, and the service's own cursor in it. */
type Position = { readonly round: number; readonly scope: number; readonly inner: string | null };

type Scope = {
  readonly prefix: string;
  readonly matches: ((source: string) => boolean) | null;
  /** Index of a bucket; null = KV. */
  readonly bucket: number | null;
};

/**
 * One step. Throws TypeError on an address that is none, BadCursor on a cursor that is not ours, and what the services
 * throw: then nothing is lost and the same cursor may be used again.
 */
export async function purgeStep(
  target: PurgeTarget,
  stores: PurgeStores & { readonly cursor: string | null },
  limits: Partial<PurgeLimits> = {},
): Promise<PurgeStep> {
  const { operations, r2Page, kvPage } = { ...LIMITS, ...limits };
  const scopes = await scopesOf(target, stores.buckets.length);
  let at = decodeCursor(stores.cursor, scopes.length);
  let deleted = 0;
  for (let left = operations; left > 0; ) {
    const scope = scopes[at.scope];
    if (scope === undefined) return { deleted, cursor: null, done: true };
    const page =
      scope.bucket === null ? await purgeKv(scope, at, stores, kvPage) : await purgeBucket(scope, at, stores, r2Page);
    deleted += page.deleted;
    left -= page.operations;
    at = next(at, page.inner, scopes.length);
  }
  return at.scope < scopes.length
    ? { deleted, cursor: encodeCursor(at), done: false }
    : { deleted, cursor: null, done: true };
}

function next(at: Position, inner: string | null, scopes: number): Position {
  if (inner !== null) return { ...at, inner };
  const scope = at.scope + 1;
  if (scope < scopes || at.round + 1 >= ROUNDS) return { ...at, scope, inner: null };
  return { round: at.round + 1, scope: 0, inner: null };
}

type Page = { readonly deleted: number; readonly operations: number; readonly inner: string | null };

async function purgeBucket(scope: Scope, at: Position, stores: PurgeStores, limit: number): Promise<Page> {
  const bucket = stores.buckets[scope.bucket ?? 0]?.bucket;
  if (bucket === undefined) return { deleted: 0, operations: 1, inner: null };
  const { matches, prefix } = scope;
  const page = await bucket.list({
    prefix,
    limit,
    ...(at.inner === null ? {} : { cursor: at.inner }),
    ...(matches === null ? {} : { include: ["customMetadata"] }),
  });
  const keys = page.objects
    .filter(({ customMetadata }) => matches === null || matches(customMetadata?.source ?? ""))
    .map(({ key }) => key);
  if (keys.length > 0) await bucket.delete(keys);
  return { deleted: keys.length, operations: keys.length > 0 ? 2 : 1, inner: page.truncated ? page.cursor : null };
}

async function purgeKv({ matches, prefix }: Scope, at: Position, { kv }: PurgeStores, limit: number): Promise<Page> {
  const page = await kv.list<{ source?: string }>({ prefix, limit, cursor: at.inner });
  const keys = page.keys
    // Facts and negatives carry no source. Under a prefix the whole host's go: the epoch has made them worthless anyhow.
    .filter(({ metadata }) => matches === null || metadata?.source === undefined || matches(metadata.source))
    .map(({ name }) => name);
  for (let i = 0; i < keys.length; i += KV_AT_ONCE) {
    await Promise.all(keys.slice(i, i + KV_AT_ONCE).map((key) => kv.delete(key)));
  }
  return { deleted: keys.length, operations: 1 + keys.length, inner: page.list_complete ? null : page.cursor };
}

const R2_KINDS = ["t", "o", "m"] as const;
const KV_KINDS = ["t", "f", "n"] as const;

/** Every listing the target needs, buckets before KV: a copy into KV comes from a bucket. */
async function scopesOf(target: PurgeTarget, buckets: number): Promise<Scope[]> {
  const { r2, kv, matches } = await prefixesOf(target);
  const inBuckets = Array.from({ length: buckets }, (_, bucket) => r2.map((prefix) => ({ prefix, matches, bucket })));
  return [...inBuckets.flat(), ...kv.map((prefix) => ({ prefix, matches, bucket: null }))];
}

async function prefixesOf(target: PurgeTarget) {
  switch (target.kind) {
    case "picture": {
      // A full key is a prefix of itself only: all keys of a kind are equally long.
      const key = await renditionKey(await sourceKeys(target.source), target.options);
      return { r2: [key], kv: [key], matches: null };
    }
    case "source":
      return { ...prefixes(await sourceKeys(target.source)), matches: null };
    case "host":
      return { ...hostPrefixes(await hostHash(target.host)), matches: null };
    case "prefix": {
      const host16 = await hostHash(new URL(target.prefix).host);
      return { ...hostPrefixes(host16), matches: (source: string) => isUnder(source, target.prefix) };
    }
  }
}

/** A source that is stored as this much at least may have been cut to fit its place (meta.ts, originals.ts). */
const MAYBE_CUT_CHARS = 700;

/**
 * Whether a source as it is stored lies under a prefix, over http and https alike. One that may have been cut, and is not
 * long enough to tell, goes too: better one picture made anew than one that stays.
 */
export function isUnder(stored: string, prefix: string): boolean {
  const [source, under] = [stored.replace(/^https?:/, ""), prefix.replace(/^https?:/, "")];
  return source.startsWith(under) || (stored.length >= MAYBE_CUT_CHARS && under.startsWith(source));
}

function prefixes(keys: SourceKeys) {
  const { renditions, original, master, facts, negative } = keys;
  return { r2: [renditions, original, master], kv: [renditions, facts, negative] };
}

function hostPrefixes(host16: string) {
  return { r2: R2_KINDS.map((kind) => `${kind}/${host16}/`), kv: KV_KINDS.map((kind) => `${kind}/${host16}/`) };
}

function encodeCursor({ round, scope, inner }: Position): string {
  return btoa(JSON.stringify([round, scope, inner]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function decodeCursor(cursor: string | null, scopes: number): Position {
  if (cursor === null) return { round: 0, scope: 0, inner: null };
  try {
    const value: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    const [round, scope, inner] = Array.isArray(value) ? (value as unknown[]) : [];
    if (isIndex(round, ROUNDS) && isIndex(scope, scopes) && (inner === null || typeof inner === "string")) {
      return { round, scope, inner };
    }
  } catch {
    // Falls through to the one message.
  }
  throw new BadCursor("Cursor is not one of this purge");
}

function isIndex(value: unknown, below: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < below;
}
