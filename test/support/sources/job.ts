/** What a test in Node sends to the Worker around `fetchSource` (Job), and the answer (Outcome). Both are JSON. */
import type { PriorityLevel } from "../../../src/concurrency/priority.ts";
import type { Politeness } from "../../../src/config/politeness.ts";
import type { SourceConfig } from "../../../src/origin/fetch.ts";
import type { Conditional } from "../../../src/origin/headers.ts";

export type Ports = { readonly http: number; readonly https: number };

export type Job = {
  readonly source: string;
  readonly config: SourceConfig;
  readonly authority: "signature" | "list" | "header";
  readonly ownHost: string;
  readonly conditional: Conditional | null;
  /** Who waits. */
  readonly kind: PriorityLevel;
  /** Limits of hosts, which have a governor then. null = no host ever has one. */
  readonly politeness: Readonly<Record<string, Partial<Politeness>>> | null;
  readonly names: Readonly<Record<string, Ports>>;
  /** Jobs with the same memory share the state of hosts, as requests in one isolate do. */
  readonly memory: string;
  /** Share open breakers with other memories. */
  readonly sharing: boolean;
  /** Abort the job from outside after this many milliseconds. */
  readonly abortAfterMs: number | null;
};

export type Outcome = {
  /** The addresses that were passed to fetch(), in order. */
  readonly asked: readonly string[];
  readonly ms: number;
  /** Calls of governors that this job has sent. */
  readonly governorCalls: number;
} & (
  | { readonly ok: true; readonly fetched: Record<string, unknown>; readonly size: number; readonly sha256: string }
  | { readonly ok: false; readonly reason: string; readonly facts: Record<string, unknown>; readonly detail: string }
);
