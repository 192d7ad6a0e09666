/** Gets a source: HTTPS first, every redirect checked, bytes capped as they are read, one deadline for all of it. */
import type { Priority } from "../concurrency/priority.ts";
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { type AskContext, askSecurely } from "./ask.ts";
import { discard, readBody } from "./body.ts";
import { Deadline } from "./deadline.ts";
import type { SeenAnswer } from "./governor/port.ts";
import { type Conditional, readHeaders, type SourceHeaders, wholeRangeLength } from "./headers.ts";
import { Hops } from "./hops.ts";
import type { GovernedTurn, Governors, GuardContext, HostGuard } from "./hostGuard.ts";
import type { HostStore } from "./hostNews.ts";
import { type Gauge, seenAnswer } from "./hostTurn.ts";
import type { HttpsMemory } from "./https.ts";
import { failureOfStatus, failureOfThrown } from "./outcome.ts";
import { Pace } from "./pace.ts";
import { follow, locationOf } from "./redirect.ts";
import { checkTarget, parseSource } from "./target.ts";

export type SourceOrder = {
  /** Who vouches for the source: for `list`, every hop must be on the list too. */
  readonly authority: ImageRequest["authority"];
  /** The host (with port) this Worker answers on: a hop back to it is a loop. */
  readonly ownHost: string;
  /**
   * Validators of the copy we hold: the answer may then be `notModified`. `of`: the address that gave it, as `URL.href`. No
   * other one is asked with them, since a redirect may lead to another picture by now.
   */
  readonly conditional?: Conditional & { readonly of: string };
};

export type SourceConfig = Pick<
  Config,
  | "allowedSources"
  | "signedNeedsAllowed"
  | "httpSources"
  | "allowLoopbackSources"
  | "maxSourceBytes"
  | "maxRedirects"
  | "sourceTimeoutMs"
  | "queueMs"
  | "loopId"
  | "contactUrl"
>;

export type SourceDeps = {
  readonly config: SourceConfig;
  readonly fetch: typeof fetch;
  /** Milliseconds, for stage times and for what is remembered; in production it moves only at I/O. */
  readonly now: () => number;
  readonly httpsMemory: HttpsMemory;
  readonly hostGuard: HostGuard;
  /** Where isolates tell each other of hosts; null: nowhere. */
  readonly hostStore: HostStore | null;
  /** Takes work that goes on after the answer (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
  /** Governors of hosts; absent = no host has one. */
  readonly governors?: Governors;
  /** How urgent the picture is; readers wait for a slot of the host before warm work. */
  readonly priority?: Priority;
  /** Memory for the bytes. `reserve` is asked before so many bytes in all are held; it may wait, and may throw. */
  readonly memory?: {
    reserve(bytes: number, claim: number): Promise<void>;
    /** Others wait for memory. */
    readonly contended: boolean;
  };
  /** Ends the exchange early; what it is aborted with is thrown. */
  readonly signal?: AbortSignal;
  /** The time of several exchanges together. Absent: this one has `sourceTimeoutMs` for itself. */
  readonly deadline?: Deadline;
};

type Exchange = {
  /** The address that answered, after upgrade and redirects. */
  readonly url: string;
  /** The last address of the redirects, before its upgrade to HTTPS: what takedowns and lists name. */
  readonly finalUrl: string;
  /** The addresses between `source` and `finalUrl`, in order. */
  readonly via: readonly string[];
  readonly status: number;
  readonly headers: SourceHeaders;
  /** Redirects followed. */
  readonly hops: number;
  /** An `http://` address on the way was answered over HTTPS. */
  readonly upgraded: boolean;
  /** Milliseconds until the last hop's headers, and for the body. */
  readonly stages: { readonly headers: number; readonly body: number };
};

export type Fetched =
  | (Exchange & {
      readonly notModified: false;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly bytesIn: number;
      /** The source stopped early: the first part of a JPEG, good for a picture, not for keeping it as fresh. */
      readonly truncated: boolean;
    })
  | (Exchange & { readonly notModified: true; readonly bytesIn: 0 });

/**
 * Fetches `source`, an absolute URL. Throws Failure, and nothing else: what policy says of the first address; for a
 * redirect's target `address_private`, `loop` or `source_redirect_refused`; `source_redirects`, `source_missing`,
 * `source_refused` (with `retryAfter`, if told), `source_failed`, `source_unreachable`, `source_tls`,
 * `source_timeout`, `source_broken`, `source_encoding`, `source_too_many_bytes`; `source_breaker_open` while the host is left alone,
 * `queue_full` when too many wait for it, `source_saturated` when its governor gives no grant in time and
 * `governor_unreachable`. Only an aborted `deps.signal` throws its own reason.
 */
export async function fetchSource(source: string, order: SourceOrder, deps: SourceDeps): Promise<Fetched> {
  const { config, hostGuard, now, memory } = deps;
  const url = parseSource(source);
  checkTarget(url, 0, order, config);
  const turn: GuardContext = {
    ...{ now, queueMs: config.queueMs, store: deps.hostStore, later: deps.later },
    ...(deps.priority === undefined ? {} : { priority: deps.priority }),
    ...(deps.governors === undefined ? {} : { governors: deps.governors }),
    probe: (known) => probe(known, order, deps),
  };
  const acquiring = hostGuard.acquire(url.host, source, turn);
  const permit = await (deps.deadline?.pause(acquiring) ?? acquiring);
  // The source's time starts when it is its turn.
  const deadline = deps.deadline ?? new Deadline(config.sourceTimeoutMs, now, deps.signal);
  const hops = new Hops(url.host, permit);
  const contention = () => ({ slot: hops.contended, memory: memory?.contended ?? false });
  const pace = new Pace(deadline, contention, () => hops.renew());
  try {
    const fetched = await exchange(url, hops, pace, turn, order, deps, deadline);
    hops.release("ok");
    return fetched;
  } catch (error) {
    // What the caller or our own hurry ended says nothing about the host, and nothing about the source.
    hops.release(error instanceof Failure && !pace.hurried ? error : "abandoned");
    throw error instanceof Failure && pace.hurried ? error.notPast(now()) : error;
  } finally {
    pace.stop();
    deadline.stop();
  }
}

