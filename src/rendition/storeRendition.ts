/** What is stored of a picture that was just made. All of it comes after the answer: none of it delays or fails one. */
import type { App } from "../context/app.ts";
import { AUDIENCES, type Caller } from "../context/caller.ts";
import type { Job } from "../context/job.ts";
import { factsOf } from "../image/facts.ts";
import type { Header } from "../image/header.ts";
import type { Look } from "../image/rendition.ts";
import { addressesBehind, epochOf } from "../policy/storedAccess.ts";
import { fill, MADE } from "../store/fill.ts";
import { putOriginal } from "../store/original.ts";
import { putRedirect } from "../store/redirects.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { redirectKey } from "../store/schema/key.ts";
import { originalSize } from "../store/sourceFacts.ts";
import {
  generationOf,
  hasHash,
  ORIGINAL,
  readSourceMeta,
  type SourceMeta,
  type VariantMeta,
  withVariant,
  writeSourceMeta,
} from "../store/sourceMeta.ts";
import type { OpenTier, Provenance, Stored } from "../store/tiers/tier.ts";
import { originalsBucket } from "./handover.ts";
import { mayStore } from "./mayStore.ts";
import type { Miss } from "./miss.ts";
import { orderMaster } from "./orderMaster.ts";
import type { Fetched, FetchedBytes } from "./variant/fetchVariant.ts";

/**
 * Stores the rendition, reports it to those who wait as soon as they can read it, and orders a master where the source
 * deserves one. Resolves when the store that others read from has it or has not taken it. Never rejects.
 */
export function storeAfterAnswer(miss: Miss, stored: Stored, app: App, caller: Caller, job: Job): Promise<void> {
  const { regionFirst } = AUDIENCES[caller.audience];
  const { promise: left, resolve: onLeaving } = Promise.withResolvers<void>();
  const { handover, everywhere } = storeRendition(miss.store, stored, app, regionFirst, onLeaving);
  const brought = handover.then(job.onStored);
  // To a push the region is an ocean away. Who waits there is told when the picture leaves, and finds it a moment later.
  job.waitUntil(miss.lease.reportStored(brought, regionFirst ? left : brought));
  job.waitUntil(everywhere.then(() => orderMaster(miss, stored, app, caller)));
  return handover.catch(() => undefined);
}

/**
 * Writes down, under each address that bytes came from or through, that something of the asked address did, so that a
 * purge of that address finds it. Once per isolate and pair, and again after a purge. Rejects when the bucket fails.
 */
async function noteRedirect({ keys }: RenditionStore, { final }: Pick<Provenance, "final">, app: App): Promise<void> {
  const behind = addressesBehind(final, keys);
  if (behind.length === 0) return;
  const { redirects } = app.state;
  const config = await app.latestConfig();
  await Promise.all(
    behind.map(async (address) => {
      const pair = `${epochOf(address, config)}/${redirectKey(address, keys)}`;
      if (!redirects.first(pair, app.now())) return;
      try {
        await putRedirect(app.bindings.R2_PRIMARY, address, keys);
      } catch (error) {
        redirects.forget(pair);
        throw error;
      }
    }),
  );
}

export type Storing = {
  /** Settles when the tier that others read it from has it. Rejects when that tier has not got it. */
  readonly handover: Promise<void>;
  /** Resolves when every tier has been tried. Never rejects. */
  readonly everywhere: Promise<void>;
};

/**
 * Writes it to every tier that takes new ones. `regionFirst`: to the tier that others read it from, and to the others
 * after that, so that none of them takes a connection from it.
 */
export function storeRendition(
  store: RenditionStore,
  stored: Stored,
  app: App,
  regionFirst = false,
  onLeaving: () => void = () => undefined,
): Storing {
  const { key, tiers, handover: near } = store;
  const { now, state } = app;
  const permission = mayStore(store, app, stored.meta);
  const order = { key, stored, from: MADE, stale: [], writes: state.writes, now, mayStore: permission };
  const fillTiers = (some: readonly OpenTier[]) => fill({ ...order, tiers: some });
  const isNear = ({ tier }: OpenTier) => tier.name === near?.name;
  const handover = fill({ ...order, tiers: tiers.filter(isNear), onLeaving }).then(([filled]) => {
    if (filled?.outcome === "stored" || filled?.outcome === "present") return;
    throw new Error(`${near?.name} has not stored it: ${filled?.outcome}`);
  });
  const note = async () => {
    if (await permission()) await noteRedirect(store, stored.meta, app);
  };
  const inTurn = regionFirst ? handover.catch(() => undefined) : Promise.resolve();
  const rest = inTurn.then(() => Promise.allSettled([note(), fillTiers(tiers.filter((open) => !isNear(open)))]));
  return { handover, everywhere: Promise.allSettled([handover, rest]).then(() => undefined) };
}

