/** imgproxy's URL signature: base64url(HMAC-SHA256(key, salt || path)). The path begins with the slash after it. */
import type { SigningPair } from "../../config/config.ts";
import { fromBase64url, toBase64url } from "./base64url.ts";

type HmacKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Each pair's key is imported once per isolate. */
const KEYS = new WeakMap<SigningPair, HmacKey>();

/** The signature of a path (`/rs:fit:100/…`), `size` bytes long (16 to 32), as the text that stands before the path. */
export async function signPath(path: string, pair: SigningPair, size = 32): Promise<string> {
  return toBase64url((await digest(path, pair)).subarray(0, size));
}

/**
 * Whether `signature` signs `path` under one of the pairs. It must have its one spelling and exactly `size` bytes. It is
 * compared in constant time, and with every pair even after one fits.
 */
export async function isSigned(
  signature: string,
  path: string,
  pairs: readonly SigningPair[],
  size: number,
): Promise<boolean> {
  return (await signingPair(signature, path, pairs, size)) !== null;
}

/** The index of the first pair under which `signature` signs `path`, null = none. Otherwise as `isSigned`. */
export async function signingPair(
  signature: string,
  path: string,
  pairs: readonly SigningPair[],
  size: number,
): Promise<number | null> {
  const given = fromBase64url(signature);
  if (given === null || given.length !== size) return null;
  const digests = await Promise.all(pairs.map((pair) => digest(path, pair)));
  const index = digests.map((expected) => equalBytes(given, expected.subarray(0, size))).indexOf(true);
  return index < 0 ? null : index;
}

/** Compares in constant time. Lengths are no secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

async function digest(path: string, pair: SigningPair): Promise<Uint8Array> {
  const text = new TextEncoder().encode(path);
  const message = new Uint8Array(pair.salt.length + text.length);
  message.set(pair.salt);
  message.set(text, pair.salt.length);
  return new Uint8Array(await crypto.subtle.sign("HMAC", await importKey(pair), message));
}

async function importKey(pair: SigningPair): Promise<HmacKey> {
  const known = KEYS.get(pair);
  if (known !== undefined) return known;
  const raw = new Uint8Array(pair.key);
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  KEYS.set(pair, key);
  return key;
}
