/** What a picture is expected to take before anybody has asked for it, as data. Pure. */
import type { Operations } from "../../../catalogue/prices.ts";
import type { Size } from "../../../image/picture.ts";
import type { ProviderRules } from "../../../origin/providers/candidate.ts";
import { candidatesFor } from "../../../origin/providers/candidates.ts";
import { NOTHING_KNOWN } from "../../../origin/providers/rule.ts";
import type { Transform } from "../../../request/transform.ts";

/** Assumptions; a plan prints them. */
export const ASSUMED = {
  /** Bytes of a JPEG for each pixel: providers' own sizes of photographs. */
  bytesPerPixel: 0.35,
  /** Bytes of an original of which nothing is known. */
  originalBytes: 1_000_000,
  /** Of a stored rendition, for each pixel: WebP at quality 75. */
  storedBytesPerPixel: 0.044,
  /** Shape of a picture whose size is not known. */
  shape: 2 / 3,
  /** How long an exchange with a source takes, in milliseconds. */
  exchangeMs: 500,
  /** A second request for the original's header reads so much. */
  factsBytes: 65_536,
} as const;

/** CPU milliseconds: for each picture, for each megapixel of its source, and for a request that reads facts. */
export const EXPECTED_CPU = { picture: 25, megapixel: 30, facts: 4 } as const;

/** Operations for each picture, beside CPU: chunks of 100, parts of 10 000 (src/catalogue/part.ts). */
export const EXPECTED_OPERATIONS = {
  // The rendition; one log object a chunk; the part, at import.
  r2Write: 1 + 1 / 100 + 1 / 10_000,
  // A Range read of the part for each chunk.
  r2Read: 1 / 100,
  d1RowWritten: 1,
  // A lease and its end for each chunk, and the governor.
  objectRequest: 4 / 100,
  objectRowWritten: 6 / 100,
  queueOperation: 3 / 100,
} as const satisfies Operations;

/** Beside them, for each request to a host with a rule: its governor grants it, and keeps that on disk. */
export const EXPECTED_GOVERNED = { objectRequest: 1, objectRowWritten: 1 } as const satisfies Operations;

/** R2 storage, US dollars for a GB and month (developers.cloudflare.com/r2/pricing/, 2026-11). */
export const STORED_GB_MONTH = 0.015;

export type Expected = {
  /** Of the first address that is asked. */
  readonly bytes: number;
  /** It is a provider's own size, so the original's facts take a request of their own. */
  readonly isOwn: boolean;
};

/** `listed`: size of the original as the manifest has it; null = it does not say. `url` is canonical. */
export function expectedOf(url: string, listed: Size | null, transform: Transform, rules: ProviderRules): Expected {
  const [first] = candidatesFor(url, transform, { ...NOTHING_KNOWN, original: listed }, rules);
  if (first === undefined || first.rule === null) {
    const bytes = listed === null ? ASSUMED.originalBytes : listed.width * listed.height * ASSUMED.bytesPerPixel;
    return { bytes, isOwn: false };
  }
  const shape = listed === null ? ASSUMED.shape : listed.height / listed.width;
  const { width } = first;
  const bytes = width === null ? ASSUMED.originalBytes : width * width * shape * ASSUMED.bytesPerPixel;
  return { bytes, isOwn: true };
}
