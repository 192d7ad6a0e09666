/** A run on a real edge that is killed again and again. What log, bucket and source say of it must agree in the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
import { logPrefix, readLog } from "../../src/catalogue/outcomeLog.ts";
import { runKey } from "../../src/catalogue/run.ts";
import { startEdge } from "../../src/cli/edge/start.ts";
import type { Politeness } from "../../src/config/politeness.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import { type Bucket, importRun, order, type Source } from "./generatedRun.ts";
import { InFlight, type Interrupted, type Repeats } from "./inFlight.ts";
import { openKilledDisk } from "./killedDisk.ts";
import { type EdgeProcess, startEdgeProcess } from "./killedEdge.ts";

export type KilledRun = {
  readonly pictures: number;
  readonly hosts: number;
  readonly seconds: number;
  /** Identifiers without an outcome, and with more than one. */
  readonly missing: number;
  readonly doubled: number;
  /** Outcomes with a rendition that is not in the bucket, and renditions that no outcome names. */
  readonly unstored: number;
  readonly unnamed: number;
  readonly repeats: Repeats;
  /** What each kill has interrupted. */
  readonly kills: readonly Interrupted[];
  readonly counts: CatalogueStatus["counts"];
  readonly logCounts: Readonly<Record<string, number>>;
  readonly status: CatalogueStatus;
};

export type KilledRunOptions = {
  readonly source: Source;
  readonly rows: readonly ManifestRow[];
  readonly kills: number;
  /** Milliseconds between one start and the kill after it. */
  readonly killAfterMs: (nth: number) => number;
  /** As CATALOGUE_CHUNK_SECONDS and CATALOGUE_LEASE_SECONDS. */
  readonly chunkSeconds: number;
  readonly leaseSeconds: number;
  readonly withinMs: number;
  /** Whether a picture of this address leaves a rendition behind. */
  readonly leaves: (url: string) => boolean;
  /** Rows of a part. */
  readonly partRows?: number;
  readonly say?: (text: string) => void;
};

const RUN = "killed";
const SECRET = "secret of the bench";
const KILL_VARS = {
  ...{ ALLOW_LOOPBACK_SOURCES: "true", SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" },
  CATALOGUE_SECRET: SECRET,
};
/** With 5 slots, of which one is a reader's, one chunk of a host is worked on at a time: the queue then holds few messages. */
const RULE = { perSecond: 100, concurrency: 5 } as const;
/**
 * The local queue hands out so many chunks at once, so an isolate has up to 64 exchanges at a time. With more of them on a busy
 * machine, grants of governors come too late to be used, pictures are refused a place in the queue of the engine (128), and
 * leases end before their chunks do.
 */
const QUEUE_BATCH = 16;
/** A request that was sent right before the kill may reach the source a moment after it. */
const ARRIVAL_MS = 300;

/** Every host of the rows has this rule. */
export function settingsFor(rows: readonly ManifestRow[], rule: Partial<Politeness> = RULE): string {
  const hosts = new Set(rows.map(({ url }) => new URL(url).host));
  return JSON.stringify({ politeness: Object.fromEntries([...hosts].map((host) => [host, rule])) });
}

export async function runKilled(options: KilledRunOptions): Promise<KilledRun> {
  const { source, rows, kills, killAfterMs, chunkSeconds, leaseSeconds, withinMs, leaves, partRows } = options;
  const { say = () => {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "firstlight-catalogue-"));
  const persist = join(folder, "state");
  const started = Date.now();
  const seconds = { CATALOGUE_CHUNK_SECONDS: `${chunkSeconds}`, CATALOGUE_LEASE_SECONDS: `${leaseSeconds}` };
  const vars = { ...KILL_VARS, ...seconds };
  const inFlight = new InFlight(RUN, rows, leaves, partRows);
  const killed: Interrupted[] = [];
  let edge: EdgeProcess | undefined;
  try {
    const importer = await startEdge({ heavy: false, persist, vars });
    const bucket = await importer.miniflare.getR2Bucket("R2_PRIMARY", "firstlight");
    await importRun(bucket as unknown as Bucket, RUN, rows, {}, partRows);
    await importer.stop();
    const settings = settingsFor(rows);
    let status: CatalogueStatus | null = null;
    for (let nth = 0; ; nth++) {
      inFlight.started(source.asked);
      edge = await startEdgeProcess({ persist, vars, settings, queueBatch: QUEUE_BATCH });
      // The order is sent once. After a kill nothing wakes the feeds but their alarms.
      if (nth === 0) await order(edge.url, SECRET, { action: "start", run: RUN });
      const until = nth < kills ? Date.now() + killAfterMs(nth) : started + withinMs;
      status = await follow(edge.url, until, say);
      if (status?.state === "done" || nth >= kills) break;
      await edge.kill();
      await new Promise((resolve) => setTimeout(resolve, ARRIVAL_MS));
      const interrupted = await inFlight.killed(persist, source.asked);
      killed.push(interrupted);
      say(`kill ${killed.length}: ${interrupted.begun} chunks under way, ${interrupted.pictures} pictures in flight`);
    }
    if (status?.state !== "done")
      throw new Error(`the run is not done after ${withinMs} ms: ${JSON.stringify(status?.counts)}`);
    await edge.kill();
    return {
      ...compare(persist, rows),
      repeats: inFlight.repeats(source.asked),
      seconds: (Date.now() - started) / 1000,
      kills: killed,
      counts: status.counts,
      status,
    };
  } finally {
    await edge?.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const LOOK_MS = 2_000;

/** The last status before `until`, or the one that says that the run is done. */
async function follow(url: string, until: number, say: (text: string) => void): Promise<CatalogueStatus | null> {
  let last: CatalogueStatus | null = null;
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.min(LOOK_MS, until - Date.now()))));
    try {
      const { body } = await order(url, SECRET, { action: "status", run: RUN });
      last = body as unknown as CatalogueStatus;
    } catch {
      // A busy machine: the next look will tell.
      continue;
    }
    say(`${last.done} of ${last.pictures}`);
    if (last.state === "done") return last;
  }
  return last;
}

type Compared = Pick<KilledRun, "pictures" | "hosts" | "missing" | "doubled" | "unstored" | "unnamed" | "logCounts">;

/** Read from the disk: through an edge 100 000 pictures would take minutes. */
function compare(persist: string, rows: readonly ManifestRow[]): Compared {
  const disk = openKilledDisk(persist, runKey(RUN));
  try {
    const outcomes = disk.keys(logPrefix(RUN)).flatMap((key) => readLog(disk.text(key)));
    const renditions = new Set(disk.keys("2/t/"));
    const times = new Map<string, number>();
    for (const { id } of outcomes) times.set(id, (times.get(id) ?? 0) + 1);
    const named = new Set(outcomes.flatMap(({ rendition }) => (rendition === null ? [] : [rendition.key])));
    const logCounts: Record<string, number> = {};
    for (const { status } of outcomes) logCounts[status] = (logCounts[status] ?? 0) + 1;
    return {
      pictures: rows.length,
      hosts: new Set(rows.map(({ url }) => new URL(url).host)).size,
      missing: rows.filter(({ id }) => !times.has(id)).length,
      doubled: [...times.values()].filter((count) => count > 1).length,
      unstored: [...named].filter((key) => !renditions.has(key)).length,
      unnamed: [...renditions].filter((key) => !named.has(key)).length,
      logCounts,
    };
  } finally {
    disk.close();
  }
}
