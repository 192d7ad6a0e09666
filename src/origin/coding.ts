/** Content codings (RFC 9110 8.4). We ask for none; a source that sends one all the same is read where that is possible. */
import { Failure } from "../errors.ts";
import { contentCodings } from "./headers.ts";

/** The runtime undoes a body whose field has exactly one of these texts, and no other spelling of them. */
const BY_RUNTIME: readonly string[] = ["gzip", "br"];

/** What we undo ourselves. `x-gzip` is an old name of `gzip` (RFC 9110 8.4.1.3). */
const OURS = { gzip: "gzip", "x-gzip": "gzip", deflate: "deflate" } as const;

/** The body without its content coding; null without a body. Throws Failure `source_encoding`, which names the coding. */
export async function decodedBody(response: Response): Promise<ReadableStream<Uint8Array> | null> {
  const { body, headers } = response;
  const codings = contentCodings(headers);
  const [coding = "", ...others] = codings;
  if (body === null || codings.length === 0) return body;
  if (BY_RUNTIME.includes(headers.get("content-encoding") ?? "")) return body;
  if (others.length === 0 && Object.hasOwn(OURS, coding)) {
    return body.pipeThrough(new DecompressionStream(OURS[coding as keyof typeof OURS]));
  }
  await body.cancel().catch(() => {});
  // A fact is shown to the public: only characters of a token (RFC 9110 5.6.2), and not many.
  const named = codings
    .join(", ")
    .replace(/[^\w!#$%&'*+.^`|~, -]/g, "")
    .slice(0, 60);
  throw new Failure("source_encoding", { value: named });
}
