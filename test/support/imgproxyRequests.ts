/** Requests that imgproxy's own builder makes, and what the Worker reads of them. */
import { generateImageUrl } from "@imgproxy/imgproxy-node";
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parseConfig.ts";
import { Failure } from "../../src/errors.ts";
import type { ImageRequest } from "../../src/request/imageRequest.ts";
import { readImageRequest } from "../../src/request/readImageRequest.ts";

export const KEY = "736563726574";
export const SALT = "68656c6c6f";
export const SIGNED = parseConfig({ SIGNING_KEYS: KEY, SIGNING_SALTS: SALT });
export const OPEN = parseConfig({ ALLOWED_SOURCES: "example.org" });
export const ENDPOINT = "https://cdn.firstlight.test";
export const SOURCE = "https://example.org/photos/curiosity.jpg";

export const read = (url: string, config: Config = SIGNED): Promise<ImageRequest> =>
  readImageRequest(url, null, config, 0);
/** What a request without keys says. */
export const unsigned = (path: string) => read(`${ENDPOINT}/unsafe${path}`, OPEN);

export async function failure(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw new Error(`expected a Failure, got ${error}`);
}

export function build(options: NonNullable<Parameters<typeof generateImageUrl>[0]["options"]>): string {
  const url = { value: SOURCE, displayAs: "base64" } as const;
  return generateImageUrl({ endpoint: ENDPOINT, url, options, key: KEY, salt: SALT });
}
