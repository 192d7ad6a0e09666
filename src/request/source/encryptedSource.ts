/**
 * Encrypted sources, as imgproxy's paid version writes them: `enc/` and base64url of a random block of 16 bytes followed by the
 * address, AES-CBC with PKCS #7 padding.
 */
import { Failure } from "../../errors.ts";
import { fromBase64url } from "../signing/base64url.ts";
import type { EncodedSource } from "./encodedSource.ts";

const BLOCK = 16;

type AesKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Each key is imported once per isolate. */
const KEYS = new WeakMap<Uint8Array, AesKey>();

/**
 * Segments behind `enc` -> the source. `key` has 16, 24 or 32 bytes; null = the deployment has none. The caller has checked
 * the signature, so that nobody learns anything from which texts can be decrypted. Throws Failure `url_invalid`, with one
 * message for every text that cannot be decrypted.
 */
export async function readEncryptedSource(
  segments: readonly string[],
  key: Uint8Array<ArrayBuffer> | null,
): Promise<EncodedSource> {
  if (key === null) throw new Failure("url_invalid", { why: "encrypted sources are not read here" });
  const [encoded = "", extension = "", ...more] = segments.join("").split(".");
  const bytes = fromBase64url(encoded);
  const source = bytes === null || more.length > 0 ? null : await decrypted(bytes, key);
  if (source === null || source === "") throw new Failure("url_invalid", { why: "its source cannot be decrypted" });
  return { source, extension, filename: null };
}

async function decrypted(bytes: Uint8Array<ArrayBuffer>, raw: Uint8Array<ArrayBuffer>): Promise<string | null> {
  if (bytes.length < 2 * BLOCK || bytes.length % BLOCK !== 0) return null;
  let key = KEYS.get(raw);
  if (key === undefined) {
    key = await crypto.subtle.importKey("raw", raw, "AES-CBC", false, ["decrypt"]);
    KEYS.set(raw, key);
  }
  try {
    const iv = bytes.subarray(0, BLOCK);
    const text = await crypto.subtle.decrypt({ name: "AES-CBC", iv }, key, bytes.subarray(BLOCK));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return null;
  }
}
