/** What one isolate remembers between requests: bounded, and only ever a shortcut. A new isolate starts without it. */
import { BoundedMap } from "../concurrency/boundedMap.ts";
import { MemoryBudget } from "../concurrency/memoryBudget.ts";
import { MovingMedian } from "../concurrency/movingMedian.ts";
import { RecentKeys } from "../concurrency/recentKeys.ts";
import { createSemaphore, type Semaphore } from "../concurrency/semaphore.ts";
import { SingleFlight } from "../concurrency/singleFlight.ts";
import type { Config } from "../config/config.ts";
import { overrideCheck } from "../coordinate/overrides.ts";
import type { Failure } from "../errors.ts";
import { LiveConfig } from "../live/liveConfig.ts";
import { GovernedHosts } from "../origin/governor/client/governedHosts.ts";
import { HostGuard } from "../origin/hostGuard.ts";
import { HttpsMemory } from "../origin/https.ts";
import { Refusals } from "../origin/providers/refusals.ts";
import { InFlight } from "../policy/inFlight.ts";
import { RequestMemory } from "../request/requestMemory.ts";
import type { AvifState } from "../store/avifVerdict.ts";
import type { KnownVersion } from "../store/freshness.ts";
import { type NegativeMemory, newNegativeMemory } from "../store/negative.ts";
import type { Original } from "../store/original.ts";
import type { Look, SourceInfo } from "../store/sourceInfo.ts";
import type { Described } from "../store/sourceMeta.ts";
import type { Stored } from "../store/tiers/tier.ts";
import { ReportWindow } from "../weather/report.ts";
import { Meter } from "./meter.ts";

/** Longer than any exchange with a source and its render may take. */
const FLIGHT_MS = 20_000;
/** A stale picture is renewed behind its answers this often at most, for so many pictures. */
const RENEW_WINDOW_MS = 30_000;
const RENEW_MEMORY = 10_000;
const WRITE_MEMORY = 10_000;
/** A redirect is written down once in this time: one write of R2 per isolate, final and asked address. */
const REDIRECT_WINDOW_MS = 86_400_000;
/** Addresses that need not be verified again. Most take 2 kB; long ones are fewer. */
const REQUEST_MEMORY = 2_000;
const REQUEST_MEMORY_BYTES = 4 * 1024 * 1024;
/** Pictures that are in no store and whose source fails. */
const NOWHERE_MEMORY = 5_000;
/** Sources that have newer bytes than a copy that was shown. */
const OUTDATED_MEMORY = 1_000;
/** Pictures of image servers. */
const DESCRIBED_MEMORY = 2_000;
/** Fetches that the moving median is of, and what it is before the first: a source on another continent. */
const FETCHES_REMEMBERED = 31;
const FIRST_FETCH_MS = 1_000;
/** Clients that are over their miss rate. */
const RATE_MEMORY = 10_000;
/** Pictures whose AVIF was asked about. */
const VERDICT_MEMORY = 5_000;
/** Watermarks of the configuration and of the one before it. */
const WATERMARK_MEMORY = 2;
/** Requests that may wait for room for their source's bytes, or for the engine: a page or three. */
const MAX_WAITING = 128;

/** A picture and, when it was in store, where. */
export type Rendered = {
  readonly stored: Stored;
  readonly hit: string | null;
  /** The stores that had it when it was looked up. Absent when it was made now. Never rejects. */
  readonly holders?: Promise<readonly string[]>;
  /** Of a push: the region that it was made for, and is stored in. */
  readonly pushedTo?: string;
};

