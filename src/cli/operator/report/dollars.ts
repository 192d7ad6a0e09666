/** What was used, in dollars by item, at list prices (catalogue/prices.ts) without free allowances. Pure. */
import { dollarsOf, type Operations } from "../../../catalogue/prices.ts";
import type { Usage } from "../../../telemetry.ts";
import type { Row } from "../ask/question.ts";

/** What a window has used. Points that were left out are counted by their weight. */
export type Spending = Required<Usage> & {
  readonly lines: number;
  readonly requests: number;
  /** Milliseconds; measured by the platform, or estimated. */
  readonly cpuMs: number;
  /** Milliseconds in which Durable Objects were awake for us; estimated. */
  readonly objectMs: number;
};

/**
 * Without the platform's own figure. A Worker's clock stands still while it computes, so on Cloudflare's network the
 * stages of the engine are 0, save where they call the heavy Worker. Each made picture counts as `madeMs` at least.
 * bench/README.md has the measured times.
 */
const ESTIMATE = { requestMs: 0.6, madeMs: 25, objectCallMs: 5 } as const;

/** Memory that an object is billed for while it is awake, in MB. */
const OBJECT_MB = 128;

type Item = { readonly label: string; readonly isEstimated: boolean; readonly of: (used: Spending) => Operations };

/** The items of the bill. `isEstimated`: the counts are not exact even when every point is there. */
export const ITEMS = {
  requests: { label: "Requests", isEstimated: false, of: ({ requests }) => ({ workerRequest: requests }) },
  cpu: { label: "CPU time", isEstimated: false, of: ({ cpuMs }) => ({ cpuMs }) },
  kv: { label: "KV", isEstimated: false, of: ({ kvReads, kvWrites }) => ({ kvRead: kvReads, kvWrite: kvWrites }) },
  r2: { label: "R2", isEstimated: false, of: ({ r2Reads, r2Writes }) => ({ r2Read: r2Reads, r2Write: r2Writes }) },
  objects: {
    label: "Durable Objects",
    isEstimated: false,
    of: ({ objectCalls, rowsWritten }) => ({ objectRequest: objectCalls, objectRowWritten: rowsWritten }),
  },
  objectTime: {
    label: "Durable Objects, time awake",
    isEstimated: true,
    of: ({ objectMs }) => ({ objectMegabyteSeconds: (objectMs / 1_000) * OBJECT_MB }),
  },
  queues: { label: "Queues", isEstimated: false, of: ({ queueOperations }) => ({ queueOperation: queueOperations }) },
  logs: {
    label: "Workers Logs",
    isEstimated: true,
    // A line of ours, and the platform's own line of each invocation.
    of: ({ lines, requests }) => ({ logEvent: lines + requests }),
  },
} as const satisfies Readonly<Record<string, Item>>;

export type ItemName = keyof typeof ITEMS;

/** Rows of the question `spending` -> what was used. `cpuMs`: what the platform has measured, or null. */
export function spendingOf(rows: readonly Row[], cpuMs: number | null): Spending {
  const sum = (name: string) => rows.reduce((total, row) => total + Number(row[name] ?? 0), 0);
  const engineMs = sum("decodeMs") + sum("resizeMs") + sum("encodeMs");
  const made = Math.max(engineMs, sum("made") * ESTIMATE.madeMs);
  return {
    ...{ kvReads: sum("kvReads"), kvWrites: sum("kvWrites"), r2Reads: sum("r2Reads"), r2Writes: sum("r2Writes") },
    ...{ objectCalls: sum("objectCalls"), rowsWritten: sum("rowsWritten"), queueOperations: sum("queueOperations") },
    ...{ lines: sum("lines"), requests: sum("requests") },
    cpuMs: cpuMs ?? sum("requests") * ESTIMATE.requestMs + made,
    objectMs: sum("objectCalls") * ESTIMATE.objectCallMs + sum("governorMs"),
  };
}

/** Dollars by item. */
export function dollarsByItem(used: Spending): Readonly<Record<ItemName, number>> {
  const entries = Object.entries(ITEMS).map(([name, { of }]) => [name, dollarsOf(of(used))] as const);
  return Object.fromEntries(entries) as Record<ItemName, number>;
}
