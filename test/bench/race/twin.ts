/**
 * The race without a network: the warmer's queue, the look-up and the coordinator's state as they are, on stores in memory
 * behind trips of so many ms. It runs under a virtual clock, so a page takes no time, and the same seed gives the same race.
 */
import type { Hints } from "../../../bench/race/arms.ts";
import { type EdgeTrips, legsOf, placeOf } from "../../../bench/race/distances.ts";
import type { How } from "../../../bench/race/figures/outcome.ts";
import {
  type CoordinatorState,
  type Grant,
  grantFor,
  NO_RENDERS,
  type Terms,
  withOutcome,
} from "../../../src/coordinate/coordinatorState.ts";
import { type CoordinatorPort, Lease } from "../../../src/coordinate/lease.ts";
import { lookUp } from "../../../src/store/lookUp.ts";
import { StoreCalls } from "../../../src/store/storeCalls.ts";
import type { Stored, Tier } from "../../../src/store/tiers/tier.ts";
import { Counts } from "../../../warmer/observe/counts.ts";
import { FailureSummary } from "../../../warmer/observe/log.ts";
import { DedupTable } from "../../../warmer/queue/dedupTable.ts";
import { RegionQueue } from "../../../warmer/queue/regionQueue.ts";
import { openOf } from "../../support/memoryTier.ts";
import { storedOf } from "../../support/stored.ts";
import { keptLog } from "../../support/warmer.ts";

export type TwinPage = {
  readonly place: string;
  readonly stored: "primary" | "nowhere";
  readonly thinkMs: number;
  readonly hints: Hints;
  /** Paths of a push, and how many of them the edge works on at once. */
  readonly pathsPerPush: number;
  readonly atOnce: number;
  readonly random: () => number;
};

export type TwinResult = { readonly hows: readonly How[]; readonly fetches: number };

const PICTURES = 20;
/** As the warmer's defaults: how long a hint waits for others, and how old it may be. */
const QUEUE = { capacity: 512, waitMs: 3, maxAgeMs: 50 } as const;
const LATE_MS = 60;
/** From the end of the API server's answer until the browser opens connections; a render; what a reader joins at most. */
const PARSE_MS = 30;
const RENDER_MS = 40;
const JOIN_MS = 400;
const LOOK_AGAIN_MS = [25, 75] as const;
/** Trips vary by so much of themselves. */
const JITTER = 0.1;
const WINDOWS = { staleWhileRevalidateSeconds: 60, staleIfErrorSeconds: 600 };

const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));

/** One page of 20 pictures. Call it under fake timers. */
export async function twinPage(page: TwinPage): Promise<TwinResult> {
  const { place: name, stored, thinkMs, hints, random } = page;
  const place = placeOf(name);
  const { reader, push } = legsOf(place);
  const trip = (ms: number) => ms * (1 + JITTER * random());
  const stores = { region: new Map<string, Stored>(), primary: new Map<string, Stored>() };
  const keys = Array.from({ length: PICTURES }, (_, i) => `k${i}`);
  if (stored === "primary") for (const key of keys) stores.primary.set(key, fresh());
  const coordinators = new Map(keys.map((key) => [key, coordinator()]));
  let fetches = 0;
  const fetch = async (ms: number) => {
    fetches++;
    await sleep(trip(ms) + RENDER_MS);
    return fresh();
  };
  const at = (trips: EdgeTrips) => ({
    region: distantTier("region", stores.region, () => trip(trips.region)),
    primary: distantTier("primary", stores.primary, () => trip(trips.primary)),
    portOf: (key: string) => distantPort(coordinators.get(key) ?? coordinator(), () => trip(trips.coordinator)),
  });

  const warm = async (paths: readonly string[]) => {
    const { region, primary, portOf } = at(push);
    const calls = new StoreCalls();
    const left = [...paths];
    const work = async () => {
      for (let key = left.shift(); key !== undefined; key = left.shift()) {
        const known = await calls.run("tier", () => primary.get(key ?? ""));
        if (known !== null) await calls.run("put", () => region.put(key ?? "", known));
        else await warmNowhere(key, new Lease(portOf(key), `push-${key}`, key, { claim: true }), region, primary);
      }
    };
    await Promise.all(Array.from({ length: page.atOnce }, work));
  };
  const warmNowhere = async (key: string, lease: Lease, region: Tier, primary: Tier) => {
    await lease.ask();
    const made = await fetch(place.edgeSource - place.edgePrimary + push.primary);
    const bringing = region.put(key, made);
    // Those who wait are told when it leaves.
    await lease.reportStored(bringing, Promise.resolve());
    await primary.put(key, made);
  };

  const read = async (key: string): Promise<How> => {
    const { region, primary, portOf } = at(reader);
    const kv = distantTier("kv", new Map(), () => trip(reader.kv));
    const lease = new Lease(portOf(key), `reader-${key}`, key, { joinMs: JOIN_MS });
    const options = { now: Date.now, windows: WINDOWS, calls: new StoreCalls(), onNearMiss: () => void lease.ask() };
    const { found } = await lookUp(key, openOf({ kv, region, primary }), options);
    if (found !== null) return found.tier as How;
    const decision = await lease.ask();
    if (decision.do === "read" && (await repeatedly(() => region.get(key))) !== null) return "joined";
    const made = await fetch(place.edgeSource);
    await region.put(key, made);
    await lease.report({ kind: "stored" });
    return "fetched";
  };

  const pushing = hints === "none" ? Promise.resolve() : pushHints(keys, hints, page.pathsPerPush, warm);
  await sleep(thinkMs + place.readerApi / 2 + PARSE_MS + 2.5 * place.readerEdge);
  const hows = await Promise.all(keys.map(read));
  await pushing;
  return { hows, fetches };
}

