/**
 * What one request costs in operations, from the first look-up to what goes on behind its answer. test/src/costs.workerd.test.ts
 * counts them; docs/operator/security.md prints them.
 */

/** What is counted: what is billed by the operation, or loads somebody else. */
export const OPERATIONS = {
  edge: "edge cache",
  kvReads: "KV reads",
  kvWrites: "KV writes",
  classB: "R2 class B (read)",
  classA: "R2 class A (write, list)",
  objectCalls: "Durable Object calls",
  limiterCalls: "limiter calls",
  queueSends: "queue messages",
  fetches: "fetches",
} as const;

export type Operations = Readonly<Record<keyof typeof OPERATIONS, number>>;

const NONE: Operations = {
  edge: 0,
  kvReads: 0,
  kvWrites: 0,
  classB: 0,
  classA: 0,
  objectCalls: 0,
  limiterCalls: 0,
  queueSends: 0,
  fetches: 0,
};
const of = (some: Partial<Operations>): Operations => ({ ...NONE, ...some });

/** Unsigned requests for one size. The settings' own KV read, at most one in 20 s and isolate, is not in it. */
export const COSTS = {
  "refused by policy: 400, 403": of({}),
  "taken down: 451": of({}),
  "over its rate, known in this isolate: 429": of({ edge: 1 }),
  "over its rate, the first in an isolate and 10 s: 429": of({
    edge: 2,
    kvReads: 3,
    classB: 3,
    classA: 1,
    objectCalls: 2,
    limiterCalls: 1,
  }),
  "came from what was taken down, stored: 451": of({ edge: 1 }),
  "failure remembered, known in this isolate": of({ edge: 1 }),
  "failure remembered, the first for a size in an isolate and 10 s": of({
    edge: 2,
    kvReads: 2,
    classB: 4,
    classA: 1,
    objectCalls: 1,
  }),
  "hit at the edge": of({ edge: 1 }),
  "hit in KV": of({ edge: 3, kvReads: 3, classB: 3, classA: 1 }),
  "hit in the region": of({ edge: 3, kvReads: 3, kvWrites: 1, classB: 3, classA: 1 }),
  "hit in the primary": of({ edge: 3, kvReads: 3, kvWrites: 1, classB: 3, classA: 2, objectCalls: 1 }),
  "derived from a larger size": of({ edge: 3, kvReads: 3, classB: 4, classA: 3, objectCalls: 2, limiterCalls: 1 }),
  "made from the kept original": of({
    edge: 3,
    kvReads: 3,
    classB: 5,
    classA: 4,
    objectCalls: 2,
    limiterCalls: 1,
    queueSends: 1,
  }),
  "made from the source": of({
    edge: 3,
    kvReads: 5,
    kvWrites: 1,
    classB: 4,
    classA: 5,
    objectCalls: 3,
    limiterCalls: 1,
    fetches: 1,
  }),
  "made from a source whose host has a rule, a lone miss": of({
    edge: 3,
    kvReads: 5,
    kvWrites: 1,
    classB: 4,
    classA: 5,
    objectCalls: 5,
    limiterCalls: 1,
    fetches: 1,
  }),
  "failed at the source, nothing stored": of({
    edge: 3,
    kvReads: 4,
    kvWrites: 1,
    classB: 4,
    classA: 1,
    objectCalls: 2,
    limiterCalls: 1,
    fetches: 1,
  }),
} as const satisfies Readonly<Record<string, Operations>>;

export type CostCase = keyof typeof COSTS;

/** Header and rows of the table in the documentation. */
export function costRows(): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const kinds = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];
  return {
    head: ["one request", ...kinds.map((kind) => OPERATIONS[kind])],
    rows: Object.entries(COSTS).map(([name, counts]) => [name, ...kinds.map((kind) => String(counts[kind]))]),
  };
}
