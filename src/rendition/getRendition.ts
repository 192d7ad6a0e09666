/** THE DATA PATH. A picture's way through the Worker, one step a line; each step's folder has its name. */

import { behind, type Scope } from "../context/scope.ts";
import { askFlight, type Lease } from "../coordinate/grant.ts";
import { coordinatorOf } from "../coordinate/renderCoordinator.ts";
import { asFailure, Failure } from "../errors.ts";
import { refuseLoop } from "../policy/loop.ts";
import { checkRequestedSource } from "../policy/source.ts";
import { PHOTON_AUTHENTICATION_HEADER } from "../request/grammars/photon.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import type { Answer } from "../respond/answer.ts";
import { conditional } from "../respond/conditional.ts";
import { imageHeaders } from "../respond/headers.ts";
import { type EdgeLookup, lookUpEdge } from "../store/edgeLookup.ts";
import { fill } from "../store/fill.ts";
import { type Found, lookUp } from "../store/lookUp.ts";
import { isBlocked, mayStore, openRenditionStore, type RenditionStore } from "../store/renditionStore.ts";
import { readSourceMeta } from "../store/sourceMeta.ts";
import type { EdgeHit } from "../store/tiers/edge.ts";
import type { Stored, StoredMeta } from "../store/tiers/tier.ts";
import { addStage, type Detail, type Trace } from "../telemetry.ts";
import { type MakeOrder, make } from "./renderMiss.ts";

/** A picture and, when it was in store, where. */
export type Obtained = { readonly stored: Stored; readonly hit: Detail | null };

/** How long a request that has an outdated picture in hand waits for a newer one, in milliseconds. */
export const STALE_WAIT_MS = 1_500;

/** Answers a GET or HEAD for a picture. Throws Failure. */
export async function render(request: Request, scope: Scope): Promise<Answer> {
  refuseLoop(request.headers, scope.config);
  const { url, headers } = request;
  const vouched = headers.get(PHOTON_AUTHENTICATION_HEADER);
  const { config, isolate, now } = scope;
  const wanted = await isolate.requests.read(url, headers.get("accept"), config, now(), vouched);
  try {
    const shelf = await admitted(wanted, scope);
    const edge = await openEdge(shelf, scope);
    const picture = edge.opened ?? (await obtain(wanted, shelf, scope, edge.outdated));
    return conditional(request, imageHeaders(wanted, picture.meta, picture.byteLength, now()), picture.body);
  } catch (error) {
    throw asFailure(error).notPast(wanted.expires === null ? null : wanted.expires * 1000);
  }
}

/** Step 2: the shelf of a picture that this caller may have. Throws Failure. */
export async function admitted(wanted: ImageRequest, scope: Scope): Promise<RenditionStore> {
  const { config, trace, ownHost, warming } = scope;
  const shelf = await openRenditionStore(wanted, scope);
  trace.door = wanted.grammar;
  trace.sourceHost = shelf.sourceHost;
  checkRequestedSource(wanted, config, ownHost);
  trace.edgeOff = shelf.edge === null && !warming;
  if (isBlocked(shelf.keys, config)) throw new Failure("blocked");
  return shelf;
}

/** Step 3 for nearly everybody: the edge has it, and hands it on. */
async function openEdge({ edge, key }: RenditionStore, { trace, now, config: windows }: Scope): Promise<EdgeLookup> {
  const started = now();
  const seen = await lookUpEdge(edge, key, { now, windows, asked: trace.asked });
  addStage(trace, "lookup", now() - started);
  if (seen.opened !== null) noteHit(trace, "edge", seen.opened.meta, now());
  return seen;
}

function noteHit(trace: Trace, hit: Detail | null, meta: StoredMeta, now: number): void {
  trace.hit = hit;
  trace.ttl = Math.floor((meta.freshUntil - now) / 1000);
  trace.format = meta.format;
}

