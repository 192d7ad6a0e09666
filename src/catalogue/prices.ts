/** List prices as data, and dollars from counted operations. No free allowances. Pure. */

type Price = {
  /** US dollars for a million units. */
  readonly usdPerMillion: number;
  readonly unit: string;
  readonly source: string;
};

/** When the prices were read. */
export const PRICES_READ = "2026-11";

export const PRICES = {
  r2Write: {
    usdPerMillion: 4.5,
    unit: "R2 class A operation (put, list)",
    source: "developers.cloudflare.com/r2/pricing/",
  },
  r2Read: {
    usdPerMillion: 0.36,
    unit: "R2 class B operation (get, head)",
    source: "developers.cloudflare.com/r2/pricing/",
  },
  d1RowWritten: {
    usdPerMillion: 1,
    unit: "row written to D1",
    source: "developers.cloudflare.com/d1/platform/pricing/",
  },
  objectRequest: {
    usdPerMillion: 0.15,
    unit: "request of a Durable Object",
    source: "developers.cloudflare.com/durable-objects/platform/pricing/",
  },
  objectRowWritten: {
    usdPerMillion: 1,
    unit: "row written by a Durable Object",
    source: "developers.cloudflare.com/durable-objects/platform/pricing/",
  },
  objectMegabyteSeconds: {
    // 12.50 for a million GB-seconds; an object counts as 128 MB while it is awake.
    usdPerMillion: 0.0125,
    unit: "MB-second of a Durable Object",
    source: "developers.cloudflare.com/durable-objects/platform/pricing/",
  },
  queueOperation: {
    usdPerMillion: 0.4,
    unit: "queue operation (write, read, delete)",
    source: "developers.cloudflare.com/queues/platform/pricing/",
  },
  kvRead: { usdPerMillion: 0.5, unit: "KV read", source: "developers.cloudflare.com/kv/platform/pricing/" },
  kvWrite: { usdPerMillion: 5, unit: "KV write", source: "developers.cloudflare.com/kv/platform/pricing/" },
  cpuMs: {
    usdPerMillion: 0.02,
    unit: "millisecond of CPU",
    source: "developers.cloudflare.com/workers/platform/pricing/",
  },
  workerRequest: {
    usdPerMillion: 0.3,
    unit: "request of a Worker",
    source: "developers.cloudflare.com/workers/platform/pricing/",
  },
  logEvent: {
    usdPerMillion: 0.6,
    unit: "event of Workers Logs (a line, or the platform's own for an invocation)",
    source: "developers.cloudflare.com/workers/platform/pricing/",
  },
} as const satisfies Record<string, Price>;

export type Operation = keyof typeof PRICES;

/** How many of each. What is missing is 0. */
export type Operations = { readonly [operation in Operation]?: number };

export function dollarsOf(operations: Operations): number {
  return Object.entries(PRICES).reduce(
    (sum, [name, { usdPerMillion }]) => sum + ((operations[name as Operation] ?? 0) * usdPerMillion) / 1e6,
    0,
  );
}

export function addOperations(a: Operations, b: Operations): Operations {
  const sum: { [operation in Operation]?: number } = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name as Operation] = (sum[name as Operation] ?? 0) + count;
  return sum;
}

/** A queue charges for each message when it is written, read and deleted. */
export const QUEUE_OPERATIONS = 3;
