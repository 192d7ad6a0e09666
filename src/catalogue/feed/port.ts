/** What a consumer and a feed say to each other. A message of the queue is a reference; the feed has the facts. */
import type { Reason } from "../../errors.ts";
import type { PolitenessSettings } from "../../origin/governor/politeness.ts";
import type { Operations } from "../prices.ts";
import { type Fields, oneOf, readRecord, text, whole } from "../record.ts";
import { RUN_NAME, type RunSettings } from "../run.ts";
import type { Status } from "../status.ts";

/** What every call brings along: the deployment's settings as the caller has read them. */
export type FeedSettings = {
  readonly shard: number;
  readonly politeness: PolitenessSettings;
  readonly chunkSeconds: number;
  readonly leaseSeconds: number;
};

/** A message of the queue: rows `from` to `to` of a part, sent for the `attempt`th time. */
export type ChunkMessage = {
  readonly v: 1;
  readonly run: string;
  readonly shard: number;
  /** Our own origin and region, as the request that started the run had them. */
  readonly origin: string;
  readonly region: string;
  readonly host16: string;
  readonly round: number;
  readonly part: number;
  readonly from: number;
  readonly to: number;
  readonly attempt: number;
};

/** What a worker does with a chunk. */
export type Work = {
  readonly run: string;
  readonly host: string;
  readonly settings: RunSettings;
  readonly part: number;
  readonly from: number;
  readonly to: number;
  /** First rows of longer chunks that these rows were a piece of: the log may have them under one of these. */
  readonly cutFrom: readonly number[];
  readonly attempt: number;
  /** Where the rows stand in the part. */
  readonly range: { readonly offset: number; readonly length: number };
  /** Starts a second in this chunk; null = the host's governor says when. */
  readonly perSecond: number | null;
  readonly concurrency: number;
  /** The first start is so many milliseconds from now at the earliest. */
  readonly startInMs: number;
  /** The worker reports after so many milliseconds, with what it has. */
  readonly workMs: number;
  /** After so many milliseconds the rows may be another worker's: this one writes nothing down any more. */
  readonly leaseMs: number;
  /** The host has failed for so long: when the first picture fails, all are failed. */
  readonly lastTry: boolean;
  /** This one row has crashed its workers: it is failed without being asked for. */
  readonly poison: boolean;
};

/** Which chunk a worker means. */
export type ChunkName = Pick<ChunkMessage, "run" | "round" | "host16" | "part" | "from" | "attempt">;

/** What the feed's state says to a worker. `hold`: another one works on the host now. The rest as in `Begun`. */
export type Beginning =
  | { readonly kind: "go"; readonly work: Omit<Work, "range"> }
  | { readonly kind: "stale" | "later" | "hold" };

/** `stale`: another message has the chunk, or it is done. `later`: it will come again. */
export type Begun =
  | { readonly go: true; readonly work: Work }
  | { readonly go: false; readonly why: "stale" | "later" };

/**
 * Why a worker stopped early. `down`: the host does not answer. `refused`: it answers 429. `saturated`: its governor gives
 * no more now. `stores`: ours fail. `damaged`: what they have cannot be read. `dead`: it has not answered for so long that its pictures were failed.
 */
export type Trouble = {
  readonly kind: "down" | "refused" | "saturated" | "stores" | "damaged" | "dead";
  readonly reason: Reason | null;
  /** How long to wait, where somebody has said it. */
  readonly waitMs: number | null;
};

export type Report = {
  /** The chunk as the worker got it, and the end of what it has done: rows `from` to `upTo` are in the log. */
  readonly from: number;
  readonly to: number;
  readonly upTo: number;
  readonly counts: { readonly [status in Status]?: number };
  /** Failures by reason. */
  readonly reasons: { readonly [reason in Reason]?: number };
  /** Body bytes from the host, and bytes stored. */
  readonly bytesIn: number;
  readonly bytesStored: number;
  readonly operations: Operations;
  readonly elapsedMs: number;
  /** How long ago the last exchange with the host started; null = there was none. */
  readonly lastStartMs: number | null;
  readonly trouble: Trouble | null;
};

const MESSAGE = {
  v: oneOf([1]),
  run: RUN_NAME,
  shard: whole(0, 63),
  origin: text(1, 300),
  region: text(1, 40),
  host16: text(16, 16),
  round: whole(0),
  part: whole(0, 999_999),
  from: whole(0),
  to: whole(1),
  attempt: whole(1),
} as const satisfies Fields<ChunkMessage>;

/** A message's body; null when this Worker cannot read it. */
export function parseChunkMessage(body: unknown): ChunkMessage | null {
  try {
    return readRecord<ChunkMessage>(JSON.stringify(body ?? null), MESSAGE);
  } catch {
    return null;
  }
}
