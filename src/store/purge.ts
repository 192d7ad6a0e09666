/**
 * Deletes what is stored of a source, a host, everything under an address prefix, one picture, or one maker: from every
 * store that the table of tiers names, in steps that can be resumed with their cursor and repeated without harm.
 *
 *   purgeStep(target, { stores: purgeStores(bindings), cursor }) -> { deleted, cursor, done }
 *
 * Deleting is the slow half of a purge. The fast half is in the live settings (a host's epoch, a retired maker), which
 * the caller sets first: it makes every edge and KV copy a miss, also those that a listing of KV does not show yet.
 * Setting it again when this is done makes copies a miss that were being made meanwhile.
 *
 * What came from the target through a redirect lies under the address that was asked for. The index of redirects
 * (redirects.ts) leads there: what lies under the asked address goes too, whichever target it came from.
 *
 * Every prefix is gone through twice: the second round finds what was stored during the first.
 */
import { hostHash, KEY_PREFIXES, type KeyKind, renditionKey, sourceKeys, textMark } from "./schema/key.ts";
import { textBytes } from "./schema/meta.ts";
import type { MetaRecord, PurgeStore } from "./tiers/tier.ts";

export type PurgeTarget =
  | { readonly kind: "source"; readonly source: string }
  /** As in `URL.host`: `example.org`, or with a port that is not the scheme's default. */
  | { readonly kind: "host"; readonly host: string }
  /** An address up to any point behind its host, such as `https://example.org/photos/`. */
  | { readonly kind: "prefix"; readonly prefix: string }
  /** One picture: its source and canonical options. */
  | { readonly kind: "picture"; readonly source: string; readonly options: string }
  /** Every rendition that one version of engine and encoder made (StoredMeta.maker). */
  | { readonly kind: "maker"; readonly maker: string };

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
  /** Most entries of a page; null = what each service does best. */
  readonly page: number | null;
};

/** The last page of a step may take some 300 more. */
export const STEP_OPERATIONS = 600;
const LIMITS: PurgeLimits = { operations: STEP_OPERATIONS, page: null };
const ROUNDS = 2;

/** A cursor that is not ours. */
export class BadCursor extends Error {}

/** Where a purge is: which round, which listing of `listingsOf`, and the service's own cursor in it. */
type Position = { readonly round: number; readonly listing: number; readonly inner: string | null };

type Matches = ((meta: MetaRecord | undefined) => boolean) | null;
type Listing = { readonly store: PurgeStore; readonly prefix: string; readonly matches: Matches };

/**
 * One step. Throws TypeError on an address that is none, BadCursor on a cursor that is not ours, and what the services
 * throw: then nothing is lost and the same cursor may be used again.
 */
export async function purgeStep(
  target: PurgeTarget,
  { stores, cursor }: { readonly stores: readonly PurgeStore[]; readonly cursor: string | null },
  limits: Partial<PurgeLimits> = {},
): Promise<PurgeStep> {
  const { operations, page: limit } = { ...LIMITS, ...limits };
  const listings = await listingsOf(target, stores);
  const mark = await markOf(target, listings);
  let at = decodeCursor(cursor, listings.length, mark);
  let deleted = 0;
  for (let left = operations; left > 0; ) {
    const listing = listings[at.listing];
    if (listing === undefined) return { deleted, cursor: null, done: true };
    const { store, prefix, matches } = listing;
    const page = await store.purgePage({ prefix, matches, cursor: at.inner, limit });
    deleted += page.deleted;
    left -= page.operations;
    at = next(at, page.cursor, listings.length);
  }
  return at.listing < listings.length
    ? { deleted, cursor: encodeCursor(at, mark), done: false }
    : { deleted, cursor: null, done: true };
}

function next(at: Position, inner: string | null, listings: number): Position {
  if (inner !== null) return { ...at, inner };
  const listing = at.listing + 1;
  if (listing < listings || at.round + 1 >= ROUNDS) return { ...at, listing, inner: null };
  return { round: at.round + 1, listing: 0, inner: null };
}

