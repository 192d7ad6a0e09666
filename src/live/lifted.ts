/**
 * Takedowns that were lifted lately: hash -> unix ms. KV may show its old text for a while after a write, and without
 * this memory another purge in that while would take the lifted block from there and bring it back. Pure.
 */

import { Failure } from "../errors.ts";
import type { LiveSettings } from "./liveSettings.ts";

export type Lifted = Readonly<Record<string, number>>;
export const NOTHING_LIFTED: Lifted = {};

/** KV shows a write everywhere after a minute or a little more; what blocks the same after that, somebody wrote anew. */
export const LIFTED_MS = 10 * 60_000;

type Blocked = LiveSettings["blocked"];

/** The table after a change: what it lifted at `now`, and what was lifted before and was neither blocked again nor is old. */
export function liftedAfter(lifted: Lifted, before: LiveSettings, after: LiveSettings, now: number): Lifted {
  const still = new Set(hashesOf(after.blocked));
  const remembered = Object.entries(lifted).filter(([hash, at]) => !still.has(hash) && now - at < LIFTED_MS);
  const gone = hashesOf(before.blocked).filter((hash) => !still.has(hash));
  return Object.fromEntries([...remembered, ...gone.map((hash) => [hash, now] as const)]);
}

/**
 * What `published` blocks, less what was lifted after it was written. Every purge raises an epoch to its own time, so
 * the latest epoch in a text tells which purges it knows of: a block in one that knows of the lifting is a newer word.
 */
export function withoutLifted(published: LiveSettings, lifted: Lifted, now: number): Blocked {
  const knowsUntil = Object.values(published.epochs).reduce((latest, epoch) => Math.max(latest, epoch), 0);
  const holds = (hash: string) => {
    const at = lifted[hash];
    return at === undefined || at <= knowsUntil || now - at >= LIFTED_MS;
  };
  return { sources: published.blocked.sources.filter(holds), hosts: published.blocked.hosts.filter(holds) };
}

/** Takes the table out of a ledger's text and gives the rest, which is text of live settings. Throws Failure. */
export function readLifted(text: string): { readonly lifted: Lifted; readonly rest: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { lifted: NOTHING_LIFTED, rest: text };
  }
  if (typeof value !== "object" || value === null || !("lifted" in value))
    return { lifted: NOTHING_LIFTED, rest: text };
  const { lifted, ...rest } = value;
  if (!isLifted(lifted)) throw new Failure("misconfigured", {}, "ledger: lifted is no table of hashes and times");
  return { lifted, rest: JSON.stringify(rest) };
}

function isLifted(value: unknown): value is Lifted {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([hash, at]) => /^(?:[0-9a-f]{16}){1,2}$/.test(hash) && Number.isSafeInteger(at));
}

function hashesOf({ sources, hosts }: Blocked): readonly string[] {
  return [...sources, ...hosts];
}
