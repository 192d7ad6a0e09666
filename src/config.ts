/** Placeholder of the type other modules compile against; the policy work completes it with the parser and table. */

export type HttpSources = "upgrade" | "allow" | "deny";

export type SigningPair = { readonly key: Uint8Array; readonly salt: Uint8Array };

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
  readonly engine: "auto" | "photon";
  /** Unsigned requests snap up to these widths and qualities. */
  readonly ladder: readonly number[];
  readonly ladderQualities: readonly number[];
  /** Freshness: the source's Cache-Control is held within [min, max]. */
  readonly minFreshSeconds: number;
  readonly maxFreshSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** Token of ours in Via and CDN-Loop: `firstlight-<loopId>`. */
  readonly loopId: string;
  readonly contactUrl: string;
  readonly regions: readonly string[];
  readonly warmSecret: string | null;
  readonly purgeSecret: string | null;
  readonly photonAuthentication: string | null;
};
