/**
 * A round of a retry: parts of hosts, the host lists with them (catalogue/run.ts), and the word to the feeds. A step may be
 * ended between any two of these. So a journal comes first and is deleted last: what stands in parts that no feed hears of
 * would count as taken up, and nobody would ever ask for it.
 */
import { type ManifestRow, ROW_LIMITS, readRow } from "../../catalogue/manifestRow.ts";
import { logKey, readLog } from "../../catalogue/outcomeLog.ts";
import { PART, partBytes, partKey } from "../../catalogue/part.ts";
import { listOf, objectOf, readRecord, text, whole } from "../../catalogue/record.ts";
import { type HostEntry, hostsKey, shardOfHost } from "../../catalogue/run.ts";
import type { Status } from "../../catalogue/status.ts";
import { Failure } from "../../errors.ts";

/** Pictures of a host that are taken up again, and for each the key of its log object. In the order of those keys. */
export type Found = { readonly host: string; readonly rows: ManifestRow[]; readonly logs: string[] };

/** Which log objects the pictures of a part come from, as its custom metadata. */
type Span = { readonly from: string; readonly to: string };

type Place = { readonly host16: string; readonly first: number; readonly parts: number };

type Journal = {
  /** When it was begun, in unix milliseconds. */
  readonly at: number;
  readonly round: number;
  readonly hosts: readonly Place[];
};

const PLACE = { host16: text(16, 16), first: whole(0, 999_999), parts: whole(1) };
const FIELDS = { at: whole(0), round: whole(1), hosts: listOf(objectOf<Place>(PLACE)) };

/** Parts of retries have numbers from here on, so that their outcomes are found without reading all of a host's. */
export const RETRY_PARTS = 900_000;
/** So many of the longest rows fit into a part. */
const PART_ROWS = Math.floor(PART.bytes / (ROW_LIMITS.rowBytes + 1));
/** A step that began so long ago has ended, in milliseconds. */
const ENDED_MS = 120_000;

function journalKey(run: string): string {
  return `catalogue/${run}/retry.json`;
}

/**
 * Ends what an interrupted step has left: a round whose lists are all there is told to the feeds, any other one is deleted.
 * Throws Failure `queue_full` while the step may still be at it.
 */
export async function resumeRound(
  bucket: R2Bucket,
  run: string,
  tell: (rounds: number) => Promise<void>,
  now: number,
): Promise<void> {
  const object = await bucket.get(journalKey(run));
  if (object === null) return;
  const { at, round, hosts } = readRecord<Journal>(await object.text(), FIELDS);
  if (Math.abs(now - at) < ENDED_MS) throw busy();
  const lists = listsOf(run, round, hosts);
  const there = await Promise.all(lists.map((key) => bucket.head(key)));
  if (there.every((one) => one !== null)) await tell(round + 1);
  else {
    await bucket.delete(lists);
    for (const { host16, first, parts } of hosts) {
      await bucket.delete(Array.from({ length: parts }, (_, i) => partKey(run, host16, first + i)));
    }
  }
  await bucket.delete(journalKey(run));
}

