/** What a deployment sets, parsed. parseConfig.ts makes it from the variables. */

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
  /** Names of options that unsigned requests may not use. policy/unsigned.ts checks the names. */
  readonly unsignedRefused: readonly string[];
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
  /** The rest comes from the live settings in KV (live/liveSettings.ts) and is empty until they are read. */
  readonly blocked: Blocked;
  /** Purge epoch per `host16`, part of the edge key; a host that is not named has epoch 0. */
  readonly epochs: Readonly<Record<string, number>>;
  /** When a host was last marked stale, by `host16`, unix ms: its older copies must be confirmed by the source. */
  readonly staleEpochs: Readonly<Record<string, number>>;
  /** Renditions of these makers (StoredMeta.maker) are misses. */
  readonly retiredMakers: ReadonlySet<string>;
  /** Corrections of the table of regions, such as `colo:DXB` -> `weur` (coordinate/regions.ts). */
  readonly regionOverrides: Readonly<Record<string, string>>;
};
