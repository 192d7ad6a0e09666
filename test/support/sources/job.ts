/** What a test in Node asks of the Worker around `fetchSource`, and what it hears back; both as JSON. */
import type { SourceConfig } from "../../../src/origin/fetch.ts";
import type { Conditional } from "../../../src/origin/headers.ts";

export type Ports = { readonly http: number; readonly https: number };

export type Job = {
  readonly source: string;
  readonly config: SourceConfig;
  readonly authority: "signature" | "list" | "header";
  readonly ownHost: string;
  readonly conditional: Conditional | null;
  readonly names: Readonly<Record<string, Ports>>;
  /** Jobs of one memory share what is known about hosts. */
  readonly memory: string;
  /** Tell other memories of open breakers. */
  readonly sharing: boolean;
  /** Abort from outside after so many milliseconds. */
  readonly abortAfterMs: number | null;
};

export type Outcome = {
  /** Addresses given to fetch(), in order. */
  readonly asked: readonly string[];
  readonly ms: number;
} & (
  | { readonly ok: true; readonly fetched: Record<string, unknown>; readonly size: number; readonly sha256: string }
  | { readonly ok: false; readonly reason: string; readonly facts: Record<string, unknown>; readonly detail: string }
);