/** The hints of a page through the warmer's queue: batches leave when they are due, and old hints do not leave. */
async function pushHints(
  keys: readonly string[],
  hints: Hints,
  pathsPerPush: number,
  push: (paths: readonly string[]) => Promise<void>,
): Promise<void> {
  const clock = { wall: Date.now, steady: Date.now, precise: Date.now, idle: () => 0 };
  const table = new DedupTable(1_000, 30_000, Date.now());
  const context = { counts: new Counts(), keys: table, clock, log: keptLog() };
  const queue = new RegionQueue({ ...QUEUE, limit: pathsPerPush }, context, new FailureSummary());
  const stamped = Date.now();
  if (hints === "late") await sleep(LATE_MS);
  const now = Date.now();
  if (now - stamped <= QUEUE.maxAgeMs)
    for (const [i, key] of keys.entries()) queue.add(0, key, stamped + QUEUE.maxAgeMs, i, i + 1, now);
  const pushes: Promise<void>[] = [];
  while (queue.waiting > 0) {
    for (;;) {
      const paths = queue.next(Date.now(), Date.now(), false)?.paths;
      if (paths === undefined) break;
      pushes.push(push([...paths]));
    }
    await sleep(1);
  }
  await Promise.all(pushes);
}

/** As handover.ts looks. */
async function repeatedly<T>(look: () => Promise<T | null>): Promise<T | null> {
  let found = await look();
  for (const ms of LOOK_AGAIN_MS) {
    if (found !== null) return found;
    await sleep(ms);
    found = await look();
  }
  return found;
}

function fresh(): Stored {
  return storedOf({ storedAt: Date.now(), freshUntil: Date.now() + 3_600_000 });
}

/** A tier at a distance: a call reaches it after half of the trip. */
function distantTier(name: string, held: Map<string, Stored>, tripMs: () => number): Tier {
  const call = async <T>(act: () => T): Promise<T> => {
    const half = tripMs() / 2;
    await sleep(half);
    const value = act();
    await sleep(half);
    return value;
  };
  return {
    ...{ name, label: name },
    get: (key) => call(() => held.get(key) ?? null),
    put: (key, stored) =>
      call(() => {
        held.set(key, stored);
        return "stored" as const;
      }),
    delete: (key) => call(() => void held.delete(key)),
  };
}

/** The object of one picture: what renderCoordinator.ts does around the state. */
function coordinator() {
  let state: CoordinatorState = NO_RENDERS;
  const waiting = new Set<() => void>();
  return {
    async ask(holder: string, key: string, waitMs: number, terms?: Terms): Promise<Grant> {
      const deadline = Date.now() + waitMs;
      for (;;) {
        const now = Date.now();
        const takeOver = terms?.takeOver === true && now >= deadline;
        const [grant, next] = grantFor(state, holder, key, now, 0, { ...terms, takeOver });
        state = next;
        if (grant.do !== "wait" || now >= deadline) return grant;
        await Promise.race([
          sleep(Math.min(grant.until, deadline) - now),
          new Promise<void>((wake) => waiting.add(wake)),
        ]);
      }
    },
    async report(holder: string, key: string, outcome: Parameters<CoordinatorPort["report"]>[2]): Promise<void> {
      state = withOutcome(state, holder, key, outcome, Date.now());
      for (const wake of waiting) wake();
      waiting.clear();
    },
  };
}

function distantPort(object: ReturnType<typeof coordinator>, tripMs: () => number): CoordinatorPort {
  const call = async <T>(act: () => Promise<T>): Promise<T> => {
    const half = tripMs() / 2;
    await sleep(half);
    const value = await act();
    await sleep(half);
    return value;
  };
  return {
    ask: (holder, key, waitMs, terms) => call(() => object.ask(holder, key, waitMs, terms)),
    report: (holder, key, outcome) => call(() => object.report(holder, key, outcome)),
  };
}
