/**
 * Works through the rows of a chunk in order, several at a time, and stops when the host is not well. What is done is always
 * a first part of the rows: a picture is tried again in its place.
 */

import type { Trouble, Work } from "../../catalogue/feed/port.ts";
import type { ManifestRow } from "../../catalogue/manifestRow.ts";
import type { Outcome } from "../../catalogue/outcome.ts";
import type { Failure, Reason } from "../../errors.ts";
import { repeatedOutcome } from "./outcomes.ts";

/** One try of one picture. `again`: it may pass; `outcome` is what to write down if it is the last try. */
export type Tried =
  | { readonly kind: "done"; readonly outcome: Outcome }
  | { readonly kind: "again"; readonly failure: Failure; readonly outcome: Outcome };

export type Rows = {
  readonly outcomes: readonly Outcome[];
  readonly trouble: Trouble | null;
};

export type RowsOrder = {
  readonly rows: readonly ManifestRow[];
  readonly work: Pick<Work, "concurrency" | "workMs" | "lastTry" | "attempt">;
  /** `last`: no further try will be made. Rejects when our own stores fail. */
  readonly attempt: (row: ManifestRow, tries: number, last: boolean) => Promise<Tried>;
  readonly now: () => number;
  /** When the pace lets the next picture begin. */
  readonly nextMs?: () => number;
  readonly sleep: (ms: number) => Promise<void>;
};

/** Tries of one picture, and the pauses between them in milliseconds. */
export const TRIES = { most: 3, pausesMs: [1_000, 3_000] } as const;
/** So many pictures in a row that the host has not answered for: it is down. */
const STREAK = 3;

/** Failures of the host or of this isolate, not of one picture. `at once`: there is no use in another try now. */
const OF_HOST: { readonly [reason in Reason]?: "streak" | "at once" } = {
  source_unreachable: "streak",
  source_tls: "streak",
  source_timeout: "streak",
  source_breaker_open: "at once",
  source_saturated: "at once",
  governor_unreachable: "at once",
  queue_full: "streak",
};
/** Those of this isolate: they say nothing of the host. */
const OURS: readonly Reason[] = ["source_saturated", "governor_unreachable", "queue_full"];

export async function workRows({ rows, work, attempt, now, nextMs = now, sleep }: RowsOrder): Promise<Rows> {
  const ends = now() + work.workMs;
  const results: (Outcome | undefined)[] = new Array(rows.length).fill(undefined);
  const byAddress = new Map<string, Promise<Outcome | null>>();
  let next = 0;
  let streak = 0;
  let trouble: Trouble | null = null;
  let failed: unknown;

  const one = async (row: ManifestRow): Promise<Outcome | null> => {
    for (let tries = 1; ; tries++) {
      const last = tries >= TRIES.most;
      const tried = await attempt(row, tries, last);
      if (tried.kind === "done") {
        streak = 0;
        return tried.outcome;
      }
      const found = troubleOf(tried.failure);
      if (found !== null && found.kind !== "saturated" && work.lastTry) {
        trouble ??= { ...found, kind: "dead" };
        return tried.outcome;
      }
      if (found !== null && (found.atOnce || ++streak >= STREAK)) {
        trouble ??= { kind: found.kind, reason: found.reason, waitMs: found.waitMs };
      }
      if (trouble !== null) return null;
      if (last) return tried.outcome;
      await sleep(TRIES.pausesMs[tries - 1] ?? 0);
      if (trouble !== null) return null;
      // Time is over. Rows that have used up the time of several workers are failed, or they would for ever.
      if (now() >= ends) return work.attempt >= TRIES.most ? tried.outcome : null;
    }
  };

  const worker = async () => {
    while (next < rows.length && failed === undefined && mayBegin() && (trouble === null || trouble.kind === "dead")) {
      const at = next++;
      const row = rows[at];
      if (row === undefined) return;
      const known = byAddress.get(row.url);
      const making = known ?? one(row);
      byAddress.set(row.url, making);
      const outcome = await making.catch((error: unknown) => {
        failed ??= error;
        return null;
      });
      if (outcome !== null) results[at] = known === undefined ? outcome : repeatedOutcome(row, outcome);
    }
  };
  // At a slow pace a picture would still wait for its turn when the lease has ended, and another worker has begun.
  const mayBegin = () => now() < ends && (next === 0 || nextMs() < ends);
  if (work.lastTry) await probe();
  await Promise.all(Array.from({ length: work.concurrency }, worker));
  if (failed !== undefined) trouble = { kind: "stores", reason: null, waitMs: null };
  const upTo = results.indexOf(undefined);
  return { outcomes: (upTo < 0 ? results : results.slice(0, upTo)) as Outcome[], trouble };

  /** Of a host that has failed for a day the first picture is asked for. If that fails, the others are not. */
  async function probe(): Promise<void> {
    const [first] = rows;
    if (first === undefined) return;
    next = 1;
    const outcome = await one(first);
    results[0] = outcome ?? undefined;
    if (outcome === null || trouble === null) return;
    for (const [i, row] of rows.entries())
      results[i] = { ...repeatedOutcome(row, outcome), source: i === 0 ? outcome.source : "" };
    next = rows.length;
  }
}

type Found = Trouble & { readonly atOnce: boolean };

/** What a failure says of the host; null = nothing. */
function troubleOf({ reason, facts }: Failure): Found | null {
  const waitMs = typeof facts.retryAfter === "number" ? facts.retryAfter * 1000 : null;
  const isRefusal = facts.value === 429 || (facts.value === 503 && waitMs !== null);
  if (isRefusal) return { kind: "refused", reason, waitMs, atOnce: true };
  const row = OF_HOST[reason];
  if (row === undefined) return null;
  const isOurs = OURS.includes(reason);
  return { kind: isOurs ? "saturated" : "down", reason, waitMs: isOurs ? waitMs : null, atOnce: row === "at once" };
}
