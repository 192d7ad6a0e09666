/** The last answer of an exchange with a source: its failure, or its bytes. */
import type { Config } from "../config/config.ts";
import { Failure } from "../errors.ts";
import { discard, readBody } from "./body.ts";
import type { Deadline } from "./deadline.ts";
import { type Conditional, declaredLength, firstRange, readHeaders, wholeRangeLength } from "./headers.ts";
import type { Gauge } from "./hostTurn.ts";
import { failureOfStatus } from "./outcome.ts";
import type { Pace } from "./pace.ts";

type TakeDeps = {
  readonly config: Pick<Config, "maxSourceBytes">;
  readonly now: () => number;
  readonly memory?: { reserve(bytes: number, claim: number): Promise<void> };
};

/**
 * Takes the last answer: throws its failure, or reads its bytes. `head`: only so many of the first bytes are wanted; null =
 * all. `started`: when the exchange began, ms.
 */
export async function take(
  response: Response,
  started: number,
  conditional: Conditional | null,
  head: number | null,
  { config, now, memory }: TakeDeps,
  deadline: Deadline,
  pace: Pace,
  gauge: Gauge,
) {
  const answered = now();
  const isConditional = Boolean(conditional?.etag || conditional?.lastModified);
  const failure = failureOfStatus(response, answered, isConditional, head !== null);
  if (failure !== null) {
    await discard(response);
    throw failure;
  }
  const headers = readHeaders(response.headers);
  if (response.status === 304) {
    const stages = { headers: answered - started, body: 0 };
    return { headers, stages, notModified: true, bytesIn: 0 } as const;
  }
  const room = memory && ((bytes: number, claim: number) => memory.reserve(bytes, claim));
  const { bytes, truncated: cut } = await readBody(response, config.maxSourceBytes, deadline, room, pace, gauge, head);
  const stages = { headers: answered - started, body: now() - answered };
  if (head !== null) {
    const stated = firstRange(response.headers)?.total ?? declaredLength(response.headers);
    const total = stated ?? (bytes.length < head && !cut ? bytes.length : null);
    return { headers, stages, notModified: false, bytes, bytesIn: bytes.length, total, truncated: false } as const;
  }
  const whole = response.status === 206 ? wholeRangeLength(response.headers) : null;
  const truncated = cut || (whole !== null && bytes.length < whole);
  if (truncated && !isJpeg(bytes)) throw new Failure("source_broken", {}, `cut after ${bytes.length} bytes`);
  const total = truncated ? null : bytes.length;
  return { headers, stages, notModified: false, bytes, bytesIn: bytes.length, total, truncated } as const;
}

/** Only of a JPEG is a cut file a picture: its decoder shows what has come (ITU-T T.81 annex B: SOI, then a marker). */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}
