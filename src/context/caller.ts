/** Who asks, and from where. */
import type { Config } from "../config/config.ts";
import { type CfPlace, placeOf } from "../coordinate/place.ts";
import { regionOf } from "../coordinate/regions.ts";
import { clientKeys } from "../policy/rate.ts";
import { ownAddress } from "../request/ownAddress.ts";

/** For whom work is done: a reader who waits, a push of the warmer, work behind an answer, or a queue's job. */
export type Audience = "reader" | "warm" | "background" | "job";

/** What each audience may do and sees. */
export const AUDIENCES = {
  reader: { onlyWarmTiers: false, rateLimited: true },
  warm: { onlyWarmTiers: true, rateLimited: false },
  background: { onlyWarmTiers: false, rateLimited: true },
  job: { onlyWarmTiers: true, rateLimited: false },
} as const satisfies Record<Audience, { readonly onlyWarmTiers: boolean; readonly rateLimited: boolean }>;

export type Caller = {
  readonly audience: Audience;
  /** Deployed region that serves the caller. */
  readonly region: string;
  /** IATA code of the data centre, "" = unknown. */
  readonly colo: string;
  /** Our own origin and its host (with port), such as `https://img.example.org`. */
  readonly origin: string;
  readonly ownHost: string;
  /** Whether its misses count against its rate. */
  readonly isRateLimited: boolean;
  /** Whom misses are counted for, the narrowest first. Never logged or stored. */
  readonly clientKeys: () => readonly string[];
};

/** On loopback only: a developer says where the reader is, as `X-Firstlight-Colo: MAD`. */
const COLO_HEADER = "x-firstlight-colo";

export function callerOf(request: Request, config: Pick<Config, "regions" | "regionOverrides">): Caller {
  const { origin, host, loopback } = ownAddress(request.url);
  const chosen = loopback ? request.headers.get(COLO_HEADER) : null;
  const place = chosen === null ? placeOf(request.cf as CfPlace | undefined) : { colo: chosen };
  return {
    audience: "reader",
    region: regionOf(place, config.regions, config.regionOverrides),
    colo: place?.colo ?? "",
    origin,
    ownHost: host,
    isRateLimited: AUDIENCES.reader.rateLimited,
    clientKeys: () => clientKeys(request.headers.get("cf-connecting-ip")),
  };
}

/** The caller of a queue's message. `origin` is that of the request which sent it. */
export function jobCaller(region: string, origin: string): Caller {
  const { host } = ownAddress(origin);
  const isRateLimited = AUDIENCES.job.rateLimited;
  return { audience: "job", region, colo: "", origin, ownHost: host, isRateLimited, clientKeys: () => ["job"] };
}

/** The same place and client, for other work. */
export function withAudience(caller: Caller, audience: Audience): Caller {
  return { ...caller, audience, isRateLimited: AUDIENCES[audience].rateLimited };
}
