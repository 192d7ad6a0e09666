/** A source's bytes with what their answer said of them; or its word that the copy in hand still holds (304). */

import type { MemoryReservation } from "../concurrency/memoryReservation.ts";
import { withTimeout } from "../concurrency/timeout.ts";
import type { Scope } from "../context/scope.ts";
import { asFailure, Failure } from "../errors.ts";
import { fetchSource } from "../origin/fetch.ts";
import { kvHostStore } from "../origin/hostStore.ts";
import { freshUntil } from "../store/freshness.ts";
import { sourceKeys, sourceVersion } from "../store/key.ts";
import type { Original } from "../store/original.ts";
import type { RenditionStore } from "../store/renditionStore.ts";
import { isBlocked } from "../store/renditionStore.ts";
import { readSourceMeta, type SourceMeta } from "../store/sourceMeta.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { addStage } from "../telemetry.ts";
import type { MakeOrder } from "./renderMiss.ts";

export type SourceBytes = Original & {
  /** The source stopped early. */
  readonly truncated: boolean;
  /** Validators as sent; null when the bytes come from our own store. */
  readonly validators: Pick<SourceMeta, "etag" | "lastModified"> | null;
};

export type Sourced =
  | { readonly kind: "bytes"; readonly source: SourceBytes }
  | { readonly kind: "same"; readonly renewed: Stored };

/** How long a source that stopped early counts as fresh: soon it may send all of it. */
const TRUNCATED_FRESH_MS = 60_000;

/** How long the validators of a conditional request are waited for, in milliseconds; without them it asks for all. */
const FACTS_WAIT_MS = 500;

/** Asks the source, with the validators of `held` when its facts have them. Throws Failure. */
export async function readSource({ wanted, shelf, scope, held }: MakeOrder, room: MemoryReservation): Promise<Sourced> {
  const { config, env, now, trace, isolate, ownHost, origin, later } = scope;
  const facts = held === null ? null : await factsInTime(scope, shelf);
  const conditional = facts !== null && facts.v === held?.meta.v ? facts : null;
  const started = now();
  try {
    const fetched = await fetchSource(
      wanted.source,
      { authority: wanted.authority, ownHost, ...(conditional === null ? {} : { conditional }) },
      {
        config: { ...config, contactUrl: config.contactUrl || origin },
        fetch: (input, init) => fetch(input, init),
        now,
        httpsMemory: isolate.https,
        hostGuard: isolate.hosts,
        hostStore: kvHostStore(env.THUMBS),
        later,
        room: (bytes, claim) => room.grow(bytes, claim),
      },
    );
    trace.sourceStatus = fetched.status;
    trace.bytesIn += fetched.bytesIn;
    await refuseBlocked(fetched.url, wanted.source, config);
    const at = now();
    const until = freshUntil(fetched.headers, at, config);
    if (fetched.notModified) {
      if (held === null) throw new Error("304 without a conditional request");
      return { kind: "same", renewed: { ...held, meta: { ...held.meta, storedAt: at, freshUntil: until } } };
    }
    const { bytes, truncated, headers } = fetched;
    room.settle(bytes.length);
    const v = await sourceVersion(bytes);
    // Half a picture is better than none, but not than the whole one in hand.
    if (truncated && held !== null && held.meta.v !== v)
      throw new Failure("source_broken", {}, "cut; kept the old one");
    const source = {
      bytes,
      source: wanted.source,
      v,
      storedAt: at,
      freshUntil: truncated ? at + TRUNCATED_FRESH_MS : until,
      truncated,
      validators: { etag: headers.etag, lastModified: headers.lastModified },
    };
    return { kind: "bytes", source };
  } catch (error) {
    const status = Number(asFailure(error).facts.value);
    if (Number.isInteger(status)) trace.sourceStatus = status;
    throw error;
  } finally {
    addStage(trace, "origin", now() - started);
  }
}

function factsInTime({ env }: Scope, { keys, epoch }: RenditionStore): Promise<SourceMeta | null> {
  return withTimeout(readSourceMeta(env.THUMBS, keys.facts, epoch), FACTS_WAIT_MS).catch(() => null);
}

/** A redirect must not bring back what was taken down where it leads. */
async function refuseBlocked(url: string, asked: string, config: MakeOrder["scope"]["config"]): Promise<void> {
  if (url !== asked && isBlocked(await sourceKeys(url), config)) throw new Failure("blocked");
}
