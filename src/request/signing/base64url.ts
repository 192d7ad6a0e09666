/** Base64url (RFC 4648 5) without padding, read strictly: every byte string has one spelling only. */

/** Bytes -> base64url text without `=`. */
export function toBase64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Base64url text -> bytes. Null when the text is not the one spelling of its bytes: another alphabet, an impossible
 * length, or bits set past the end (RFC 4648 3.5). Up to two `=` at the end are removed first.
 */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  const end = text.endsWith("==") ? -2 : text.endsWith("=") ? -1 : text.length;
  const bare = text.slice(0, end);
  if (bare.length % 4 === 1 || !/^[A-Za-z0-9_-]*$/.test(bare)) return null;
  const binary = atob(bare.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  return toBase64url(bytes) === bare ? bytes : null;
}

/** Base64url text -> the UTF-8 text it encodes. Null when it is not strict base64url of valid UTF-8. */
export function textFromBase64url(text: string): string | null {
  const bytes = fromBase64url(text);
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
