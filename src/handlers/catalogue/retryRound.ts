/**
 * A round of a retry: parts of hosts, the host lists with them (catalogue/run.ts), and the word to the feeds. A step may be
 * ended between any two of these. So a journal comes first and is deleted last: what stands in parts that no feed hears of
 * would count as taken up, and nobody would ever ask for it.
 */
import { type ManifestRow, ROW_LIMITS } from "../../catalogue/manifestRow.ts";
import { PART, partBytes, partKey } from "../../catalogue/part.ts";
import { listOf, objectOf, readRecord, text, whole } from "../../catalogue/record.ts";
import { type HostEntry, hostsKey, shardOfHost } from "../../catalogue/run.ts";
import { Failure } from "../../errors.ts";

/** Pictures of a host that are taken up again. */
export type Found = { readonly host: string; readonly rows: ManifestRow[] };

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
    const { host, rows } = byHost.get(host16) ?? { host: "", rows: [] };
    for (let part = 0; part < parts; part++) {
      const some = rows.slice(part * PART_ROWS, (part + 1) * PART_ROWS);
      await bucket.put(partKey(run, host16, first + part), partBytes(host, some));
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
  const prefix = partKey(run, host16, RETRY_PARTS).slice(0, -"00000.jsonl".length);
  const { objects } = await bucket.list({ prefix });
  const last = objects.at(-1)?.key.slice(-"900000.jsonl".length, -".jsonl".length);
  return last === undefined ? RETRY_PARTS : Number(last) + 1;
}

function busy(): Failure {
  return new Failure("queue_full", { retryAfter: ENDED_MS / 1000 }, "another step of a retry writes");
}
