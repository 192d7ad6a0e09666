/** What nobody has in store: its source, the engine, and what is kept of both. Steps 4 and 5 of the data path. */
import { type Facts, readFacts, writeFacts } from "./cache/facts.ts";
import { freshUntil } from "./cache/freshness.ts";
import { sourceVersion, variantEtag } from "./cache/key.ts";
import { recall, remember } from "./cache/negatives.ts";
import { fill } from "./cache/store.ts";
import type { Stored } from "./cache/tier.ts";
import { asFailure } from "./errors.ts";
import { readHeader } from "./image/header.ts";
import { renderImage } from "./image/pipeline.ts";
import type { Header } from "./image/rendition.ts";
import { type Fetched, fetchSource } from "./origin/fetch.ts";
import { kvHostStore } from "./origin/hostStore.ts";
import type { ImageRequest, OutputFormat } from "./request/imageRequest.ts";
import type { Scope } from "./scope.ts";
import { mayStore, type Shelf } from "./shelf.ts";
import { addStage } from "./telemetry.ts";

export type MakeOrder = {
  readonly wanted: ImageRequest;
  readonly shelf: Shelf;
  readonly scope: Scope;
  /** An outdated copy in hand: what a source's 304 renews. */
  readonly held: Stored | null;
};

type Bytes = Extract<Fetched, { notModified: false }>;

/** How long a picture of a source that stopped early stays fresh: soon its source may send all of it. */
const TRUNCATED_FRESH_MS = 60_000;

/** Makes the picture and hands it back; storing goes on afterwards. Throws Failure, which is remembered for its time. */
export async function make(order: MakeOrder): Promise<Stored> {
  const { shelf, scope } = order;
  const known = await recall(shelf.keys.negative, shelf.negatives);
  if (known !== null) throw known;
  try {
    const fetched = await source(order);
    if (fetched.notModified) return renew(order, fetched);
    return await picture(order, fetched);
  } catch (error) {
    const failure = asFailure(error);
    scope.later(remember(shelf.keys.negative, failure, shelf.negatives));
    throw failure;
  }
}

/** The source's bytes, or its word that the copy in hand still holds. */
async function source({ wanted, shelf, scope, held }: MakeOrder): Promise<Fetched> {
  const { config, env, now, trace, isolate, ownHost, later } = scope;
  const facts = held === null ? null : await readFacts(env.THUMBS, shelf.keys.facts, shelf.epoch).catch(() => null);
  const conditional = facts !== null && facts.v === held?.meta.v ? facts : undefined;
  const started = now();
  try {
    const fetched = await fetchSource(
      wanted.source,
      { authority: wanted.authority, ownHost, ...(conditional === undefined ? {} : { conditional }) },
      {
        config: { ...config, contactUrl: config.contactUrl || scope.origin },
        fetch,
        now,
        httpsMemory: isolate.https,
        hostGuard: isolate.hosts,
        hostStore: kvHostStore(env.THUMBS),
        later,
      },
    );
    trace.sourceStatus = fetched.status;
    trace.bytesIn += fetched.bytesIn;
    return fetched;
  } finally {
    addStage(trace, "origin", now() - started);
  }
}

/** A 304: the bytes in hand are the newest there are, and fresh again. */
function renew(order: MakeOrder, fetched: Fetched): Stored {
  const { held, scope } = order;
  if (held === null) throw new Error("304 without a conditional request");
  const now = scope.now();
  const meta = { ...held.meta, storedAt: now, freshUntil: freshUntil(fetched.headers, now, scope.config) };
  const stored = { bytes: held.bytes, meta };
  scope.later(store(order, stored));
  return stored;
}

/** Source bytes -> rendition, through the engine. */
async function picture(order: MakeOrder, fetched: Bytes): Promise<Stored> {
  const { wanted, scope } = order;
  const { config, trace, now } = scope;
  const header = readHeader(fetched.bytes);
  const rendition = await renderImage({
    bytes: fetched.bytes,
    transform: wanted.transform,
    format: formatFor(wanted, header),
    limits: config,
    engine: config.engine,
  });
  for (const [stage, ms] of Object.entries(rendition.stages))
    addStage(trace, stage as keyof typeof rendition.stages, ms);
  const whole = fetched.truncated || rendition.truncated;
  const fresh = whole ? now() + TRUNCATED_FRESH_MS : freshUntil(fetched.headers, now(), config);
  const [v, etag] = await Promise.all([sourceVersion(fetched.bytes), variantEtag(rendition.bytes)]);
  const { format, width, height } = rendition;
  const meta = { source: wanted.source, v, etag, format, width, height, storedAt: now(), freshUntil: fresh };
  const stored = { bytes: rendition.bytes, meta };
  trace.format = format;
  trace.stored = true;
  scope.later(store(order, stored));
  scope.later(learn(order, factsOf(header, fetched, v, now())));
  return stored;
}

/** The format to make: what is asked for, else by Accept class; a picture with alpha never becomes JPEG by itself. */
export function formatFor(
  wanted: Pick<ImageRequest, "transform" | "accept">,
  header: Pick<Header, "alpha">,
): OutputFormat {
  if (wanted.transform.format !== "auto") return wanted.transform.format;
  if (wanted.accept !== "base") return "webp";
  return header.alpha && wanted.transform.background === null ? "png" : "jpeg";
}

function store({ shelf, scope }: MakeOrder, stored: Stored): Promise<unknown> {
  const { isolate, now } = scope;
  const order = {
    key: shelf.key,
    stored,
    from: "made",
    tiers: shelf.tiers,
    stale: [],
    kvWrites: isolate.kvWrites,
  } as const;
  return fill({ ...order, now, mayStore: mayStore(shelf.keys, scope) });
}

/** Keeps the source's facts when they are new: KV takes one write a second for a key. */
async function learn({ shelf, scope }: MakeOrder, facts: Facts): Promise<void> {
  const { THUMBS } = scope.env;
  const known = await readFacts(THUMBS, shelf.keys.facts, shelf.epoch).catch(() => null);
  if (known?.v === facts.v && known.etag === facts.etag && known.lastModified === facts.lastModified) return;
  await writeFacts(THUMBS, shelf.keys.facts, facts);
}

function factsOf(header: Header, fetched: Bytes, v: string, at: number): Facts {
  const { width, height, orientation, format } = header;
  const { etag, lastModified } = fetched.headers;
  return { v, at, width, height, orientation, format, bytes: fetched.bytes.length, etag, lastModified };
}
