/** THE DATA PATH. A picture's way through the Worker, one step a line; each step's folder has its name. */
import { readFacts } from "./cache/facts.ts";
import { type Found, lookup } from "./cache/lookup.ts";
import { fill } from "./cache/store.ts";
import type { Stored } from "./cache/tier.ts";
import { asFailure, Failure } from "./errors.ts";
import { type MakeOrder, make } from "./make.ts";
import { refuseLoop } from "./policy/loop.ts";
import { checkSource } from "./policy/source.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "./request/doors/photon.ts";
import type { ImageRequest } from "./request/imageRequest.ts";
import { readImageRequest } from "./request/readImageRequest.ts";
import { conditional } from "./respond/conditional.ts";
import { imageHeaders } from "./respond/headers.ts";
import { behind, type Scope } from "./scope.ts";
import { findShelf, isBlocked, mayStore } from "./shelf.ts";
import { addStage, type Detail } from "./telemetry.ts";

/** How long a request that has an outdated picture in hand waits for a newer one, in milliseconds. */
export const STALE_WAIT_MS = 1_500;

/** Answers a GET or HEAD for a picture. Throws Failure. */
export async function render(request: Request, scope: Scope): Promise<Response> {
  refuseLoop(request.headers, scope.config);
  const { url, headers } = request;
  const vouched = headers.get(PHOTON_AUTHENTICATION_HEADER);
  const wanted = await readImageRequest(url, headers.get("accept"), scope.config, scope.now(), vouched);
  const { meta, bytes } = await obtain(wanted, scope);
  return conditional(request, imageHeaders(wanted, meta, bytes.byteLength, scope.now()), bytes);
}

/**
 * The picture wanted, from wherever it is soonest: policy, then what is stored, then its source. Throws Failure, but
 * not while an older copy can be given instead.
 */
export async function obtain(wanted: ImageRequest, scope: Scope): Promise<Stored> {
  const { config, trace, now } = scope;
  trace.door = wanted.door;
  trace.sourceHost = new URL(wanted.source).host;
  checkSource(wanted.source, wanted.authority, config, scope.ownHost);
  const shelf = await findShelf(wanted, scope);
  if (isBlocked(shelf.keys, config)) throw new Failure("blocked");

  const started = now();
  const { found, asked, stale } = await lookup(shelf.key, shelf.tiers, {
    now,
    windows: config,
    version: () => readFacts(scope.env.THUMBS, shelf.keys.facts, shelf.epoch),
  });
  trace.asked = [...asked];
  addStage(trace, "lookup", now() - started);

  const order: MakeOrder = { wanted, shelf, scope, held: found?.stored ?? null };
  if (found === null) return make(order);
  if (found.freshness === "if-error") return newerOr(found, order);
  if (found.freshness === "revalidate") behind(scope, (apart) => make({ ...order, scope: apart }));
  else {
    const { kvWrites } = scope.isolate;
    const copies = { key: shelf.key, stored: found.stored, from: found.tier, tiers: shelf.tiers, stale, kvWrites, now };
    scope.later(fill({ ...copies, mayStore: mayStore(shelf.keys, scope) }));
  }
  return hit(found.stored, found.tier, scope);
}

/** A newer picture if the source has one soon, else the old one: stale-if-error (RFC 5861 4), and if-slow. */
async function newerOr(found: Found, order: MakeOrder): Promise<Stored> {
  const { scope } = order;
  const newer = make(order);
  // Whatever becomes of it goes on after the answer, and is stored when it comes.
  scope.later(newer.catch(() => undefined));
  try {
    const soonest = await Promise.race([newer, sleep(STALE_WAIT_MS)]);
    if (soonest !== undefined) return soonest;
  } catch (error) {
    const failure = asFailure(error);
    scope.trace.failure = failure.reason;
  }
  return hit(found.stored, "stale-if-error", scope);
}

function hit(stored: Stored, detail: Detail, scope: Scope): Stored {
  const { trace } = scope;
  trace.hit = detail;
  trace.ttl = Math.floor((stored.meta.freshUntil - scope.now()) / 1000);
  trace.format = stored.meta.format;
  return stored;
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
