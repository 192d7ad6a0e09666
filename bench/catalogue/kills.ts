/** A run on a real edge that is killed again and again. What log, bucket and source say of it must agree in the end. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ManifestRow } from "../../src/catalogue/manifestRow.ts";
import { startEdge } from "../../src/cli/edge/start.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import { type Bucket, importRun, keysOf, order, outcomesOf, type Source } from "./generatedRun.ts";
import { type EdgeProcess, startEdgeProcess } from "./killedEdge.ts";

export type KilledRun = {
  readonly pictures: number;
  readonly seconds: number;
  /** Identifiers without an outcome, and with more than one. */
  readonly missing: number;
  readonly doubled: number;
  /** Outcomes with a rendition that is not in the bucket, and renditions that no outcome names. */
  readonly unstored: number;
  readonly unnamed: number;
  /** Requests to the source beyond one for each address. */
  readonly repeats: number;
  readonly kills: number;
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
  readonly perSecond: number;
  readonly withinMs: number;
  /** Rows of a part. */
  readonly partRows?: number;
  readonly say?: (text: string) => void;
};

const RUN = "killed";
const SECRET = "secret of the bench";
export const KILL_VARS = {
  ...{ ALLOW_LOOPBACK_SOURCES: "true", SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" },
  ...{ CATALOGUE_SECRET: SECRET, CATALOGUE_CHUNK_SECONDS: "2", CATALOGUE_LEASE_SECONDS: "4" },
};

/** Every host of the rows may be asked so often a second; 8 at a time. */
export function settingsFor(rows: readonly ManifestRow[], perSecond: number): string {
  const hosts = new Set(rows.map(({ url }) => new URL(url).host));
  return JSON.stringify({
    politeness: Object.fromEntries([...hosts].map((host) => [host, { perSecond, concurrency: 8 }])),
  });
}

export async function runKilled(options: KilledRunOptions): Promise<KilledRun> {
  const { source, rows, kills, killAfterMs, perSecond, withinMs, partRows, say = () => {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "firstlight-catalogue-"));
  const persist = join(folder, "state");
  const started = Date.now();
  let edge: EdgeProcess | undefined;
  let killed = 0;
  try {
    const importer = await startEdge({ heavy: false, persist, vars: KILL_VARS });
    const bucket = await importer.miniflare.getR2Bucket("R2_PRIMARY", "firstlight");
    await importRun(bucket as unknown as Bucket, RUN, rows, {}, partRows);
    await importer.stop();
    const settings = settingsFor(rows, perSecond);
    let status: CatalogueStatus | null = null;
    for (let nth = 0; ; nth++) {
      edge = await startEdgeProcess({ persist, vars: KILL_VARS, settings });
      // The order is sent once. After a kill nothing wakes the feeds but their alarms.
      if (nth === 0) await order(edge.url, SECRET, { action: "start", run: RUN });
      const until = nth < kills ? Date.now() + killAfterMs(nth) : started + withinMs;
      status = await follow(edge.url, until, say);
      if (status?.state === "done" || nth >= kills) break;
      await edge.kill();
      killed++;
    }
    if (status?.state !== "done")
      throw new Error(`the run is not done after ${withinMs} ms: ${JSON.stringify(status?.counts)}`);
    await edge.kill();
    return {
      ...(await compare(persist, rows, source)),
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

/** The last status before `until`, or the one that says that the run is done. */
async function follow(url: string, until: number, say: (text: string) => void): Promise<CatalogueStatus | null> {
  let last: CatalogueStatus | null = null;
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(1, Math.min(1_000, until - Date.now()))));
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

type Compared = Pick<KilledRun, "pictures" | "missing" | "doubled" | "unstored" | "unnamed" | "repeats" | "logCounts">;

async function compare(persist: string, rows: readonly ManifestRow[], source: Source): Promise<Compared> {
  const reader = await startEdge({ heavy: false, persist, vars: { ...KILL_VARS, REGIONS: "enam" } });
  try {
    const bucket = (await reader.miniflare.getR2Bucket("R2_PRIMARY", "firstlight")) as unknown as Bucket;
    const outcomes = await outcomesOf(bucket, RUN);
    const renditions = new Set(await keysOf(bucket, "2/t/"));
    const times = new Map<string, number>();
    for (const { id } of outcomes) times.set(id, (times.get(id) ?? 0) + 1);
    const named = new Set(outcomes.flatMap(({ rendition }) => (rendition === null ? [] : [rendition.key])));
    const logCounts: Record<string, number> = {};
    for (const { status } of outcomes) logCounts[status] = (logCounts[status] ?? 0) + 1;
    const addresses = new Set(rows.map(({ url }) => url)).size;
    const asked = [...source.asked.values()].reduce((sum, count) => sum + count, 0);
    return {
      pictures: rows.length,
      missing: rows.filter(({ id }) => !times.has(id)).length,
      doubled: [...times.values()].filter((count) => count > 1).length,
      unstored: [...named].filter((key) => !renditions.has(key)).length,
      unnamed: [...renditions].filter((key) => !named.has(key)).length,
      repeats: asked - addresses,
      logCounts,
    };
  } finally {
    await reader.stop();
  }
}
