/** What the Worker reads of unsigned URLs, for tests of the grammars. */
import type { Config } from "../../src/config/config.ts";
import { parseConfig } from "../../src/config/parseConfig.ts";
import { Failure } from "../../src/errors.ts";
import type { ImageRequest } from "../../src/request/imageRequest.ts";
import { readImageRequest } from "../../src/request/readImageRequest.ts";

export const ORIGIN = "https://img.firstlight.test";
export const OPEN = parseConfig({ ALLOWED_SOURCES: "listed.test" });

/** `path` with its query. */
export const readPath = (path: string, config: Config = OPEN): Promise<ImageRequest> =>
  readImageRequest(new URL(ORIGIN + path).href, "image/webp", config, 0);

/** The reason of a refusal and the option that it names, or `ok`. */
export async function refusalOf(path: string, config: Config = OPEN): Promise<string> {
  return readPath(path, config).then(
    () => "ok",
    (error: unknown) => {
      if (!(error instanceof Failure)) return `thrown: ${error}`;
      return error.facts.option === undefined ? error.reason : `${error.reason} ${error.facts.option}`;
    },
  );
}

/** What a zone's normalisation may do to an address: slashes merged in the path, unreserved escapes decoded. */
export function zoneNormalised(path: string): string {
  const [before = "", ...query] = path.split("?");
  const merged = before.replace(/\/{2,}/g, "/").replace(/%[0-9a-f]{2}/gi, (text) => {
    const char = String.fromCharCode(Number.parseInt(text.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(char) ? char : text.toUpperCase();
  });
  return [merged, ...query].join("?");
}
