/** What a deployment sets, parsed. parseConfig.ts makes it from the variables. */

import type { WeatherMap, WeatherSettings } from "../weather/settings.ts";
import type { Politeness } from "./politeness.ts";
import type { TapName } from "./taps.ts";

export type HttpSources = "upgrade" | "allow" | "deny";

/** What `Accept: image/*` gets in place of an error's JSON. */
export type Placeholder = "off" | "transparent" | "svg";

/** What becomes of a reader while a source's host gets no more requests: waits in line, or is sent to the source itself. */
export type OnSaturation = "wait" | "redirect";

/** When readers who take AVIF get it: never, or once two requests have found a picture stored, but not at their edge. */
export type AvifMode = "off" | "second-view";

/** What `/robots.txt` tells crawlers; `off` = there is no such address. */
export type Robots = "allow" | "disallow" | "off";

/** The limit of a signing key's misses: each class but `none` is a rate limit binding (wrangler.toml). */
export const KEY_CLASSES = ["none", "standard", "strict"] as const;
export type KeyClass = (typeof KEY_CLASSES)[number];

/** `options`: segments such as `w:320`. */
export type Preset = { readonly name: string; readonly options: readonly string[] };

export type SigningPair = { readonly key: Uint8Array; readonly salt: Uint8Array };

/** What takedowns block: hex prefixes of SHA-256, 32 digits of a source and 16 of a host (store/schema/key.ts). */
export type Blocked = { readonly sources: ReadonlySet<string>; readonly hosts: ReadonlySet<string> };

