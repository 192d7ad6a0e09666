/** Gets a source: HTTPS first, every redirect checked, bytes capped as read, one deadline for all of it. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import { checkHop } from "../policy/source.ts";
import type { ImageRequest } from "../request/imageRequest.ts";
import { askSecurely } from "./ask.ts";
import { discard, readBody } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { type Conditional, readHeaders, type SourceHeaders } from "./headers.ts";
import type { GuardContext, HostGuard, HostPermit, HostStore } from "./hostGuard.ts";
import type { HttpsMemory } from "./https.ts";
import { failureOfStatus, failureOfThrown } from "./outcome.ts";

export type SourceOrder = {
  /** Who vouches for the source: for `list`, every hop must be on the list too. */
  readonly authority: ImageRequest["authority"];
  /** The host (with port) this Worker answers on: a hop back to it is a loop. */
  readonly ownHost: string;
  /** Validators of the copy we hold: the answer may then be `notModified`. */
  readonly conditional?: Conditional;
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
  /** Where isolates tell each other of open breakers; null: nowhere. */
  readonly hostStore: HostStore | null;
  /** Takes work that goes on after the answer (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
  /** Asked before so many bytes in all are held; may wait, and may refuse by throwing. */
  readonly room?: (bytes: number, claim: number) => Promise<void>;
  /** Ends the exchange early; what it is aborted with is thrown. */
  readonly signal?: AbortSignal;
};

type Exchange = {
  /** The address that answered, after upgrade and redirects. */
  readonly url: string;
  /** The last address of the redirects, before its upgrade to HTTPS: what takedowns and lists name. */
  readonly finalUrl: string;
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

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Fetches `source`, an absolute URL. Throws Failure, and nothing else: what policy says of the first address; for a
 * redirect's target `address_private`, `loop` or `source_redirect_refused`; `source_redirects`, `source_missing`,
 * `source_refused` (with `retryAfter`, if told), `source_failed`, `source_unreachable`, `source_tls`,
 * `source_timeout`, `source_broken`, `source_too_many_bytes`; `source_breaker_open` while the host is left alone and
 * `queue_full` when too many wait for it. Only an aborted `deps.signal` throws its own reason.
 */
export async function fetchSource(source: string, order: SourceOrder, deps: SourceDeps): Promise<Fetched> {
  const { config, fetch, httpsMemory, hostGuard, now } = deps;
  const turn: GuardContext = { now, queueMs: config.queueMs, store: deps.hostStore, later: deps.later };
  let url = parse(source);
  check(url, 0, order, config);
  let permit = await hostGuard.acquire(url.host, source, turn);
  // The source's time starts when it is its turn.
  const started = now();
  const deadline = new Deadline(config.sourceTimeoutMs, now, deps.signal);
  const conditional = order.conditional ?? null;
  const context = { config, fetch, now, httpsMemory, deadline, conditional, asked: new Set<string>() };
  try {
    let upgraded = false;
    for (let hops = 0; ; hops++) {
      const answered = await askSecurely(url, context);
      upgraded ||= answered.upgraded;
      const { response } = answered;
      const location = REDIRECTS.includes(response.status) ? response.headers.get("location") : null;
      if (location === null) {
        const exchange = { url: answered.url.href, finalUrl: url.href, status: response.status, hops, upgraded };
        const taken = await take(response, started, conditional, deps, deadline);
        permit.release("ok");
        return { ...exchange, ...taken };
      }
      await discard(response);
      permit.release("ok");
      if (hops >= config.maxRedirects) throw new Failure("source_redirects", { limit: config.maxRedirects });
      url = follow(location, answered.url);
      check(url, hops + 1, order, config);
      permit = await deadline.pause(hostGuard.acquire(url.host, source, turn));
    }
  } catch (error) {
    releaseFailed(permit, error);
    throw error;
  } finally {
    deadline.stop();
  }
}

/** What the caller itself ended says nothing about the host. */
function releaseFailed(permit: HostPermit, error: unknown): void {
  permit.release(error instanceof Failure ? error : "abandoned");
}

function parse(source: string): URL {
  if (!URL.canParse(source)) throw new Failure("source_invalid", { why: "it is not an absolute URL" });
  const url = new URL(source);
  url.hash = "";
  return url;
}

/** Where a redirect leads, resolved against the address that answered (RFC 9110 10.2.2), without its fragment. */
function follow(location: string, from: URL): URL {
  if (!URL.canParse(location, from.href)) throw new Failure("source_redirect_refused", {}, "unreadable Location");
  const url = new URL(location, from.href);
  url.hash = "";
  return url;
}

const STAYS: readonly string[] = ["address_private", "loop", "misconfigured"];

/** What a source sends us to is its own doing (502); a private place or ourselves stays what it is (403, 508). */
function check(url: URL, hops: number, order: SourceOrder, config: SourceConfig): void {
  try {
    checkHop(url, order, config);
  } catch (error) {
    const failure = failureOfThrown(error, url);
    if (hops === 0 || STAYS.includes(failure.reason)) throw failure;
    const why = failure.detail ?? failure.facts.why ?? "";
    throw new Failure("source_redirect_refused", {}, `${failure.reason} ${why}`.trim());
  }
}

/** The last answer: its failure thrown, or its bytes read. */
async function take(
  response: Response,
  started: number,
  conditional: Conditional | null,
  { config, now, room }: SourceDeps,
  deadline: Deadline,
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
  const { bytes, truncated } = await readBody(response, config.maxSourceBytes, deadline, room);
  if (truncated && !isJpeg(bytes)) throw new Failure("source_broken", {}, `cut after ${bytes.length} bytes`);
  const stages = { headers: answered - started, body: now() - answered };
  return { headers, stages, notModified: false, bytes, bytesIn: bytes.length, truncated } as const;
}

/** Only a JPEG that was cut is a picture: its decoder paints what it has (ITU-T T.81 annex B: SOI, then a marker). */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