/**
 * Keeps the source's bytes for the other sizes of a page, and reports whether they were kept. `made` is the rendition that
 * they gave: what gave none may be anything, and is not kept. Never rejects.
 */
export async function storeOriginal(
  source: Fetched,
  made: Pick<Stored, "meta">,
  { store, lease }: Miss,
  app: App,
  caller: Caller,
): Promise<void> {
  const until = await keep(source, made, store, app, caller).catch(() => null);
  await lease.report(until === null ? { kind: "unkept" } : { kind: "kept", until });
}

/** Gives until when (unix ms) they may be used; null when they are not kept. */
async function keep(
  source: Fetched,
  { meta }: Pick<Stored, "meta">,
  store: RenditionStore,
  app: App,
  caller: Caller,
): Promise<number | null> {
  // A 304 brings nothing new. Half a picture is not kept, nor one that was cut to a square.
  if (source.kind === "same" || source.truncated || meta.cut || source.fitted?.crops) return null;
  if (!(await mayStore(store, app, source)())) return null;
  return putOriginal(originalsBucket(app, caller), store.keys.original, source);
}

/**
 * Stores what the fetch and the render taught us of the source, when it is new: KV takes one write a second for a key.
 * `look`: of a rendition that shows all of it.
 */
export async function storeSourceMeta(
  source: FetchedBytes,
  header: Header,
  store: RenditionStore,
  app: App,
  look: Look | null = null,
): Promise<void> {
  const { THUMBS } = app.bindings;
  // A render from the kept original is seldom the first, so what this request has read is enough to see that.
  if (source.validators === null && !isNewLook(look, await store.sourceMeta())) return;
  const known = await readSourceMeta(THUMBS, store.keys.sourceMeta, store.epoch).catch(() => null);
  const learnt = await afterFetch(known, source, header);
  // Whichever file of the source it is, it shows the same picture.
  const isMissing = isNewLook(look, known) && known?.generation === source.generation;
  const present = learnt ?? (isMissing ? known : null);
  if (present === null || !(await mayStore(store, app, source)())) return;
  const { colour = look?.colour, thumbhash = look?.thumbhash } = present;
  const shown = { ...(colour === undefined ? {} : { colour }), ...(thumbhash === undefined ? {} : { thumbhash }) };
  await writeSourceMeta(THUMBS, store.keys.sourceMeta, { ...present, ...shown });
}

/** Whether a look has something that the metadata have a field for, and not yet a value. */
function isNewLook(look: Look | null, known: Pick<SourceMeta, "colour" | "thumbhash"> | null): boolean {
  return (["colour", "thumbhash"] as const).some(
    (field) => look?.[field] !== undefined && known?.[field] === undefined,
  );
}

/** What is known after the fetch; null when it taught nothing new, or the bytes came from our own store. */
async function afterFetch(
  known: SourceMeta | null,
  source: FetchedBytes,
  { width, height, orientation, format }: Header,
): Promise<SourceMeta | null> {
  const { sourceHash: hash, variant, bytes, storedAt: at, validators, fitted, described } = source;
  if (validators === null) return null;
  const fetched: VariantMeta = {
    ...{ hash, at, width, height, orientation, format, bytes: bytes.length },
    ...validators,
    ...(fitted?.crops ? ({ crops: true } as const) : {}),
  };
  const recorded = known?.variants[variant];
  const isSame = known !== null && recorded !== undefined && hasHash(known, variant, hash);
  const begins = generationOf(known, variant, hash) !== known?.generation;
  const size = fitted?.isWhole && (begins || originalSize(known) === null) ? fitted.original : null;
  const hasNews = size !== null || (described !== undefined && described.at !== known?.described?.at);
  const isKnown =
    recorded?.hash === hash && recorded.etag === fetched.etag && recorded.lastModified === fetched.lastModified;
  if (isKnown && !hasNews) return null;
  // The same bytes keep the time at which they were first seen.
  const entry = isSame ? { ...fetched, at: recorded.at } : fetched;
  const learnt = { ...(size === null ? {} : { size }), ...(described === undefined ? {} : { described }) };
  const meta = withVariant(known, variant, entry, learnt);
  return variant === ORIGINAL ? withInfo(meta, source, validators) : meta;
}

/** The same with what the original's own file says of itself. */
async function withInfo(
  meta: SourceMeta,
  { bytes, final, storedAt, freshUntil }: FetchedBytes,
  validators: NonNullable<FetchedBytes["validators"]>,
): Promise<SourceMeta> {
  const facts = await factsOf(bytes, bytes.length).catch(() => null);
  return facts === null ? meta : { ...meta, info: { facts, final, storedAt, freshUntil, ...validators } };
}