/** Every setting, parsed and checked once. Byte sizes in bytes, times in milliseconds unless the name says seconds. */
export type Config = {
  readonly signingPairs: readonly SigningPair[];
  /** Names of the pairs, in their order. Empty = they have none, and no limits. */
  readonly signingKeyNames: readonly string[];
  /** Limit classes of the pairs, in their order. */
  readonly signingKeyLimits: readonly KeyClass[];
  readonly signatureSize: number;
  /** Decrypts sources of the imgproxy grammar: 16, 24 or 32 bytes. */
  readonly sourceUrlEncryptionKey: Uint8Array<ArrayBuffer> | null;
  /** Options by name, for `preset`. */
  readonly presets: readonly Preset[];
  /** Whether addresses of the imgproxy grammar name presets and no options. */
  readonly onlyPresets: boolean;
  /** Address of the picture that stands in for one whose source fails. */
  readonly fallbackImageUrl: string | null;
  /** Its status; 0 = that of the failure. */
  readonly fallbackImageHttpCode: number;
  /** Drawn where an address asks for a watermark; null = there is none. */
  readonly watermarkUrl: string | null;
  /** Multiplies the opacity that an address asks for, 0 to 1. */
  readonly watermarkOpacity: number;
  /** Whether addresses may lower limits (imgproxy's security options). */
  readonly allowSecurityOptions: boolean;
  readonly signedNeedsAllowed: boolean;
  /** Host patterns as written: `example.org`, `*.example.org`, `example.org/path/`. Empty allows nothing. */
  readonly allowedSources: readonly string[];
  /** Patterns of the pages that may show pictures. Empty = all pages. */
  readonly allowedReferers: readonly string[];
  /** Whether requests without a Referer pass. */
  readonly emptyReferer: boolean;
  readonly httpSources: HttpSources;
  readonly allowLoopbackSources: boolean;
  readonly maxSourceBytes: number;
  readonly maxSourcePixels: number;
  readonly maxSourceFrames: number;
  readonly maxResultSide: number;
  readonly maxResultPixels: number;
  /** The most frames of an animation that a result has; 1 = results are stills. */
  readonly maxAnimationFrames: number;
  readonly maxAnimationPixels: number;
  readonly maxRedirects: number;
  readonly sourceTimeoutMs: number;
  readonly queueMs: number;
  readonly onSaturation: OnSaturation;
  readonly maxBytesInFlight: number;
  /** Misses that a client may have at once in an isolate; 0 = any number. */
  readonly maxMissesInFlight: number;
  readonly engine: "auto";
  /** Whether providers are asked for their own sizes. */
  readonly providerSizes: "on" | "off";
  /** Rules of providers that are switched, as written (origin/providers/switched.ts). */
  readonly providerRules: readonly string[];
  /** Names of the formats that are decoded. Empty = all. */
  readonly decoders: readonly string[];
  /** The size and quality of an unsigned request are raised to the next of these. Ascending. */
  readonly ladder: readonly number[];
  readonly ladderQualities: readonly number[];
  /** The highest quality for readers who save data or have a slow connection; 0 = as for everybody. */
  readonly slowQuality: number;
  /** Whether thumbnails keep the metadata about rights that the fetched bytes carry, when the address does not say. */
  readonly keepCopyright: boolean;
  /** Names of options that unsigned requests may not use. policy/unsigned.ts checks the names. */
  readonly unsignedRefused: readonly string[];
  /** The freshness lifetime that the source's Cache-Control gives is clamped to [min, max]. */
  readonly minFreshSeconds: number;
  readonly maxFreshSeconds: number;
  readonly staleWhileRevalidateSeconds: number;
  readonly staleIfErrorSeconds: number;
  /** Our token in Via and CDN-Loop is `firstlight-<loopId>`. */
  readonly loopId: string;
  /** The contact address in the User-Agent. Empty = the address that this Worker answers on. */
  readonly contactUrl: string;
  readonly regions: readonly string[];
  /** Whether data centres are led round slow ways. Fewer than two regions have no weather (live/weather.ts). */
  readonly weather: "on" | "off";
  readonly warmSecret: string | null;
  readonly purgeSecret: string | null;
  readonly catalogueSecret: string | null;
  readonly catalogueChunkSeconds: number;
  readonly catalogueLeaseSeconds: number;
  readonly photonAuthentication: string | null;
  readonly labelsSecret: string | null;
  /** Which service recognises pictures (catalogue/recognition). */
  readonly labelsService: "rekognition" | "workers-ai";
  /** Dollars for orders without a budget of their own. */
  readonly labelsBudget: number;
  readonly labelsPerSecond: number;
  readonly labelsTimeoutMs: number;
  readonly rekognitionRegion: string;
  /** Empty = the region's own. */
  readonly rekognitionEndpoint: string;
  readonly awsAccessKeyId: string | null;
  readonly awsSecretAccessKey: string | null;
  readonly placeholder: Placeholder;
  readonly robots: Robots;
  readonly avif: AvifMode;
  /** What renders work out from their pixels for readers. */
  readonly taps: readonly TapName[];
  /** Whether pictures carry `Link: <source>; rel="canonical"`. */
  readonly canonicalLink: boolean;
  /** This and the fields below come from the live settings in KV (live/liveSettings.ts). They are empty until then. */
  readonly blocked: Blocked;
  /** Purge epoch (unix ms) per `host16`, part of the edge key. A host without an entry has epoch 0. */
  readonly epochs: Readonly<Record<string, number>>;
  /** When a host was last marked stale, by `host16`, unix ms: its older copies must be confirmed by the source. */
  readonly staleEpochs: Readonly<Record<string, number>>;
  /** Renditions of these makers (StoredMeta.maker) are misses. */
  readonly retiredMakers: ReadonlySet<string>;
  /** The operator's corrections of the region map, such as `colo:DXB` -> `weur` (coordinate/regions.ts). */
  readonly regionOverrides: Readonly<Record<string, string>>;
  /** The weather as decided and as ordered (weather/settings.ts). */
  readonly weatherSettings: WeatherSettings;
  /** Which data centres read another region than the table says; the table itself where there is no weather. */
  readonly regionMap: WeatherMap;
  /** The operator's limits per host pattern, over those of the table of known hosts (origin/governor/politeness.ts). */
  readonly politeness: Readonly<Record<string, Partial<Politeness>>>;
};
