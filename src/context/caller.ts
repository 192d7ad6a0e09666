/** Who asks, and from where. */
import type { Config } from "../config/config.ts";
import { type CfPlace, placeOf } from "../coordinate/place.ts";
import { type Place, tableRegionOf } from "../coordinate/regions.ts";
import { clientKeys } from "../policy/rate.ts";
import { ownAddress } from "../request/ownAddress.ts";
import { type Reading, readingOf } from "../weather/reading.ts";

/**
 * For whom work is done: a reader who waits, a push of the warmer, work behind an answer, or a job: a queue's, or an
 * operator's order.
 */
export type Audience = "reader" | "warm" | "background" | "job";

/** What each audience may do and sees. */
export const AUDIENCES = {
  reader: { onlyWarmTiers: false, rateLimited: true, regionFirst: false },
  warm: { onlyWarmTiers: true, rateLimited: false, regionFirst: true },
  background: { onlyWarmTiers: false, rateLimited: true, regionFirst: false },
  job: { onlyWarmTiers: true, rateLimited: false, regionFirst: false },
} as const satisfies Record<Audience, AudienceRow>;

type AudienceRow = {
  readonly onlyWarmTiers: boolean;
  readonly rateLimited: boolean;
  /** What is made is stored in the region, and everywhere else only after that. */
  readonly regionFirst: boolean;
};

export type Caller = {
  readonly audience: Audience;
  /** Deployed region that serves the caller: its store is read and filled. */
  readonly region: string;
  /** While the data centre changes its region: the region of before, whose store is read too. Null: no change. */
  readonly beside: string | null;
  /** The region of the data centre by the fixed table, whose object hears how long look-ups take. Null: nothing is measured. */
  readonly home: string | null;
  /** The region whose store a sample of the misses asks behind the answer. Null: none. */
  readonly probe: string | null;
  /**
   * Deployed region in which this isolate runs, by the fixed table: a push works for a region far away, and asks sources
   * from here.
   */
  readonly runsIn: string;
  /** IATA code of the data centre, "" = unknown. */
  readonly colo: string;
  /** Our own origin and its host (with port), such as `https://img.example.org`. */
  readonly origin: string;
  readonly ownHost: string;
  /**
   * Begins the keys of the edge cache. On loopback each place has one of its own, as each data centre has; elsewhere it is
   * `origin`.
   */
  readonly cacheOrigin: string;
  /** Whether its misses count against its rate. */
  readonly isRateLimited: boolean;
  /** Whom misses are counted for, the narrowest first. Never logged or stored. */
  readonly clientKeys: () => readonly string[];
};

/** On loopback only: a developer says where the reader is, as `X-Firstlight-Colo: MAD`. */
const COLO_HEADER = "x-firstlight-colo";

export function callerOf(request: Request, config: RegionConfig): Caller {
  const { origin, host, loopback } = ownAddress(request.url);
  const chosen = loopback ? request.headers.get(COLO_HEADER) : null;
  const place = chosen === null ? placeOf(request.cf as CfPlace | undefined) : { colo: chosen };
  const colo = place?.colo ?? "";
  const { region, beside, home, probe } = readingAt(place, config);
  return {
    audience: "reader",
    region,
    beside,
    home,
    probe,
    runsIn: home ?? region,
    colo,
    origin,
    ownHost: host,
    cacheOrigin: loopback && colo !== "" ? `${origin}/.at/${encodeURIComponent(colo)}` : origin,
    isRateLimited: AUDIENCES.reader.rateLimited,
    clientKeys: () => clientKeys(request.headers.get("cf-connecting-ip")),
  };
}

type RegionConfig = Pick<Config, "regions" | "regionOverrides" | "regionMap">;

/** Readings by place. Nearly all requests of an isolate come to one data centre, and a hit must not pay for the tables. */
const READINGS = new WeakMap<RegionConfig, Map<string, Reading>>();
const MAX_READINGS = 1_000;

function readingAt(place: Place | undefined, config: RegionConfig): Reading {
  const { regions: deployed, regionOverrides: overrides, regionMap: map } = config;
  const read = () => readingOf(place, { deployed, overrides, map });
  const { colo, country = "", continent = "" } = place ?? {};
  if (colo === undefined) return read();
  let known = READINGS.get(config);
  if (known === undefined || known.size >= MAX_READINGS) {
    known = new Map();
    READINGS.set(config, known);
  }
  const key = `${colo}/${country}/${continent}`;
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  const reading = read();
  // Of another data centre the longitude decides too.
  if (tableRegionOf(colo.toUpperCase(), deployed) !== null) known.set(key, reading);
  return reading;
}

/** Cloudflare's ray of a request; where there is none (loopback), a random UUID. */
export function rayOf({ headers }: Pick<Request, "headers">): string {
  return headers.get("cf-ray") ?? crypto.randomUUID();
}

/** The caller of a queue's message. `origin` is that of the request which sent it. */
export function jobCaller(region: string, origin: string): Caller {
  const { host } = ownAddress(origin);
  const isRateLimited = AUDIENCES.job.rateLimited;
  // Nobody is told where a queue's consumer runs.
  const place = {
    region,
    beside: null,
    home: null,
    probe: null,
    runsIn: region,
    colo: "",
    origin,
    ownHost: host,
    cacheOrigin: origin,
  };
  return { audience: "job", ...place, isRateLimited, clientKeys: () => ["job"] };
}

/** The same place and client, for other work. */
export function withAudience(caller: Caller, audience: Audience): Caller {
  if (caller.audience === audience) return caller;
  return { ...caller, audience, isRateLimited: AUDIENCES[audience].rateLimited };
}