/** Throws Failure `queue_full` while another step writes. */
export async function writeRound(
  bucket: R2Bucket,
  run: string,
  byHost: ReadonlyMap<string, Found>,
  tell: (rounds: number) => Promise<void>,
  now: number,
): Promise<void> {
  const lists = await bucket.list({ prefix: `catalogue/${run}/hosts/`, delimiter: "/" });
  const round = 1 + Math.max(0, ...lists.delimitedPrefixes.map((prefix) => Number(prefix.split("/").at(-2))));
  const hosts: Place[] = [];
  for (const [host16, { rows }] of byHost) {
    hosts.push({ host16, first: await nextPart(bucket, run, host16), parts: Math.ceil(rows.length / PART_ROWS) });
  }
  const journal = JSON.stringify({ at: now, round, hosts } satisfies Journal);
  const isOurs = await bucket.put(journalKey(run), journal, { onlyIf: { etagDoesNotMatch: "*" } });
  if (isOurs === null) throw busy();
  const byShard = new Map<number, HostEntry[]>();
  for (const { host16, first, parts } of hosts) {
    const { host, rows, logs } = byHost.get(host16) ?? { host: "", rows: [], logs: [] };
    for (let part = 0; part < parts; part++) {
      const [begin, end] = [part * PART_ROWS, Math.min(rows.length, (part + 1) * PART_ROWS)];
      const customMetadata: Span = { from: logs[begin] ?? "", to: logs[end - 1] ?? "" };
      await bucket.put(partKey(run, host16, first + part), partBytes(host, rows.slice(begin, end)), { customMetadata });
    }
    const shard = shardOfHost(host16);
    byShard.set(shard, [...(byShard.get(shard) ?? []), { host, first, parts, pictures: rows.length }]);
  }
  for (const [shard, entries] of byShard) {
    const sorted = entries.toSorted((a, b) => b.pictures - a.pictures);
    await bucket.put(hostsKey(run, shard, round), sorted.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  }
  await tell(round + 1);
  await bucket.delete(journalKey(run));
}

function listsOf(run: string, round: number, hosts: readonly Place[]): string[] {
  return [...new Set(hosts.map(({ host16 }) => shardOfHost(host16)))].map((shard) => hostsKey(run, shard, round));
}

async function nextPart(bucket: R2Bucket, run: string, host16: string): Promise<number> {
  let last = RETRY_PARTS - 1;
  for await (const { number } of retriedParts(bucket, run, host16)) last = number;
  return last + 1;
}

/** The parts that earlier retries have written for a host, in the order of their numbers. */
async function* retriedParts(
  bucket: R2Bucket,
  run: string,
  host16: string,
): AsyncGenerator<{ readonly key: string; readonly number: number; readonly span: Span | null }> {
  const prefix = partKey(run, host16, RETRY_PARTS).slice(0, -"00000.jsonl".length);
  for (let startAfter: string | undefined; ; ) {
    const after = startAfter === undefined ? {} : { startAfter };
    const page = await bucket.list({ prefix, include: ["customMetadata"], ...after });
    for (const { key, customMetadata } of page.objects) {
      const { from, to } = customMetadata ?? {};
      const number = Number(key.slice(-"900000.jsonl".length, -".jsonl".length));
      yield { key, number, span: from === undefined || to === undefined ? null : { from, to } };
    }
    startAfter = page.objects.at(-1)?.key;
    if (!page.truncated || startAfter === undefined) return;
  }
}

/**
 * Those of the pictures that an earlier retry has taken up, and that have no outcome of it yet or one that is not `isWanted`.
 * An order that is sent twice finds them and adds nothing. Reads only parts whose pictures come from the same log objects,
 * and keeps only identifiers of `found`, so memory and reads do not grow with all that was ever retried.
 */
export async function settledIds(
  bucket: R2Bucket,
  run: string,
  host16: string,
  { rows, logs }: Found,
  isWanted: (status: Status) => boolean,
): Promise<ReadonlySet<string>> {
  const asked = new Set(rows.map(({ id }) => id));
  const [first = "", last = ""] = [logs[0], logs.at(-1)];
  /** Identifier -> the last part that it stands in. */
  const taken = new Map<string, number>();
  for await (const { key, number, span } of retriedParts(bucket, run, host16)) {
    if (span !== null && (span.to < first || span.from > last)) continue;
    for (const line of (await textOf(bucket, key)).split("\n").slice(1)) {
      const id = line === "" ? null : readRow(line).id;
      if (id !== null && asked.has(id)) taken.set(id, number);
    }
  }
  const settled = new Set(taken.keys());
  for (const part of new Set(taken.values())) {
    // The log objects of one part: `<part>-<row>.jsonl`.
    const page = await bucket.list({ prefix: logKey(run, host16, part, 0).slice(0, -"00000.jsonl".length) });
    for (const { key } of page.objects) {
      for (const { id, status } of readLog(await textOf(bucket, key))) {
        if (taken.get(id) === part && isWanted(status)) settled.delete(id);
      }
    }
  }
  return settled;
}

async function textOf(bucket: R2Bucket, key: string): Promise<string> {
  return (await (await bucket.get(key))?.text()) ?? "";
}

function busy(): Failure {
  return new Failure("queue_full", { retryAfter: ENDED_MS / 1000 }, "another step of a retry writes");
}
