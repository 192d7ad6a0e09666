/** One hop: the headers of one address, over HTTPS where that can be had. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import { isLoopbackHost } from "../policy/hosts.ts";
import { discard } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { type Conditional, sentHeaders } from "./headers.ts";
import { type HttpsMemory, secureTwin } from "./https.ts";
import { failureOfStatus, failureOfThrown, isConnectFailure, isLostConnection } from "./outcome.ts";

/** What a hop needs to know. All but `conditional` is the same for every hop of an exchange. */
export type AskContext = {
  readonly config: Pick<Config, "httpSources" | "allowLoopbackSources" | "sourceTimeoutMs" | "loopId" | "contactUrl">;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly httpsMemory: HttpsMemory;
  readonly deadline: Deadline;
  readonly conditional: Conditional | null;
  /** Every address asked so far; written here. */
  readonly asked: Set<string>;
  /** Called before each request, with the deadline that a late first byte ends while others wait. */
  readonly awaitFirstByte?: (deadline: Deadline) => void;
  /** Called before a second request for the same hop: the host has seen the first one, or may have. */
  readonly beforeRetry?: () => Promise<void>;
};

export type Answered = {
  readonly response: Response;
  /** The address that answered. */
  readonly url: URL;
  /** It was asked as `http:` and answered as `https:`. */
  readonly upgraded: boolean;
};

/**
 * Asks `url`. Where policy wants it, its HTTPS twin is asked first, and `url` itself only after a connect or TLS failure
 * or half of the time in silence, never after a status. Throws Failure `source_unreachable`, `source_tls`, `source_timeout`.
 */
export async function askSecurely(url: URL, context: AskContext): Promise<Answered> {
  const { config, httpsMemory, deadline, now, asked } = context;
  const loopback = config.allowLoopbackSources && isLoopbackHost(url.hostname);
  const rules = { httpSources: config.httpSources, loopback, asked, memory: httpsMemory };
  const twin = secureTwin(url, rules, now());
  if (twin === null) return { response: await ask(url, context, deadline), url, upgraded: false };
  // A firewall that drops packets to port 443 must not use up all the time: plain HTTP gets the other half.
  const half = new Deadline(config.sourceTimeoutMs / 2, now, deadline.signal);
  let refused: boolean;
  try {
    return { response: await ask(twin, context, half), url: twin, upgraded: true };
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.why;
    refused = error instanceof Failure && isConnectFailure(error);
    if (!refused && !half.signal.aborted) throw error;
  } finally {
    half.disarm();
  }
  await context.beforeRetry?.();
  const response = await ask(url, context, deadline);
  httpsMemory.notePlainOnly(url.host, refused, now());
  return { response, url, upgraded: false };
}

/**
 * Asks one address, and once more when the connection was lost. A kept connection that the source closes at that very
 * moment looks the same, and no picture should be missing because of it (RFC 9112 9.3.1: a GET may be sent again).
 */
async function ask(url: URL, context: AskContext, deadline: Deadline): Promise<Response> {
  context.awaitFirstByte?.(deadline);
  try {
    return await askOnce(url, context, deadline);
  } catch (error) {
    if (!(error instanceof Failure) || !isLostConnection(error) || deadline.signal.aborted) throw error;
    await context.beforeRetry?.();
    return askOnce(url, context, deadline);
  }
}

async function askOnce(url: URL, context: AskContext, deadline: Deadline): Promise<Response> {
  // Not called as a method of the context: workerd's fetch refuses that.
  const { fetch, config, now, asked } = context;
  asked.add(url.href);
  let response: Response;
  try {
    const init: RequestInit = {
      headers: sentHeaders(config, context.conditional),
      redirect: "manual",
      // Otherwise the cache of our own zone keeps a copy that no purge knows.
      cache: "no-store",
      signal: deadline.signal,
    };
    response = await deadline.race(fetch(url.href, init));
  } catch (error) {
    throw deadline.signal.aborted ? deadline.why : failureOfThrown(error, url);
  }
  const failure = failureOfStatus(response, now(), true);
  if (failure === null || !isConnectFailure(failure)) return response;
  await discard(response);
  throw failure;
}
