/** Every variable of the Worker in one table: its name, how it is read, its default, and what docs/ say of it. */

import type { Config } from "./config.ts";
import {
  ascending,
  contact,
  engine,
  flag,
  hex,
  listOf,
  name,
  oneOf,
  pattern,
  type Reader,
  secret,
  whole,
} from "./read.ts";

/** Keys and salts come as two lists and leave `parseConfig` as pairs; live settings are no variables. */
export type Settings = Omit<
  Config,
  "signingPairs" | "blocked" | "epochs" | "staleEpochs" | "retiredMakers" | "regionOverrides"
> & {
  readonly signingKeys: readonly Uint8Array[];
  readonly signingSalts: readonly Uint8Array[];
};

export type Setting<T> = {
  readonly variable: string;
  readonly read: Reader<T>;
  readonly fallback: T;
  readonly doc: string;
  /** Set with `wrangler secret put`, never in [vars]; its value is never repeated. */
  readonly secret?: true;
};

const DAY = 86_400;
const MIB = 1 << 20;

export const SETTINGS = {
  signingKeys: {
    variable: "SIGNING_KEYS",
    read: listOf(hex),
    fallback: [],
    secret: true,
    doc: "Keys of the signed door, hex, comma-separated; any of them may sign, so keys can be rotated",
  },
  signingSalts: {
    variable: "SIGNING_SALTS",
    read: listOf(hex),
    fallback: [],
    secret: true,
    doc: "Salts, hex, comma-separated, one per key in the same order",
  },
  signatureSize: {
    variable: "SIGNATURE_SIZE",
    read: whole(16, 32),
    fallback: 32,
    doc: "Bytes of a signature, 16 to 32; below 32 they are truncated",
  },
  signedNeedsAllowed: {
    variable: "SIGNED_NEEDS_ALLOWED",
    read: flag,
    fallback: false,
    doc: "Signed requests may reach only `ALLOWED_SOURCES` too",
  },
  allowedSources: {
    variable: "ALLOWED_SOURCES",
    read: listOf(pattern),
    fallback: [],
    doc: "Hosts that unsigned requests may reach: `example.org`, `*.example.org`, `example.org/photos`; a `*.` needs two labels after it; empty = none",
  },
  httpSources: {
    variable: "HTTP_SOURCES",
    read: oneOf("upgrade", "allow", "deny"),
    fallback: "upgrade",
    doc: "`http://` sources: `upgrade` tries HTTPS first, `allow` takes them as given, `deny` answers 403",
  },
  allowLoopbackSources: {
    variable: "ALLOW_LOOPBACK_SOURCES",
    read: flag,
    fallback: false,
    doc: "For development: sources on loopback at any port; an error unless the Worker itself answers on loopback",
  },
  maxSourceBytes: {
    variable: "MAX_SOURCE_BYTES",
    read: whole(1, 100 * MIB),
    fallback: 32 * MIB,
    doc: "Largest source file, in bytes as read; at most `MAX_BYTES_IN_FLIGHT`, which follows when not set",
  },
  maxSourcePixels: {
    variable: "MAX_SOURCE_PIXELS",
    read: whole(1, 1_000_000_000),
    fallback: 100_000_000,
    doc: "Largest source picture, width times height",
  },
  maxSourceFrames: {
    variable: "MAX_SOURCE_FRAMES",
    read: whole(1, 100_000),
    fallback: 1000,
    doc: "Most frames of an animation",
  },
  maxResultSide: {
    variable: "MAX_RESULT_SIDE",
    read: whole(1, 16_383),
    fallback: 4096,
    doc: "Longest side of a result, in pixels; rungs of `LADDER` above it are left out",
  },
  maxResultPixels: {
    variable: "MAX_RESULT_PIXELS",
    read: whole(1, 100_000_000),
    fallback: 12_000_000,
    doc: "Most pixels of a result",
  },
  maxRedirects: {
    variable: "MAX_REDIRECTS",
    read: whole(0, 10),
    fallback: 3,
    doc: "Redirects followed from a source, each checked anew",
  },
  sourceTimeoutMs: {
    variable: "SOURCE_TIMEOUT_MS",
    read: whole(100, 60_000),
    fallback: 10_000,
    doc: "Time for the whole exchange with a source, redirects and body included",
  },
  queueMs: {
    variable: "QUEUE_MS",
    read: whole(0, 60_000),
    fallback: 10_000,
    doc: "How long a request waits for its turn before 503",
  },
  maxBytesInFlight: {
    variable: "MAX_BYTES_IN_FLIGHT",
    read: whole(1, 100 * MIB),
    fallback: 32 * MIB,
    doc: "Source bytes held at once in one isolate",
  },
  engine: {
    variable: "ENGINE",
    read: engine,
    fallback: "auto",
    doc: "Only `auto`. The baseline that makes every thumbnail with photon is a build of its own: `npm run bench -- engine`",
  },
  ladder: {
    variable: "LADDER",
    read: ascending(1, 16_383),
    fallback: [160, 320, 640, 1024, 1600, 2048],
    doc: "Sizes that unsigned requests snap up to",
  },
  ladderQualities: {
    variable: "LADDER_QUALITIES",
    read: ascending(1, 100),
    fallback: [60, 80],
    doc: "Qualities that unsigned requests snap up to",
  },
  unsignedRefused: {
    variable: "UNSIGNED_REFUSED",
    read: listOf((text) => text),
    fallback: [],
    doc: "Options that unsigned requests may not use, of those that url.md calls refusable",
  },
  minFreshSeconds: {
    variable: "MIN_FRESH",
    read: whole(0, 3650 * DAY),
    fallback: 3600,
    doc: "Seconds a picture stays fresh at least, whatever its source says",
  },
  maxFreshSeconds: {
    variable: "MAX_FRESH",
    read: whole(1, 3650 * DAY),
    fallback: 30 * DAY,
    doc: "Seconds a picture stays fresh at most",
  },
  staleWhileRevalidateSeconds: {
    variable: "STALE_WHILE_REVALIDATE",
    read: whole(0, 3650 * DAY),
    fallback: 7 * DAY,
    doc: "Seconds after that in which a stale picture is served while the source is asked again",
  },
  staleIfErrorSeconds: {
    variable: "STALE_IF_ERROR",
    read: whole(0, 3650 * DAY),
    fallback: 365 * DAY,
    doc: "Seconds in which a stale picture is served when its source fails",
  },
  loopId: {
    variable: "LOOP_ID",
    read: name,
    fallback: "edge",
    doc: "Our token in `Via` and `CDN-Loop` is `firstlight-<LOOP_ID>`; two deployments in a row need two names",
  },
  contactUrl: {
    variable: "CONTACT_URL",
    read: contact,
    fallback: "",
    doc: "Where the owner of a source can reach you; in the User-Agent. Default: the Worker's own address",
  },
  regions: {
    variable: "REGIONS",
    read: listOf(name),
    fallback: ["enam", "weur", "apac"],
    doc: "Deployed regions, one bucket bound as `R2_<NAME>` each; one without is an error",
  },
  warmSecret: {
    variable: "WARM_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /warm`; unset = 404",
  },
  purgeSecret: {
    variable: "PURGE_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /purge`; unset = 404",
  },
  photonAuthentication: {
    variable: "PHOTON_AUTHENTICATION",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Value of `X-Photon-Authentication` that opens the photon door to sources that are not listed",
  },
} as const satisfies { readonly [K in keyof Settings]: Setting<Settings[K]> };