/** From the first request to the last byte, within the turn. */
async function exchange(
  first: URL,
  hops: Hops,
  pace: Pace,
  turn: GuardContext,
  order: SourceOrder,
  deps: SourceDeps,
  deadline: Deadline,
): Promise<Fetched> {
  const { config, now } = deps;
  const started = now();
  const awaitFirstByte = (limited: Deadline) => pace.awaitFirstByte(hops.firstByteMs, limited);
  const restart = (answer: SeenAnswer) => pace.pause(hops.restart(answer));
  const context = { ...askContext(deps, deadline), awaitFirstByte, beforeRetry: () => restart({ kind: "failed" }) };
  const via: string[] = [];
  let url = first;
  let upgraded = false;
  for (let count = 0; ; count++) {
    const asked = now();
    const conditional = order.conditional?.of === url.href ? order.conditional : null;
    const answered = await askSecurely(url, { ...context, conditional });
    pace.noteFirstByte();
    hops.noteFirstByte(now() - asked);
    upgraded ||= answered.upgraded;
    const location = locationOf(answered.response);
    if (location === null) {
      const taken = await take(answered.response, started, conditional, deps, deadline, pace, hops);
      const { status } = answered.response;
      return { url: answered.url.href, finalUrl: url.href, via, status, hops: count, upgraded, ...taken };
    }
    await discard(answered.response);
    if (count >= config.maxRedirects) throw new Failure("source_redirects", { limit: config.maxRedirects });
    if (count > 0) via.push(url.href);
    url = follow(location, answered.url);
    checkTarget(url, count + 1, order, config);
    const { host } = url;
    const governor = deps.governors?.nameOf(host) ?? null;
    if (hops.counts(host, governor)) await restart({ kind: "ok" });
    else await pace.pause(hops.leave(host, () => deps.hostGuard.acquireRedirected(host, turn)));
  }
}

function askContext(deps: SourceDeps, deadline: Deadline): AskContext {
  const { config, fetch, now, httpsMemory } = deps;
  return { config, fetch, now, httpsMemory, deadline, conditional: null, asked: new Set<string>() };
}

/** Longest time for a probe, in milliseconds: a request waits for it. */
const PROBE_MS = 3_000;

/** Asks a source that worked before whether it still answers. Null when policy no longer allows it. */
function probe(source: string, order: SourceOrder, deps: SourceDeps): Promise<"ok" | Failure> | null {
  const url = parseSource(source);
  try {
    checkTarget(url, 0, order, deps.config);
  } catch {
    return null;
  }
  return probeInTurn(url, deps.governors?.turn(url.host) ?? null, deps);
}

async function probeInTurn(url: URL, turn: GovernedTurn | null, deps: SourceDeps): Promise<"ok" | Failure> {
  try {
    await turn?.take(PROBE_MS);
  } catch (error) {
    return failureOfThrown(error, url);
  }
  const deadline = new Deadline(Math.min(PROBE_MS, deps.config.sourceTimeoutMs), deps.now, deps.signal);
  const asking = askSecurely(url, askContext(deps, deadline)).then(async ({ response }) => {
    await discard(response);
    const failure = response.status < 400 ? null : failureOfStatus(response, deps.now(), false);
    return failure ?? "ok";
  });
  const outcome = await asking.catch((error: unknown) => failureOfThrown(error, url)).finally(() => deadline.stop());
  turn?.release(seenAnswer(outcome));
  return outcome;
}

/** Takes the last answer: throws its failure, or reads its bytes. */
async function take(
  response: Response,
  started: number,
  conditional: Conditional | null,
  { config, now, memory }: SourceDeps,
  deadline: Deadline,
  pace: Pace,
  gauge: Gauge,
) {
  const answered = now();
  const failure = failureOfStatus(response, answered, Boolean(conditional?.etag || conditional?.lastModified));
  if (failure !== null) {
    await discard(response);
    throw failure;
  }
  const headers = readHeaders(response.headers);
  if (response.status === 304) {
    const stages = { headers: answered - started, body: 0 };
    return { headers, stages, notModified: true, bytesIn: 0 } as const;
  }
  const room = memory && ((bytes: number, claim: number) => memory.reserve(bytes, claim));
  const { bytes, truncated: cut } = await readBody(response, config.maxSourceBytes, deadline, room, pace, gauge);
  const whole = response.status === 206 ? wholeRangeLength(response.headers) : null;
  const truncated = cut || (whole !== null && bytes.length < whole);
  if (truncated && !isJpeg(bytes)) throw new Failure("source_broken", {}, `cut after ${bytes.length} bytes`);
  const stages = { headers: answered - started, body: now() - answered };
  return { headers, stages, notModified: false, bytes, bytesIn: bytes.length, truncated } as const;
}

/** Only of a JPEG is a cut file a picture: its decoder shows what has come (ITU-T T.81 annex B: SOI, then a marker). */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
