/**
 * Builds the proxy's URLs in browsers, Node and Workers, without dependencies. Sources are written in base64, which no
 * zone or proxy rewrites. Sign where the key is safe (on a server, in a build), never in a page.
 */

import { toBase64url } from "../request/signing/base64url.ts";
import { hmacSha256 } from "./hmac.ts";
import { type ImageOptions, imagePath } from "./path.ts";
import { photonQuery } from "./photon.ts";
import { bytesOfText, checkSource, whole, withoutSlash } from "./values.ts";

export { type ClientGravity, type Compass, type ImageOptions, imagePath, LADDER, unsignedUrl } from "./path.ts";

/** Key and salt in hexadecimal, as in SIGNING_KEYS and SIGNING_SALTS; `size` as SIGNATURE_SIZE (default 32 bytes). */
export type Signing = { readonly key: string; readonly salt: string; readonly size?: number };

/** The parameters of a Photon URL. Sides are in pixels. */
export type PhotonOptions = {
  /** Without cutting or growing. */
  readonly width?: number;
  readonly height?: number;
  /** Fits into a box of width and height. */
  readonly fit?: readonly [width: number, height: number];
  /** Fills a box of width and height, and cuts what is over. */
  readonly resize?: readonly [width: number, height: number];
  /** Cuts a piece out first. All in percent of the picture's side. */
  readonly crop?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** 1 to 100. */
  readonly quality?: number;
  /** Multiplies sizes, 0.1 to 10. */
  readonly zoom?: number;
};

/** `signedUrlSync` as a promise, which an error rejects. */
export async function signedUrl(
  endpoint: string,
  source: string,
  options: ImageOptions,
  signing: Signing,
): Promise<string> {
  return signedUrlSync(endpoint, source, options, signing);
}

/**
 * A signed URL at once, for image loaders of frameworks. `endpoint` is where the proxy answers, such as
 * `https://img.example.org`; empty gives a path. Throws as `imagePath`, and a TypeError for an endpoint, key or salt that
 * is missing or not hexadecimal.
 */
export function signedUrlSync(endpoint: string, source: string, options: ImageOptions, signing: Signing): string {
  const path = imagePath(source, options);
  if (signing === undefined) throw new TypeError("The signing key and salt are missing: the fourth argument");
  return `${withoutSlash(endpoint)}/${pathSigner(signing)(path)}${path}`;
}

/** Gives the signature of a path, as `createClient` of `firstlight/client` takes it on a server. Throws as above. */
export function pathSigner(signing: Signing): (path: string) => string {
  const [key, salt] = [bytesOf(signing.key, "key"), bytesOf(signing.salt, "salt")];
  const size = Number(whole(16, 32)(signing.size ?? 32, "signature size"));
  return (path) => toBase64url(hmacSha256(key, Uint8Array.of(...salt, ...bytesOfText(path))).subarray(0, size));
}

/**
 * A Photon URL, as Jetpack and Openverse write it, for a source on the proxy's list. A port, a query and HTTPS are kept; a
 * fragment is not. Throws as `imagePath`.
 */
export function photonUrl(endpoint: string, source: string, options: PhotonOptions = {}): string {
  checkSource(source);
  const { protocol, host, pathname, search } = new URL(source);
  const query = photonQuery(options, protocol === "https:", search.slice(1));
  return `${withoutSlash(endpoint)}/photon/${host}${pathname}${query === "" ? "" : `?${query}`}`;
}

/** A `srcset` of widths in pixels; `urlOf` makes the URL of one width. */
export async function srcset(
  widths: readonly number[],
  urlOf: (width: number) => string | Promise<string>,
): Promise<string> {
  const entries = await Promise.all(widths.map(async (width) => `${await urlOf(width)} ${width}w`));
  return entries.join(", ");
}

/** Hexadecimal -> bytes. Callers without types may pass an environment variable that is not set. */
function bytesOf(hex: string | undefined, name: string): Uint8Array {
  if (hex === undefined || hex === "") throw new TypeError(`The signing ${name} is missing`);
  if (!/^([0-9a-f]{2})+$/i.test(hex)) {
    throw new TypeError(`The signing ${name} is not an even number of hexadecimal digits; of a list give one`);
  }
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
