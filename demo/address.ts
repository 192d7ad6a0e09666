/** Signed addresses of the imgproxy door: what a site's own back end would make for each of its pictures. */
import { createHmac, randomBytes } from "node:crypto";

export type SigningKeys = { readonly key: Buffer; readonly salt: Buffer };

/** Fresh keys: the demo's last as long as it runs. */
export function newKeys(): SigningKeys {
  return { key: randomBytes(32), salt: randomBytes(32) };
}

/** `/{signature}/rs:fit:{width}:0/{source as base64url}`: the picture of that source at most `width` pixels wide. */
export function signedPath(keys: SigningKeys, source: string, width: number): string {
  const path = `/rs:fit:${width}:0/${Buffer.from(source).toString("base64url")}`;
  return `/${createHmac("sha256", keys.key).update(keys.salt).update(path).digest("base64url")}${path}`;
}
