/** How an exchange with a source ended, as a Failure: a table of statuses and a table of the runtime's error texts. Pure. */
import { Failure, type Reason } from "../errors.ts";
import { firstRange, retryAfterSeconds, wholeRangeLength } from "./headers.ts";

/**
 * Statuses that are failures. The class below decides about those that are not named. 52x and 530 are Cloudflare's own: in
 * production fetch() does not throw when a source cannot be reached, it answers with one of these
 * (developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors).
 */
const BY_STATUS: Readonly<Record<number, Reason>> = {
  404: "source_missing",
  408: "source_failed",
  410: "source_missing",
  425: "source_failed",
  521: "source_unreachable",
  522: "source_unreachable",
  523: "source_unreachable",
  525: "source_tls",
  526: "source_tls",
  530: "source_unreachable",
};

/** By class. Some sites send a status over 599 (999) to programs that they do not want. */
function reasonOfClass(status: number): Reason {
  return (status >= 400 && status < 500) || status >= 600 ? "source_refused" : "source_failed";
}

/**
 * The failure that an answer means. Null for 200 and 203, for 206 with the whole file, and for 304 where the request
 * was conditional. 204, 206 with a part of the file and 3xx without a target are `source_failed`.
 */
export function failureOfStatus(
  response: Response,
  now: number,
  conditional: boolean,
  wantsPart = false,
): Failure | null {
  const { status } = response;
  if (status === 200 || status === 203 || (status === 304 && conditional)) return null;
  const range = wantsPart ? firstRange : wholeRangeLength;
  if (status === 206 && range(response.headers) !== null) return null;
  const reason = BY_STATUS[status] ?? reasonOfClass(status);
  const retryAfter = retryAfterSeconds(response.headers, now);
  return new Failure(reason, { value: status, ...(retryAfter === null ? {} : { retryAfter }) }, `status ${status}`);
}

/**
 * What fetch() throws in workerd, by scheme. test/src/origin/fetch.test.ts checks it against real servers. A refused or
 * reset connection, one that was closed early and an unreadable answer all throw "Network connection lost.". A failed TLS
 * handshake and a name without an address both throw "internal error; reference = ...". So over https: the likelier of
 * the two is named.
 */
const BY_TEXT: readonly { readonly text: RegExp; readonly http: Reason; readonly https: Reason }[] = [
  { text: /^Network connection lost/, http: "source_unreachable", https: "source_unreachable" },
  { text: /^internal error/, http: "source_unreachable", https: "source_tls" },
  { text: /certificate|handshake|\bTLS\b|\bSSL\b/i, http: "source_unreachable", https: "source_tls" },
  { text: /^Fetch API cannot load|^Invalid URL/, http: "source_invalid", https: "source_invalid" },
  { text: /^Too many subrequests/, http: "internal", https: "internal" },
];

/** What was thrown while asking `url`, as a Failure. An unknown text counts as `source_unreachable`. */
export function failureOfThrown(error: unknown, url: URL): Failure {
  if (error instanceof Failure) return error;
  const text = error instanceof Error ? error.message : String(error);
  const row = BY_TEXT.find((each) => each.text.test(text));
  const reason = row === undefined ? "source_unreachable" : url.protocol === "https:" ? row.https : row.http;
  // The text may contain an address, theirs or ours. So it goes only to the log.
  return new Failure(reason, reason === "source_invalid" ? { why: "it cannot be fetched" } : {}, text);
}

/** Nobody answered, or TLS failed. After these failures an `http://` source may be asked without TLS. */
export function isConnectFailure(failure: Failure): boolean {
  return failure.reason === "source_unreachable" || failure.reason === "source_tls";
}

/** The connection ended before an answer began. workerd says the same of a refused connection and of a kept stale one. */
export function isLostConnection(failure: Failure): boolean {
  return failure.reason === "source_unreachable" && failure.detail?.startsWith("Network connection lost") === true;
}
