/** What a million first renders cost, from list prices. Pure. Quotas that a plan includes are not taken off. */
import type { Operations } from "../../.ci/docs/costs.ts";

export type Host = {
  readonly label: string;
  readonly usdPerMillionCpuMs: number;
  readonly usdPerMillionRequests: number;
  /** A page that says the price, and the month for which it says so. */
  readonly source: string;
  readonly read: string;
};

const MS_PER_HOUR = 3_600_000;

/** Dollars per hour of one virtual CPU that works all the time -> dollars per million CPU milliseconds. */
export function usdPerMillionCpuMs(usdPerCpuHour: number): number {
  return (usdPerCpuHour / MS_PER_HOUR) * 1e6;
}

export const HOSTS = {
  worker: {
    label: "Cloudflare Workers, paid plan",
    usdPerMillionCpuMs: 0.02,
    usdPerMillionRequests: 0.3,
    source: "https://developers.cloudflare.com/workers/platform/pricing/",
    read: "2026-11",
  },
  machine: {
    label: "AWS m7g.large on demand, us-east-1: $0.0816 an hour for 2 virtual CPUs, busy all the time",
    usdPerMillionCpuMs: usdPerMillionCpuMs(0.0816 / 2),
    usdPerMillionRequests: 0,
    source: "https://www.factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026/",
    read: "2026-06",
  },
} as const satisfies Readonly<Record<string, Host>>;

export type HostName = keyof typeof HOSTS;

/** Dollars for a million renders of `cpuMs` each, a request each. */
export function usdPerMillionRenders(cpuMs: number, { usdPerMillionCpuMs, usdPerMillionRequests }: Host): number {
  return cpuMs * usdPerMillionCpuMs + usdPerMillionRequests;
}

/** Dollars for a million of each operation; null: the platform does not bill it. Cloudflare's list prices, 2026-11. */
const USD_PER_MILLION_OPERATIONS = {
  edge: null,
  kvReads: 0.5,
  kvWrites: 5,
  classB: 0.36,
  classA: 4.5,
  objectCalls: 0.15,
  limiterCalls: null,
  queueSends: 0.4,
  fetches: null,
} as const satisfies Readonly<Record<keyof Operations, number | null>>;

/** Dollars for the stores and the coordinator of a million requests that take `operations` each. */
export function usdPerMillionStored(operations: Operations): number {
  const names = Object.keys(USD_PER_MILLION_OPERATIONS) as (keyof Operations)[];
  return names.reduce((sum, name) => sum + operations[name] * (USD_PER_MILLION_OPERATIONS[name] ?? 0), 0);
}

/** A hosted service that renders by itself, for comparison: 1 000 different results, each counted once a month. */
export const CLOUDFLARE_IMAGES = {
  usdPerMillion: 500,
  source: "https://developers.cloudflare.com/images/pricing/",
  read: "2026-11",
} as const;
