/** What a feed keeps of one host of one run while it is under way: a cursor, leases and counts. One small JSON row. */
import type { Operations } from "../prices.ts";
import { addOperations } from "../prices.ts";
import type { HostEntry } from "../run.ts";
import type { Report } from "./port.ts";

/**
 * Rows `from` to `to` of a part that are not in the log yet. `unsent`: to be sent at `until` at the earliest. `sent`: sent
 * again at `until`, unless somebody begins. `begun`: taken back at `until`, unless somebody reports.
 */
export type Lease = {
  readonly part: number;
  readonly from: number;
  readonly to: number;
  /** Where longer leases began of which these rows are a piece: the log may have the rows under one of these. */
  readonly cutFrom: readonly number[];
  /** How often it was sent. A message with a smaller number starts nothing. */
  readonly attempt: number;
  readonly state: "unsent" | "sent" | "begun";
  readonly until: number;
  /** When it was begun, and which delivery of its message that was; 0 = it is not. */
  readonly begunAt: number;
  readonly delivery: number;
  /** Workers that began these rows and did not come back. */
  readonly crashes: number;
};

/** What was done so far. */
export type Tally = {
  readonly done: number;
  readonly counts: Report["counts"];
  readonly reasons: Report["reasons"];
  readonly bytesIn: number;
  readonly bytesStored: number;
  readonly operations: Operations;
};

/** Times are unix milliseconds. */
export type HostRecord = {
  readonly run: string;
  readonly round: number;
  readonly host16: string;
  readonly entry: HostEntry;
  /** The cursor: the next row that is in no lease, and how many rows its part has (null = the part is not opened). */
  readonly part: number;
  readonly row: number;
  readonly partRows: number | null;
  readonly leases: readonly Lease[];
  readonly tally: Tally;
  /** Pictures a second of the last chunks. */
  readonly rate: number;
  /** The pace is divided by it. */
  readonly slow: number;
  /** Nothing is sent before. */
  readonly notBefore: number;
  /** Chunks in a row that brought nothing, and since when. */
  readonly setbacks: number;
  readonly troubledSince: number | null;
  /** Why it was last left alone. */
  readonly trouble: string | null;
  /** How often in a row its part could not be read, though it is there. Absent: never. */
  readonly unreadable?: number;
  /** When the last exchange with the host started, as far as it was reported. */
  readonly lastStart: number;
  readonly startedAt: number;
};

/** A host as its list has it, with its hash. */
export type ListedHost = HostEntry & { readonly host16: string };

/** What stays of a host that is finished. `givenUp`: the record of one that was given up, from which it may go on. */
export type FinishedHost = {
  readonly host: string;
  readonly pictures: number;
  readonly tally: Tally;
  readonly givenUp?: HostRecord;
};

/** Why a host was given up: a part of the run cannot be read. */
export const DAMAGED = "part-damaged";

/** The record of a host that was given up, as it begins anew. What was done is counted in its run already. */
export function reopened(record: HostRecord, now: number): HostRecord {
  const leases = record.leases.map(
    (lease): Lease => ({ ...lease, state: "unsent", until: now, begunAt: 0, delivery: 0 }),
  );
  return { ...record, leases, tally: NOTHING_DONE, notBefore: now, trouble: null, unreadable: 0 };
}

export const NOTHING_DONE: Tally = { done: 0, counts: {}, reasons: {}, bytesIn: 0, bytesStored: 0, operations: {} };

export function newHost(
  run: string,
  round: number,
  host16: string,
  entry: HostEntry,
  rate: number,
  now: number,
): HostRecord {
  return {
    ...{ run, round, host16, entry, part: entry.first, row: 0, partRows: null, leases: [], tally: NOTHING_DONE, rate },
    ...{ slow: 1, notBefore: now, setbacks: 0, troubledSince: null, trouble: null, lastStart: 0, startedAt: now },
  };
}

export function hostKeyOf({ run, round, host16 }: Pick<HostRecord, "run" | "round" | "host16">): string {
  return `${run}/${round}/${host16}`;
}

/** Whether rows are left that are in no lease. */
export function hasRowsLeft({ part, entry }: HostRecord): boolean {
  return part < entry.first + entry.parts;
}

export function isFinished(record: HostRecord): boolean {
  return !hasRowsLeft(record) && record.leases.length === 0;
}

export function addTally(a: Tally, b: Tally): Tally {
  return {
    done: a.done + b.done,
    counts: addCounts(a.counts, b.counts),
    reasons: addCounts(a.reasons, b.reasons),
    bytesIn: a.bytesIn + b.bytesIn,
    bytesStored: a.bytesStored + b.bytesStored,
    operations: addOperations(a.operations, b.operations),
  };
}

function addCounts<K extends string>(a: { readonly [name in K]?: number }, b: { readonly [name in K]?: number }) {
  const sum: { [name in K]?: number } = { ...a };
  for (const name of Object.keys(b) as K[]) sum[name] = (sum[name] ?? 0) + (b[name] ?? 0);
  return sum;
}
