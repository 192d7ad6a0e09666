/** Every variable of the Worker in one table: its name, its reader, its default, and its text in docs/operations.md. */

import type { Config } from "./config.ts";
import { LADDER } from "./ladder.ts";
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

/** Config as the variables have it: keys and salts are two lists, which `parseConfig` pairs. Live settings are left out. */
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
  /** It is set with `wrangler secret put`, never in [vars]. No message repeats its value. */
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
    doc: "Keys that sign URLs of the imgproxy grammar: hex, separated by commas. Any of them may sign, so keys can be rotated",
  },
  signingSalts: {
    variable: "SIGNING_SALTS",
    read: listOf(hex),
    fallback: [],
    secret: true,
    doc: "Salts: hex, separated by commas, one per key in the same order",
  },
  signatureSize: {
    variable: "SIGNATURE_SIZE",
    read: whole(16, 32),
    fallback: 32,
    doc: "Length of a signature in bytes, 16 to 32. Below 32 the signature is truncated",
  },
  signedNeedsAllowed: {
    variable: "SIGNED_NEEDS_ALLOWED",
    read: flag,
    fallback: false,
    doc: "`true`: signed requests, too, may reach only `ALLOWED_SOURCES`",
  },
  allowedSources: {
    variable: "ALLOWED_SOURCES",
    read: listOf(pattern),
    fallback: [],
    doc: "Hosts that unsigned requests may reach: `example.org`, `*.example.org`, `example.org/photos`. Two labels or more must follow `*.`. Empty = none",
  },
  httpSources: {
    variable: "HTTP_SOURCES",
    read: oneOf("upgrade", "allow", "deny"),
    fallback: "upgrade",
    doc: "What happens to `http://` sources: `upgrade` tries HTTPS first, `allow` fetches them as given, `deny` answers 403",
  },
  allowLoopbackSources: {
    variable: "ALLOW_LOOPBACK_SOURCES",
    read: flag,
    fallback: false,
    doc: "For development: `true` allows sources on loopback at any port. It is an error unless the Worker itself answers on loopback",
  },
  maxSourceBytes: {
    variable: "MAX_SOURCE_BYTES",
    read: whole(1, 100 * MIB),
    fallback: 32 * MIB,
    doc: "Largest source file, in bytes as read. At most `MAX_BYTES_IN_FLIGHT`; if only one of the two is set, the other is adjusted to it",
  },
  maxSourcePixels: {
    variable: "MAX_SOURCE_PIXELS",
    read: whole(1, 1_000_000_000),
    fallback: 100_000_000,
    doc: "Largest source picture, in pixels (width times height)",
  },
  maxSourceFrames: {
    variable: "MAX_SOURCE_FRAMES",
    read: whole(1, 100_000),
    fallback: 1000,
    doc: "Most frames of a source that is an animation",
  },
  maxResultSide: {
    variable: "MAX_RESULT_SIDE",
    read: whole(1, 16_383),
    fallback: 4096,
    doc: "Longest side of a result, in pixels. Sizes of `LADDER` above it are not used",
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
    doc: "Most redirects that the Worker follows from a source. It checks each one like the first address",
  },
  sourceTimeoutMs: {
    variable: "SOURCE_TIMEOUT_MS",
    read: whole(100, 60_000),
    fallback: 10_000,
    doc: "Time limit for the whole exchange with a source, in milliseconds, with redirects and body",
  },
  queueMs: {
    variable: "QUEUE_MS",
    read: whole(0, 60_000),
    fallback: 10_000,
    doc: "How long a request waits for memory, for the render slot or for a slot of the source's host, in milliseconds, before it gets 503",
  },
  maxBytesInFlight: {
    variable: "MAX_BYTES_IN_FLIGHT",
    read: whole(1, 100 * MIB),
    fallback: 32 * MIB,
    doc: "Most source bytes that one isolate holds at the same time",
  },
  engine: {
    variable: "ENGINE",
    read: engine,
    fallback: "auto",
    doc: "Only `auto`. The baseline, which makes every thumbnail with photon, is a separate build: `npm run bench -- engine`",
  },
  ladder: {
    variable: "LADDER",
    read: ascending(1, 16_383),
    fallback: LADDER,
    doc: "Sizes in pixels. The size of an unsigned request is raised to the next one",
  },
  ladderQualities: {
    variable: "LADDER_QUALITIES",
    read: ascending(1, 100),
    fallback: [60, 80],
    doc: "Qualities. The quality of an unsigned request is raised to the next one",
  },
  unsignedRefused: {
    variable: "UNSIGNED_REFUSED",
    read: listOf((text) => text),
    fallback: [],
    doc: "Options that unsigned requests may not use. url.md marks the possible ones as refusable",
  },
  minFreshSeconds: {
    variable: "MIN_FRESH",
    read: whole(0, 3650 * DAY),
    fallback: 3600,
    doc: "Least time a picture stays fresh, in seconds, whatever its source says",
  },
  maxFreshSeconds: {
    variable: "MAX_FRESH",
    read: whole(1, 3650 * DAY),
    fallback: 30 * DAY,
    doc: "Most time a picture stays fresh, in seconds",
  },
  staleWhileRevalidateSeconds: {
    variable: "STALE_WHILE_REVALIDATE",
    read: whole(0, 3650 * DAY),
    fallback: 7 * DAY,
    doc: "Seconds after a picture became stale in which it is still served at once, while the source is asked again; `stale-while-revalidate` of our answers (RFC 5861)",
  },
  staleIfErrorSeconds: {
    variable: "STALE_IF_ERROR",
    read: whole(0, 3650 * DAY),
    fallback: 365 * DAY,
    doc: "Seconds after a picture became stale in which it is still served if its source fails; `stale-if-error` of our answers",
  },
  loopId: {
    variable: "LOOP_ID",
    read: name,
    fallback: "edge",
    doc: "Our token in `Via` and `CDN-Loop` is `firstlight-<LOOP_ID>`. If one deployment fetches from another, they need different names",
  },
  contactUrl: {
    variable: "CONTACT_URL",
    read: contact,
    fallback: "",
    doc: "Address where the owner of a source can reach you. It is in the User-Agent. Default: the Worker's own address",
  },
  regions: {
    variable: "REGIONS",
    read: listOf(name),
    fallback: ["enam", "weur", "apac", "oc"],
    doc: "Deployed regions. Each needs a bucket bound as `R2_<NAME>`; a region without one is an error",
  },
  warmSecret: {
    variable: "WARM_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /warm`. Unset: `/warm` answers 404",
  },
  purgeSecret: {
    variable: "PURGE_SECRET",
    read: secret,
    fallback: null,
    secret: true,
    doc: "Key that signs `POST /purge`. Unset: `/purge` answers 404",
  },
  photonAuthentication: {
    variable: "PHOTON_AUTHENTICATION",
    read: secret,
    fallback: null,
    secret: true,
    doc: "With this value in `X-Photon-Authentication`, a request of the photon grammar may reach sources that are not listed",
  },
  placeholder: {
    variable: "PLACEHOLDER",
    read: oneOf("off", "transparent", "svg"),
    fallback: "off",
    doc: "Body of an error for `<img>` (`Accept` names `image/*` and not `text/html`), with the error's status: `off` sends JSON, `transparent` a GIF of 1 pixel, `svg` a grey picture. With a picture a page's `onerror` does not fire",
  },
  robots: {
    variable: "ROBOTS",
    read: oneOf("allow", "disallow", "off"),
    fallback: "allow",
    doc: "`/robots.txt`: `allow` lets crawlers load pictures, so that they see pages as readers do; `disallow` keeps them out; `off` answers 404",
  },
  canonicalLink: {
    variable: "CANONICAL_LINK",
    read: flag,
    fallback: true,
    doc: 'Pictures say where their original is, `Link: <source>; rel="canonical"`, so that search engines index that one',
  },
} as const satisfies { readonly [K in keyof Settings]: Setting<Settings[K]> };
