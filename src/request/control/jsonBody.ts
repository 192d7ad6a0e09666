/** Reads the body of a request of our own tools: a JSON object, limited in size while it is read. */
import { Failure } from "../../errors.ts";

/** Room for 20 paths of 2 kB and the rest of the body. */
export const MAX_BODY_BYTES = 64 * 1024;

/** The bytes of a body of up to `limit` bytes. They are counted as they arrive, because Content-Length may be wrong. Throws `body_invalid`. */
export async function readBody(request: Request, limit: number = MAX_BODY_BYTES): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > limit) throw new Failure("body_invalid", { why: `it is over ${limit} bytes` });
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

/** UTF-8 JSON -> its object. Throws Failure `body_invalid`. */
export function parseObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    throw new Failure("body_invalid", { why: "it is not JSON" });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("body_invalid", { why: "it is not an object" });
  }
  return value as Record<string, unknown>;
}
