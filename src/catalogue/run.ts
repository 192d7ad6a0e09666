/**
 * What a run consists of, in the primary bucket:
 *
 *   catalogue/<run>/run.json                        the run (below); the import writes it last, so it is complete when it is there
 *   catalogue/<run>/hosts/<round>/<shard2>.jsonl    its hosts, one HostEntry a line, most pictures first; <round> is 0 for the
 *                                                   import, n for the nth retry
 *   catalogue/<run>/parts/<host16>/<n6>.jsonl       the pictures of a host (part.ts); retries append parts
 *   catalogue/<run>/retry.json                      a round that is being written (handlers/catalogue/retryRound.ts)
 *   catalogue/<run>/log/<host16>/…                  what became of them (outcomeLog.ts)
 *
 * A run of 500 000 hosts has a run.json of 1 kB. A host stands in the list of the shard that its hash names, and each shard
 * has a feed of its own; a shard without a host has no list. A list is sorted by pictures, since the host with the most pictures ends last: it begins first.
 */
import { ACCEPT_CLASSES } from "../image/formats/descriptor.ts";
import { ROW_LIMITS } from "./manifestRow.ts";
import { type Fields, FLAG, matching, objectOf, oneOf, readRecord, recordFrom, text, whole } from "./record.ts";

/** What is made of each picture. */
export type RunSettings = {
  /** Options of the imgproxy door, as readers' addresses have them: `w:640`. Readers then meet hits. */
  readonly options: string;
  /** The Accept class of those readers. */
  readonly accept: (typeof ACCEPT_CLASSES)[number];
  /** `header`: where a provider's own size was rendered, a second request reads the original's size and EXIF. */
  readonly facts: "none" | "header";
  /** Whether the place where a picture was taken is kept. */
  readonly location: boolean;
};

export const DEFAULT_SETTINGS: RunSettings = { options: "w:640", accept: "webp", facts: "none", location: false };

export type Run = {
  readonly v: 1;
  readonly run: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly settings: RunSettings;
  readonly hosts: number;
  readonly parts: number;
  readonly pictures: number;
};

export type HostEntry = {
  /** As `URL.host` writes it. */
  readonly host: string;
  /** Number of its first part in this list, and how many there are: parts `first` to `first + parts - 1`. */
  readonly first: number;
  readonly parts: number;
  readonly pictures: number;
};

/** Names of runs: they stand in keys and on command lines. */
export const RUN_NAME = matching(/^[a-z0-9][a-z0-9-]{0,39}$/, "1 to 40 of a-z, 0-9 and -");

const SETTINGS = {
  options: text(1, 500),
  accept: oneOf(ACCEPT_CLASSES),
  facts: oneOf(["none", "header"]),
  location: FLAG,
} as const satisfies Fields<RunSettings>;

const RUN = {
  v: oneOf([1]),
  run: RUN_NAME,
  createdAt: whole(0),
  settings: objectOf<RunSettings>(SETTINGS),
  hosts: whole(0),
  parts: whole(0),
  pictures: whole(0),
} as const satisfies Fields<Run>;

const HOST = {
  host: text(1, ROW_LIMITS.host),
  first: whole(0, 999_999),
  parts: whole(1, 1_000_000),
  pictures: whole(1),
} as const satisfies Fields<HostEntry>;

export function runKey(run: string): string {
  return `catalogue/${run}/run.json`;
}

export function hostsKey(run: string, shard: number, round = 0): string {
  return `catalogue/${run}/hosts/${round}/${String(shard).padStart(2, "0")}.jsonl`;
}

/** Throws BadRecord. */
export function readRun(json: string): Run {
  return readRecord<Run>(json, RUN);
}

/** Throws BadRecord. */
export function readHostEntry(line: string): HostEntry {
  return readRecord<HostEntry>(line, HOST);
}

/** Throws BadRecord. */
export function readSettings(value: unknown): RunSettings {
  return recordFrom<RunSettings>(value, SETTINGS);
}

/**
 * Host lists of a run, and feeds of a deployment. The number is the same for every run, so that a host has one feed, and
 * two runs at once keep to its pace together.
 */
export const SHARDS = 16;

/** The shard of a host, by its `hostHash` (store/schema/key.ts). */
export function shardOfHost(host16: string): number {
  return Number.parseInt(host16.slice(0, 8), 16) % SHARDS;
}
