/** Writes sorted rows into the bucket: parts, the lists of hosts, and `run.json` last. */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { partKey } from "../../../catalogue/part.ts";
import { type HostEntry, hostsKey, type Run, runKey, SHARDS, shardOfHost } from "../../../catalogue/run.ts";
import { hostHash } from "../../../store/schema/key.ts";
import { merged } from "./mergeRuns.ts";
import { type Part, type PartCounts, partsOf } from "./partsOf.ts";
import type { RunStore } from "./runStore.ts";
import type { SortedRows, WorkFolder } from "./workFolder.ts";

export type WriteOrder = {
  readonly store: RunStore;
  readonly run: string;
  readonly sorted: SortedRows;
  readonly work: WorkFolder;
  /** Parts that are written at a time. */
  readonly concurrency: number;
  /** Unix milliseconds. */
  readonly now: number;
  readonly signal: AbortSignal;
  readonly onProgress: (counts: WriteCounts) => void;
};

export type WriteCounts = PartCounts & {
  parts: number;
  hosts: number;
  /** Parts that were in the bucket already. */
  present: number;
};

/** Hosts are gathered in memory up to so many before they go to their files. */
const GATHERED = 4_096;

/**
 * Parts are made in one order each time, so the number of those that are in the bucket says where to go on. Throws what the
 * store throws after its retries, and the signal's reason.
 */
export async function writeRun(order: WriteOrder): Promise<{ readonly run: Run; readonly counts: WriteCounts }> {
  const { store, sorted, work, signal, onProgress } = order;
  const counts: WriteCounts = { rows: 0, repeats: 0, parts: 0, hosts: 0, present: 0 };
  const before = work.readWritten();
  const hosts = new HostFiles(work.path);
  const pending = new Pending(before, (parts) => work.writeWritten(parts));
  for (const part of partsOf(merged(sorted.runs), counts)) {
    signal.throwIfAborted();
    const host16 = await hostHash(part.host);
    const number = counts.parts++;
    if (part.hostRows !== null) {
      counts.hosts++;
      hosts.add(shardOfHost(host16), entryOf(part, part.hostRows));
    }
    if (number < before) {
      counts.present++;
      continue;
    }
    await pending.room(order.concurrency);
    pending.start(number, async () => {
      if (!(await store.putNew(partKey(order.run, host16, part.number), part.bytes))) counts.present++;
    });
    onProgress(counts);
  }
  await pending.room(1);
  await checkParts(order, counts.parts);
  hosts.close();
  for (let shard = 0; shard < SHARDS; shard++) {
    signal.throwIfAborted();
    const list = hosts.list(shard);
    if (list !== null) await store.put(hostsKey(order.run, shard), Buffer.from(list));
  }
  const run: Run = {
    ...{ v: 1, run: order.run, createdAt: order.now, settings: sorted.source.settings },
    ...{ hosts: counts.hosts, parts: counts.parts, pictures: counts.rows },
  };
  await store.putNew(runKey(order.run), Buffer.from(`${JSON.stringify(run)}\n`));
  return { run, counts };
}

/** A run that lacks a part would lose its pictures in silence. Throws Error in words. */
async function checkParts({ store, run, work }: WriteOrder, parts: number): Promise<void> {
  const found = await store.count(`catalogue/${run}/parts/`);
  if (found === parts) return;
  work.writeWritten(0);
  throw new Error(`The bucket has ${found} parts of ${parts}: somebody else writes or deletes there. Run it again`);
}

function entryOf({ host, number }: Part, pictures: number): HostEntry {
  return { host, first: 0, parts: number + 1, pictures };
}

/** Writes that are under way, and up to which one all are done. */
class Pending {
  readonly #running = new Set<Promise<void>>();
  readonly #done = new Set<number>();
  readonly #onDone: (parts: number) => void;
  #upTo: number;
  #failure: { readonly error: unknown } | null = null;

  constructor(upTo: number, onDone: (parts: number) => void) {
    this.#upTo = upTo;
    this.#onDone = onDone;
  }

  start(number: number, write: () => Promise<void>): void {
    const running = write()
      .then(() => this.#end(number))
      .catch((error: unknown) => void (this.#failure ??= { error }))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits until fewer than `most` are under way. Throws the first failure, when all others have ended. */
  async room(most: number): Promise<void> {
    while (this.#running.size >= most && this.#failure === null) await Promise.race(this.#running);
    if (this.#failure === null) return;
    await Promise.all(this.#running);
    throw this.#failure.error;
  }

  #end(number: number): void {
    this.#done.add(number);
    const before = this.#upTo;
    while (this.#done.delete(this.#upTo)) this.#upTo++;
    if (this.#upTo > before) this.#onDone(this.#upTo);
  }
}

/** The hosts of each shard, in files: a catalogue of the web has millions. */
class HostFiles {
  readonly #folder: string;
  readonly #gathered: string[][] = Array.from({ length: SHARDS }, () => []);
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
    for (let shard = 0; shard < SHARDS; shard++) rmSync(this.#file(shard), { force: true });
  }

  add(shard: number, entry: HostEntry): void {
    this.#gathered[shard]?.push(`${JSON.stringify(entry)}\n`);
    if (++this.#count % GATHERED === 0) this.close();
  }

  close(): void {
    for (const [shard, lines] of this.#gathered.entries()) {
      if (lines.length > 0) appendFileSync(this.#file(shard), lines.join(""));
      lines.length = 0;
    }
  }

  /** The hosts of a shard, those with most pictures first; null = it has none. */
  list(shard: number): string | null {
    if (!existsSync(this.#file(shard))) return null;
    const lines = readFileSync(this.#file(shard), "utf8").split("\n").slice(0, -1);
    const entries = lines.map((line) => ({ line, pictures: (JSON.parse(line) as HostEntry).pictures }));
    return entries
      .sort((a, b) => b.pictures - a.pictures || (a.line < b.line ? -1 : 1))
      .map(({ line }) => `${line}\n`)
      .join("");
  }

  #file(shard: number): string {
    return join(this.#folder, `hosts-${shard}.jsonl`);
  }
}
