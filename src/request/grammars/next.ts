/**
 * The grammar of next/image's default loader: `/_next/image?url={source}&w={width}&q={quality}`. A site sets
 * `images.path` to `https://{host}/_next/image`.
 */
import type { Config } from "../../config/config.ts";
import { Failure } from "../../errors.ts";
import { whole } from "../options/arguments.ts";
import { absoluteSource } from "../source/writtenSource.ts";
import { MAX_SIDE } from "../transform.ts";
import type { Asked, Grammar } from "./grammar.ts";
import { anyText, type Parameter, queryPairs, readParameters } from "./parameter.ts";
import { unsignedRequest } from "./unsignedRequest.ts";

const PATH = "/_next/image";

export const PARAMETERS = {
  url: anyText("The source", "an absolute address, percent-encoded"),
  w: { ...whole(1, MAX_SIDE), doc: "Width in pixels, without growing; it must be there" },
  q: { ...whole(1, 100), doc: "Quality of lossy formats" },
} as const satisfies Record<string, Parameter>;

export const NEXT: Grammar = {
  matches: (path) => path === PATH || path === `${PATH}/`,
  read: readNextUrl,
  authorities: ["list"],
  form: "/_next/image?url={source}&w={width}&q={quality}",
  doc: "next/image, unpic's `nextjs`",
  parameters: PARAMETERS,
};

/** Throws Failure `url_invalid`, `source_invalid`, `option_invalid`. Names that Next.js does not read are ignored here too. */
async function readNextUrl(asked: Asked, config: Config): ReturnType<Grammar["read"]> {
  const { url, w, q } = readParameters(queryPairs(asked.query, " "), PARAMETERS, { refused: [] });
  if (url === undefined || url === "") throw new Failure("url_invalid", { why: "its parameter url is missing" });
  if (w === undefined) throw new Failure("url_invalid", { why: "its parameter w is missing" });
  return unsignedRequest(absoluteSource(url), { width: w, quality: q }, asked, config);
}
