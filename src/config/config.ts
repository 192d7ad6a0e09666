/** Variables -> Config, checked once, every problem in one message. */

import type { RegionOverrides } from "../coordinate/regions.ts";
import { Failure } from "../errors.ts";
import type { Refusable } from "../policy/unsigned.ts";
import { readSettings, type Vars } from "./settings.ts";

export type HttpSources = "upgrade" | "allow" | "deny";

export type SigningPair = { readonly key: Uint8Array; readonly salt: Uint8Array };

/** What a takedown keeps out: hex prefixes of SHA-256 as the stored names have them (design: `host16`, `source32`). */
export type Blocked = { readonly sources: ReadonlySet<string>; readonly hosts: ReadonlySet<string> };

/** Every setting, parsed and checked once. Byte sizes in bytes, times in milliseconds unless the name says seconds. */
export type Config = {
  readonly signingPairs: readonly SigningPair[];
  readonly signatureSize: number;
  readonly signedNeedsAllowed: boolean;
  /** Host patterns as written: `example.org`, `*.example.org`, `example.org/path/`. Empty allows nothing. */
  readonly allowedSources: readonly string[];
  readonly httpSources: HttpSources;
  readonly allowLoopbackSources: boolean;
  readonly maxSourceBytes: number;
  readonly maxSourcePixels: number;
  readonly maxSourceFrames: number;
  readonly maxResultSide: number;
  readonly maxResultPixels: number;
  readonly maxRedirects: number;
  readonly sourceTimeoutMs: number;
  readonly queueMs: number;
  readonly maxBytesInFlight: number;
  readonly engine: "auto";
  /** Unsigned requests snap up to these widths and qualities; ascending. */
  readonly ladder: readonly number[];
  readonly ladderQualities: readonly number[];
  /** What unsigned requests may not ask for (policy/unsigned.ts). */
  readonly unsignedRefused: readonly Refusable[];
  /** Freshness: the source's Cache-Control is held within [min, max]. */
  readonly minFreshSeconds: number;
  readonly maxFreshSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** Token of ours in Via and CDN-Loop: `firstlight-<loopId>`. */
  readonly loopId: string;
  /** Stands in the User-Agent; empty = the address this Worker answers on. */
  readonly contactUrl: string;
  readonly regions: readonly string[];
  readonly warmSecret: string | null;
  readonly purgeSecret: string | null;
  readonly photonAuthentication: string | null;
  /** The rest comes from the live settings in KV (`config/live.ts`) and is empty until they are read. */
  readonly blocked: Blocked;
  /** Purge epoch per `host16`, part of the edge key; a host that is not named has epoch 0. */
  readonly epochs: Readonly<Record<string, number>>;
  readonly regionOverrides: RegionOverrides;
};

/**
 * Reads the Worker's variables. Objects (bindings) are skipped, so a whole `env` can be given; an unknown variable is a
 * problem, and so is every value out of its range. Throws one Failure `misconfigured` whose detail lists them all.
 */
export function parseConfig(vars: Vars): Config {
  const { settings, problems: found } = readSettings(vars);
  const { signingKeys, signingSalts, ...plain } = settings;
  const pairs = `SIGNING_KEYS and SIGNING_SALTS come in pairs, not ${signingKeys.length} and ${signingSalts.length}`;
  const problems = signingKeys.length === signingSalts.length ? found : [...found, pairs];
  if (problems.length > 0) throw new Failure("misconfigured", {}, problems.join("; "));
  return {
    ...plain,
    ladder: rungsUpTo(plain.maxResultSide, plain.ladder),
    signingPairs: signingKeys.map((key, i) => ({ key, salt: signingSalts[i] ?? new Uint8Array() })),
    blocked: { sources: new Set(), hosts: new Set() },
    epochs: {},
    regionOverrides: {},
  };
}

/** The rungs whose results are not refused; the limit itself when every rung is over it. */
function rungsUpTo(side: number, ladder: readonly number[]): readonly number[] {
  const rungs = ladder.filter((rung) => rung <= side);
  return rungs.length > 0 ? rungs : [side];
}