export type IsolateState = {
  /** The configuration with the live settings over it. */
  readonly liveConfig: LiveConfig;
  /** Hosts found to have no HTTPS. */
  readonly https: HttpsMemory;
  /** Breakers and slots of the hosts asked. */
  readonly hosts: HostGuard;
  /** Addresses and rules of providers that failed lately. */
  readonly refusals: Refusals;
  /** What image servers said of pictures lately, by the address of the description. */
  readonly described: BoundedMap<string, Described>;
  /** Hosts that have a governor, and what is said to it. */
  readonly governed: GovernedHosts;
  /** Failures of sources, for as long as errors.ts says. */
  readonly negatives: NegativeMemory;
  /**
   * Audience, region, authority and rendition key -> unix ms until which such a caller finds it nowhere, while the failure
   * of its source is remembered.
   */
  readonly nowhere: BoundedMap<string, number>;
  /** Sources whose stored copies were found to be outdated, by the key of their metadata: what is known of each. */
  readonly outdated: BoundedMap<string, KnownVersion>;
  /** Keys written lately to tiers with a write window. */
  readonly writes: RecentKeys;
  /** Pictures renewed lately behind their answers. */
  readonly renewals: RecentKeys;
  /** Redirects written down lately for purges. */
  readonly redirects: RecentKeys;
  /** Masters ordered lately. */
  readonly masters: RecentKeys;
  /** What was said last of pictures' AVIF, by purge epoch, key and source hash (rendition/secondView.ts). */
  readonly verdicts: BoundedMap<string, { readonly state: AvifState; readonly at: number }>;
  /** One look-up and one render of a picture at a time. */
  readonly flights: SingleFlight<Rendered>;
  /** One look-up of a source's facts at a time. */
  readonly infoFlights: SingleFlight<SourceInfo & Look & { readonly hit: string | null }>;
  /** Watermarks in use, by their address. */
  readonly watermarks: BoundedMap<string, Original>;
  /** Those that could not be had, by their address, and until when (unix ms) nobody asks again. */
  readonly lostWatermarks: BoundedMap<string, { readonly until: number; readonly failure: Failure }>;
  readonly watermarkFlights: SingleFlight<Original>;
  /** Milliseconds from asking a source until its picture is rendered: the longest that a reader joins a push. */
  readonly fetchMs: MovingMedian;
  /** Addresses answered lately. */
  readonly requests: RequestMemory;
  /** Client key -> unix ms until which its misses are refused without asking the limiter again. */
  readonly overRate: BoundedMap<string, number>;
  /** Misses that clients wait for. */
  readonly inFlight: InFlight;
  /** What was used for invocations whose last line is written. The next line has it. */
  readonly lateUsage: Meter;
  /** How long look-ups took since the last report. */
  weather(): ReportWindow;
  /** The source bytes that the isolate holds at once. */
  sourceBytes(config: Config): MemoryBudget;
  /** One decode at a time: engines keep memory of their own. */
  renderSlot(config: Config): Semaphore;
  /** One picture at a time in the heavy Worker: its memory is that of one. */
  heavySlot(config: Config): Semaphore;
};

/** One per isolate; tests make their own. */
export function newIsolateState(): IsolateState {
  let bytes: MemoryBudget | undefined;
  let slot: Semaphore | undefined;
  let heavy: Semaphore | undefined;
  let weather: ReportWindow | undefined;
  return {
    liveConfig: new LiveConfig(overrideCheck),
    https: new HttpsMemory(),
    hosts: new HostGuard(),
    refusals: new Refusals(),
    described: new BoundedMap(DESCRIBED_MEMORY),
    governed: new GovernedHosts(),
    negatives: newNegativeMemory(),
    nowhere: new BoundedMap(NOWHERE_MEMORY),
    outdated: new BoundedMap(OUTDATED_MEMORY),
    writes: new RecentKeys(RENEW_WINDOW_MS, WRITE_MEMORY),
    renewals: new RecentKeys(RENEW_WINDOW_MS, RENEW_MEMORY),
    redirects: new RecentKeys(REDIRECT_WINDOW_MS, WRITE_MEMORY),
    masters: new RecentKeys(RENEW_WINDOW_MS, RENEW_MEMORY),
    verdicts: new BoundedMap(VERDICT_MEMORY),
    flights: new SingleFlight(FLIGHT_MS),
    infoFlights: new SingleFlight(FLIGHT_MS),
    watermarks: new BoundedMap(WATERMARK_MEMORY),
    lostWatermarks: new BoundedMap(WATERMARK_MEMORY),
    watermarkFlights: new SingleFlight(FLIGHT_MS),
    fetchMs: new MovingMedian(FETCHES_REMEMBERED, FIRST_FETCH_MS),
    requests: new RequestMemory(REQUEST_MEMORY, REQUEST_MEMORY_BYTES),
    overRate: new BoundedMap(RATE_MEMORY),
    inFlight: new InFlight(),
    lateUsage: new Meter(),
    // A random name can only be drawn while a request is served.
    weather: () => (weather ??= new ReportWindow(crypto.randomUUID().replaceAll("-", ""))),
    sourceBytes: ({ maxBytesInFlight: capacity, queueMs: waitMs }) =>
      (bytes ??= new MemoryBudget({ capacity, maxWaiting: MAX_WAITING, waitMs })),
    renderSlot: ({ queueMs: waitMs }) => (slot ??= createSemaphore({ capacity: 1, maxWaiting: MAX_WAITING, waitMs })),
    heavySlot: ({ queueMs: waitMs }) => (heavy ??= createSemaphore({ capacity: 1, maxWaiting: MAX_WAITING, waitMs })),
  };
}
