/** What the fields of the log line and the columns of the Analytics Engine point mean. A new one must be told here. */

import { POINT_BLOBS, POINT_DOUBLES } from "../../src/record.ts";
import { SAMPLED } from "../../src/sampling.ts";
import type { Stage, Trace, USAGE } from "../../src/telemetry.ts";

const STAGE_DOCS = {
  policy: "checking the address and the source",
  lookup: "asking the stores",
  flight: "waiting for another request that makes the same picture",
  queue: "waiting for a turn (bytes, then decoder)",
  governor: "waiting for a grant of the governor of the source's host",
  origin: "the exchange with the source",
  decode: "source bytes to pixels",
  resize: "pixels to fewer pixels",
  encode: "pixels to answer",
  total: "the whole request",
} as const satisfies Record<Stage, string>;

const USAGE_DOCS = {
  kvReads: "keys read from KV",
  kvWrites: "keys written to KV or deleted there, and listings",
  r2Reads: "class B operations of R2 (get, head)",
  r2Writes: "class A operations of R2 (put, list)",
  objectCalls: "calls of Durable Objects, those of governors among them",
  rowsWritten: "rows that governors and databases have written",
  queueOperations: "operations of queues: writing, reading and deleting a message, in the line of its job",
} as const satisfies Record<(typeof USAGE)[number], string>;

/** Fields of the log line that only operators see; those that are columns too are told once, below. */
export const LOG_FIELDS = {
  msg: "`request`, which tells this line from others",
  time: "when the line was written: ISO 8601 in UTC",
  level: "`error` for failures that are ours to look into, else `info`",
  ray: "Cloudflare's ray of the request (`CF-Ray`), a random UUID where there is none, or the id of a queue's message; the `trace` of a JSON error",
  audience:
    "for whom the work was done: `reader`, `warm` (a push of the warmer, and each of its pictures), `background` (behind a reader's answer) or `job` (a queue, a purge, a health check that failed)",
  door: "URL grammar, by its name in docs/front-end/url.md; `info`, `labels` and `similar` for look-ups that are no pictures; `warm`, `purge` and `weather` for orders; `behind` for work that went on after an answer; `usage` for what that asked of stores, objects and queues; empty when it failed before that was known",
  reason: "`ok` or the error's code; of a picture of a push also `deadline` and `not_stored`",
  status:
    "HTTP status of the answer; of a picture of a push and of work behind an answer the status that a request would have got; 0 = not begun, 503 = made and not stored",
  outcome: "of a picture of a push: `made`, `present`, `expired`, `refused` or `failed`; else empty",
  hit: "which store answered, `derived`, `stale-if-error`, or `negative` for a failure that was remembered; null on a miss and on any other error",
  ttl: "seconds of freshness left on a hit; negative when stale",
  stored: "a new rendition goes to the stores",
  edgeOff: "this deployment has no edge cache (workers.dev)",
  collapsed: "joined another request's work on the same picture",
  sourceStatus: "HTTP status of the source, when it was asked",
  sourceHost: "host of the source; never its path",
  governorCalls:
    "calls of the governors of hosts; one speaks for all that wait in the isolate, and counts for the request that sent it",
  governorWrites: "those after which a governor writes a row: all but those that only give grants back",
  region: "region that serves the reader",
  colo: "data centre of the reader",
  format: "format of the answer",
  asked: "each tier asked: name, milliseconds, `hit`, `miss`, `error` or `late`",
  bytesIn: "bytes read from the source",
  bytesOut: "bytes of the answer",
  sourceVariant:
    "which variant of the source the picture was made from: `original`, or a provider's own size such as `flickr.z`",
  bytesSaved:
    "the original's length less the bytes that were fetched in its place; null when nothing was, or when the original's length is not known",
  stages: `milliseconds by stage: ${Object.entries(STAGE_DOCS)
    .map(([stage, doc]) => `\`${stage}\` ${doc}`)
    .join("; ")}`,
  source: `16 hex digits of the source's hash, for one source in ${SAMPLED}; else empty`,
  variant:
    "of a sampled source: the options without the cachebuster, at most 64 characters, then `#` and 8 digits of the key; equal text means the same picture",
  usage: `what is billed by the operation and was asked for until the line was written: ${Object.entries(USAGE_DOCS)
    .map(([kind, doc]) => `\`${kind}\` ${doc}`)
    .join("; ")}`,
  signer: "name of the signing key (`SIGNING_KEY_NAMES`); empty without one",
  failure: "what went wrong, in words for operators only",
} as const satisfies Record<keyof Trace, string>;

type Column = (typeof POINT_BLOBS)[number] | (typeof POINT_DOUBLES)[number];

const COLUMN_DOCS = {
  reason: LOG_FIELDS.reason,
  answer: "`hit` of the log line, `miss` or `error`",
  region: LOG_FIELDS.region,
  colo: LOG_FIELDS.colo,
  audience: LOG_FIELDS.audience,
  door: LOG_FIELDS.door,
  format: LOG_FIELDS.format,
  sourceHost: LOG_FIELDS.sourceHost,
  outcome: LOG_FIELDS.outcome,
  source: LOG_FIELDS.source,
  variant: LOG_FIELDS.variant,
  sourceVariant: LOG_FIELDS.sourceVariant,
  tiersAsked: "`edge:miss,kv:hit`, in the order asked",
  status: LOG_FIELDS.status,
  bytesIn: LOG_FIELDS.bytesIn,
  bytesOut: LOG_FIELDS.bytesOut,
  total: `milliseconds: ${STAGE_DOCS.total}`,
  lookup: `milliseconds: ${STAGE_DOCS.lookup}`,
  origin: `milliseconds: ${STAGE_DOCS.origin}`,
  decode: `milliseconds: ${STAGE_DOCS.decode}`,
  resize: `milliseconds: ${STAGE_DOCS.resize}`,
  encode: `milliseconds: ${STAGE_DOCS.encode}`,
  queue: `milliseconds: ${STAGE_DOCS.queue}`,
  bytesSaved: "as in the log line; 0 when it is not known",
  governor: `milliseconds: ${STAGE_DOCS.governor}`,
  governorCalls: LOG_FIELDS.governorCalls,
  ...USAGE_DOCS,
} as const satisfies Record<Column, string>;

/** Columns of the Analytics Engine point as its SQL names them: [column, name, meaning]. */
export function eventColumns(): readonly (readonly [string, string, string])[] {
  return [
    ["index1", "sampling key", "`source` of a sampled source; else the source's host, at most 96 bytes"],
    ...POINT_BLOBS.map((name, at) => [`blob${at + 1}`, name, COLUMN_DOCS[name]] as const),
    ...POINT_DOUBLES.map((name, at) => [`double${at + 1}`, name, COLUMN_DOCS[name]] as const),
  ];
}
