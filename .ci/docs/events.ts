/** What the fields of the log line and the columns of the Analytics Engine point mean. A new one must be told here. */
import { POINT_BLOBS, POINT_DOUBLES, type Stage, type Trace } from "../../src/telemetry.ts";

const STAGE_DOCS = {
  policy: "checking the address and the source",
  lookup: "asking the stores",
  flight: "waiting for another request that makes the same picture",
  queue: "waiting for a turn (bytes, then decoder)",
  origin: "the exchange with the source",
  decode: "source bytes to pixels",
  resize: "pixels to fewer pixels",
  encode: "pixels to answer",
  total: "the whole request",
} as const satisfies Record<Stage, string>;

/** Fields of the log line that only operators see; those that are columns too are told once, below. */
export const LOG_FIELDS = {
  msg: "`request`, which tells this line from others",
  audience:
    "for whom the work was done: `reader`, `warm` (a push of the warmer), `background` (behind an answer) or `job` (a queue)",
  door: "URL grammar: `imgproxy` or `photon`; `warm` and `purge` for orders; `behind` for work that went on after an answer; empty when it failed before that was known",
  reason: "`ok` or the error's code",
  status: "HTTP status of the answer",
  hit: "which store answered, `derived`, `stale-if-error`, or `negative` for a failure that was remembered; null on a miss and on any other error",
  ttl: "seconds of freshness left on a hit; negative when stale",
  stored: "a new rendition goes to the stores",
  edgeOff: "this deployment has no edge cache (workers.dev)",
  collapsed: "joined another request's work on the same picture",
  sourceStatus: "HTTP status of the source, when it was asked",
  sourceHost: "host of the source; never its path",
  region: "region that serves the reader",
  colo: "data centre of the reader",
  format: "format of the answer",
  asked: "each tier asked: name, milliseconds, `hit`, `miss`, `error` or `late`",
  bytesIn: "bytes read from the source",
  bytesOut: "bytes of the answer",
  stages: `milliseconds by stage: ${Object.entries(STAGE_DOCS)
    .map(([stage, doc]) => `\`${stage}\` ${doc}`)
    .join("; ")}`,
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
} as const satisfies Record<Column, string>;

/** Columns of the Analytics Engine point as its SQL names them: [column, name, meaning]. */
export function eventColumns(): readonly (readonly [string, string, string])[] {
  return [
    ["index1", "sampling key", "host of the source, at most 96 bytes"],
    ...POINT_BLOBS.map((name, at) => [`blob${at + 1}`, name, COLUMN_DOCS[name]] as const),
    ...POINT_DOUBLES.map((name, at) => [`double${at + 1}`, name, COLUMN_DOCS[name]] as const),
  ];
}