/**
 * The picture wanted, from wherever past the edge it is soonest; everybody who asks for it meanwhile gets the same.
 * `askEdge`: what the edge had was outdated, but may be the best there is. Throws Failure.
 */
export async function obtain(
  wanted: ImageRequest,
  shelf: RenditionStore,
  scope: Scope,
  askEdge = false,
): Promise<EdgeHit> {
  const { trace, now, isolate, region } = scope;
  const finding = () => find({ wanted, shelf, scope, held: null }, askEdge);
  const flight = isolate.flights.run(`${region}/${shelf.key}`, now, finding, scope.priority);
  // Others may have joined: they are not left alone when this client goes away.
  scope.later(flight.catch(() => undefined));
  const { value, joined } = await flight;
  const { bytes, meta } = value.stored;
  trace.collapsed = joined;
  noteHit(trace, value.hit, meta, now());
  return { meta, byteLength: bytes.byteLength, body: bytes };
}

/** Steps 3 to 5: what is stored; else, or when that is outdated, what its source has now. */
async function find(order: MakeOrder, askEdge: boolean): Promise<Obtained> {
  const { wanted, shelf, scope } = order;
  const { env, config, trace, now, region } = scope;
  const lease = new LazyLease(() => {
    const port = coordinatorOf(env.FLIGHT, region, shelf.keys.source32);
    return askFlight(port, crypto.randomUUID(), shelf.key);
  });
  const started = now();
  const tiers = askEdge ? shelf.tiers : { ...shelf.tiers, edge: null };
  const { found, asked, stale } = await lookUp(shelf.key, tiers, {
    now,
    windows: config,
    version: () => readSourceMeta(env.THUMBS, shelf.keys.facts, shelf.epoch),
    beside: () => {
      lease.ask();
      void shelf.parents();
    },
  });
  trace.asked.push(...asked);
  addStage(trace, "lookup", now() - started);

  if (found === null) return make(order, lease.ask());
  const outdated = { ...order, wanted, held: found.stored };
  if (found.freshness === "if-error") return newerOr(found, outdated, lease.ask());
  if (found.freshness === "revalidate" && scope.isolate.renewals.first(shelf.key, now())) {
    behind(scope, (apart) => make({ ...outdated, scope: apart }, lease.ask()));
  } else {
    scope.later(lease.release());
  }
  if (found.freshness === "fresh") scope.later(spread(found, stale, shelf, scope));
  return { stored: found.stored, hit: found.tier };
}

/** A newer picture if the source has one soon, else the old one: stale-if-error (RFC 5861 4), and if-slow. */
async function newerOr(found: Found, order: MakeOrder, lease: Lease): Promise<Obtained> {
  const newer = make(order, lease);
  // It goes on after the answer, and is stored when it comes.
  order.scope.later(newer.catch(() => undefined));
  try {
    const soonest = await Promise.race([newer, sleep(STALE_WAIT_MS)]);
    if (soonest !== undefined) return soonest;
  } catch (error) {
    order.scope.trace.failure = asFailure(error).reason;
  }
  return { stored: found.stored, hit: "stale-if-error" };
}

/** Copies a hit to the tiers nearer the reader. */
function spread(found: Found, stale: readonly Found["tier"][], shelf: RenditionStore, scope: Scope): Promise<unknown> {
  const { now, isolate } = scope;
  const { key, tiers } = shelf;
  const order = { key, stored: found.stored, from: found.tier, tiers, stale, kvWrites: isolate.kvWrites, now };
  return fill({ ...order, mayStore: mayStore(shelf, scope) });
}

/** A lease that is asked for at most once, and only given back if it was. */
class LazyLease {
  readonly #ask: () => Lease;
  #lease: Lease | undefined;

  constructor(ask: () => Lease) {
    this.#ask = ask;
  }

  ask(): Lease {
    this.#lease ??= this.#ask();
    return this.#lease;
  }

  async release(): Promise<void> {
    await this.#lease?.release();
  }
}

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
