/**
 * The outcome log: one object per chunk, in the primary bucket.
 *
 *   catalogue/<run>/log/<host16>/<part6>-<row5>.jsonl
 *
 * `row` is the first row of the chunk in its part. A chunk is written whole or not at all; the same chunk worked twice
 * gives the same key, and the object with more rows stays. A retry has parts of its own, with higher numbers.
 * An identifier may stand in several objects (it was retried, or listed twice): the outcome with the latest `checkedAt`
 * counts. Pure.
 *
 * How a reader follows the log. A pass lists `logPrefix(run)` in the order of keys, from `after`, and reads the objects
 * whose upload time is not before `since`. New objects appear anywhere in that order, so the next pass begins at the start,
 * with the time at which this pass began as its `since`: `nextPass`. To list 325 M pictures (3.25 M objects) is 3 250 calls.
 */
import { type Outcome, outcomeText, readOutcome } from "./outcome.ts";
import { type Fields, matching, readRecord, text, whole } from "./record.ts";

/** Every object of the run's log lies below it. */
export function logPrefix(run: string, host16 = ""): string {
  return `catalogue/${run}/log/${host16 === "" ? "" : `${host16}/`}`;
}

export function logKey(run: string, host16: string, part: number, row: number): string {
  return `${logPrefix(run, host16)}${String(part).padStart(6, "0")}-${String(row).padStart(5, "0")}.jsonl`;
}

/** The object's text: an outcome a line, in the order of the rows. */
export function logText(outcomes: readonly Outcome[]): string {
  return outcomes.map((outcome) => `${outcomeText(outcome)}\n`).join("");
}

/** Throws BadRecord. */
export function readLog(jsonl: string): readonly Outcome[] {
  return jsonl.split("\n").flatMap((line) => (line === "" ? [] : [readOutcome(line)]));
}

/** Where a reader of the log stands. Times are unix milliseconds. */
export type LogCursor = {
  readonly run: string;
  /** Objects that were uploaded before this are read already. 0 = none is. */
  readonly since: number;
  /** When this pass began. */
  readonly began: number;
  /** The last key that this pass is done with; "" = it is at the start. */
  readonly after: string;
};

/** Clocks of the bucket and of the reader may differ by so much: a pass reads the objects of that time again. */
const SKEW_MS = 60_000;

export function firstPass(run: string, now: number): LogCursor {
  return { run, since: 0, began: now, after: "" };
}

/** After a pass that has come to the end of the list. */
export function nextPass({ run, began }: LogCursor, now: number): LogCursor {
  return { run, since: Math.max(0, began - SKEW_MS), began: now, after: "" };
}

/** Whether the pass has to read an object. */
export function isNews({ since }: LogCursor, uploaded: number): boolean {
  return uploaded >= since;
}

const FIELDS = {
  run: matching(/^[a-z0-9-]{1,40}$/, "a run's name"),
  since: whole(0),
  began: whole(0),
  after: text(0, 300),
} as const satisfies Fields<LogCursor>;

/** Throws BadRecord. */
export function readCursor(json: string): LogCursor {
  return readRecord<LogCursor>(json, FIELDS);
}