/** Every listing that the target needs, in the order of the stores. */
async function listingsOf(target: PurgeTarget, stores: readonly PurgeStore[]): Promise<readonly Listing[]> {
  const { kinds, path, matches } = await scopeOf(target);
  return stores.flatMap((store) =>
    kinds
      .filter((kind) => store.kinds.includes(kind))
      .flatMap((kind) => KEY_PREFIXES.map((version) => ({ store, prefix: `${version}${kind}/${path}`, matches }))),
  );
}

type PurgeScope = { readonly kinds: readonly KeyKind[]; readonly path: string; readonly matches: Matches };

const ALL_KINDS: readonly KeyKind[] = ["t", "a", "o", "m", "r", "f", "n", "i"];

/**
 * Below which prefix of each kind the target's things lie. A rendition's whole key is a prefix of itself only, since all
 * keys of a kind are equally long; so is a source's.
 */
async function scopeOf(target: PurgeTarget): Promise<PurgeScope> {
  switch (target.kind) {
    case "picture": {
      const key = await renditionKey({ renditions: "" }, target.options);
      return { kinds: ["t", "a"], path: `${await sourcePath(target.source)}/${key}`, matches: null };
    }
    case "source":
      return { kinds: ALL_KINDS, path: await sourcePath(target.source), matches: null };
    case "host":
      return { kinds: ALL_KINDS, path: `${await hostHash(target.host)}/`, matches: null };
    case "prefix": {
      const host16 = await hostHash(new URL(target.prefix).host);
      // Source metadata, facts and negatives carry no address. Under a prefix the whole host's are deleted: the epoch has made
      // them worthless anyway.
      const matches = (meta: MetaRecord | undefined) =>
        meta?.source === undefined || isUnder(meta.source, target.prefix);
      return { kinds: ALL_KINDS, path: `${host16}/`, matches };
    }
    case "maker":
      return { kinds: ["t", "a", "m"], path: "", matches: (meta) => meta?.maker === target.maker };
  }
}

async function sourcePath(source: string): Promise<string> {
  const { host16, source32 } = await sourceKeys(source);
  return `${host16}/${source32}`;
}

/**
 * A source that takes at least so many bytes of a record may have been cut to fit its place (meta.ts): KV has no more
 * room for it beside a redirect's target of any length and as many addresses on the way as there can be.
 */
const MAYBE_CUT_BYTES = 90;

/**
 * Whether a source as it is stored lies under a prefix, over http and https alike. One that may have been cut, and is not
 * long enough to tell, is deleted too: one picture made anew is better than one that stays.
 */
export function isUnder(stored: string, prefix: string): boolean {
  const [source, under] = [stored.replace(/^https?:/, ""), prefix.replace(/^https?:/, "")];
  return source.startsWith(under) || (textBytes(stored) >= MAYBE_CUT_BYTES && under.startsWith(source));
}

/**
 * Names the target and what is gone through for it. A cursor counts listings, so with another target, or after a bucket
 * was added or taken away, it would skip some of them and yet come to an end.
 */
function markOf(target: PurgeTarget, listings: readonly Listing[]): Promise<string> {
  return textMark(JSON.stringify([target, ...listings.map(({ store, prefix }) => `${store.label} ${prefix}`)]));
}

function encodeCursor({ round, listing, inner }: Position, mark: string): string {
  return btoa(JSON.stringify([round, listing, inner, mark]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

function decodeCursor(cursor: string | null, listings: number, mark: string): Position {
  if (cursor === null) return { round: 0, listing: 0, inner: null };
  try {
    const value: unknown = JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/")));
    const [round, listing, inner, marked] = Array.isArray(value) ? (value as unknown[]) : [];
    const isPlace = isIndex(round, ROUNDS) && isIndex(listing, listings);
    if (isPlace && (inner === null || typeof inner === "string") && marked === mark) return { round, listing, inner };
  } catch {
    // Falls through to the one message.
  }
  throw new BadCursor("Cursor is not one of this purge: it belongs to another target, or the stores have changed");
}

function isIndex(value: unknown, below: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < below;
}
