/** Requests of our own tools (`POST /warm`, `POST /purge`): signed over method, path, time and body. */
import { Failure } from "../../errors.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";
import { equalBytes } from "./signature.ts";

export const TIME_HEADER = "X-Firstlight-Time";
export const SIGNATURE_HEADER = "X-Firstlight-Signature";

/** The largest difference between the sender's clock and ours, in seconds, in either direction. */
const TOLERANCE_SECONDS = 60;

/** The text that is signed: `POST\n<path>\n<unix seconds>\n<hex SHA-256 of the body>`. */
export async function signedText(path: string, time: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `POST\n${path}\n${time}\n${hex}`;
}

/** base64url(HMAC-SHA256(secret, signedText)); secret and text as UTF-8. */
export async function signBody(
  secret: string,
  path: string,
  time: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  return toBase64url(await hmac(secret, await signedText(path, time, body)));
}

/**
 * Checks a signed request of our own tools. `path` as routed (`/warm`), `body` as received, `now` in milliseconds. Throws
 * Failure `not_found` when no secret is set (then there is no such address). Throws `unauthorised` when the signature or
 * the time is missing or wrong, or when the time is more than 60 s off.
 */
export async function checkSignedBody(
  headers: Pick<Headers, "get">,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  secret: string | null,
  now: number,
): Promise<void> {
  if (secret === null) throw new Failure("not_found");
  const time = headers.get(TIME_HEADER) ?? "";
  const given = fromBase64url(headers.get(SIGNATURE_HEADER) ?? "");
  const expected = await hmac(secret, await signedText(path, time, body));
  if (given === null || !equalBytes(given, expected)) throw new Failure("unauthorised", {}, "signature");
  const off = /^\d{1,12}$/.test(time) ? Math.abs(now / 1000 - Number(time)) : Number.POSITIVE_INFINITY;
  if (off > TOLERANCE_SECONDS) throw new Failure("unauthorised", {}, `time ${time} is ${off} s from ours`);
}

async function hmac(secret: string, text: string): Promise<Uint8Array> {
  const raw = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}
