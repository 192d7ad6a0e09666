/** `npm run purge` purges a host with ten thousand stored renditions. It is killed halfway and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { hostHash, sourceKeys } from "../../src/store/schema/key.ts";
import { SEEDER, type Seed, seed } from "../../test/support/seeder.ts";
import type { BenchOptions, Row } from "./row.ts";

const SECRET = "purge secret of this bench";
const HOST = "large.test";
/** Each rendition is in the stores of a hot one: the primary, one region and KV. */
const STORES = ["R2_PRIMARY", "R2_WEUR", "THUMBS"] as const;
const PROGRAM = join(import.meta.dirname, "../../src/cli/purge.ts");
/** The bytes of a rendition: as many as a small thumbnail has. */
const BYTES = Buffer.alloc(4_000, 7).toString("base64");

export async function measurePurge({ quick, say }: BenchOptions): Promise<Row> {
  const renditions = quick ? 1_000 : 10_000;
  const edge = await startEdge({ vars: { PURGE_SECRET: SECRET }, beside: { seeder: SEEDER } });
  try {
    say(`storing ${renditions} renditions in ${STORES.length} stores`);
    await fill(edge, renditions);
    const stored = await left(edge);
    say("purging");
    const first = purge(edge, null);
    const cursor = await cursorAfter(first, Math.floor(stored / 2));
    const killedAfter = await killed(first);
    const halfway = await left(edge);
    const second = purge(edge, cursor);
    const code = await second.ended;
    const secondSeconds = second.seconds();
    const after = await left(edge);
    const seconds = killedAfter + secondSeconds;
    return {
      what: `a host with ${renditions} stored renditions (${stored} objects and KV entries) purged, killed halfway and resumed`,
      peers: 'not offered: weserv issue 14, open since 2017; imgproxy: "no manual cache invalidation"',
      ours: `${seconds.toFixed(1)} s, ${after} left (killed at ${halfway} left)`,
      target: "<= 60 s",
      pass: seconds <= 60 && after === 0 && code === 0 && halfway > 0 && halfway < stored,
      figures: { stored, halfway, after, seconds, killedAfter, secondSeconds },
    };
  } finally {
    await edge.stop();
  }
}

async function fill(edge: Edge, renditions: number): Promise<void> {
  for (let at = 0; at < renditions; at += 1_000) {
    const seeds: Seed[] = [];
    for (let i = at; i < Math.min(renditions, at + 1_000); i++) {
      const source = `https://${HOST}/${i >> 2}.jpg`;
      const key = `${(await sourceKeys(source)).renditions}${String(i).padStart(32, "0")}`;
      for (const binding of STORES) seeds.push({ binding, key, bytes: BYTES, metadata: { source } });
    }
    await seed(edge.beside.seeder ?? "", seeds);
  }
}

/** How many renditions of the host are in all stores together. */
async function left(edge: Edge): Promise<number> {
  const prefix = `2/t/${await hostHash(HOST)}/`;
  let count = 0;
  for (const binding of STORES) {
    const store =
      binding === "THUMBS" ? await edge.miniflare.getKVNamespace(binding) : await edge.miniflare.getR2Bucket(binding);
    let cursor: string | undefined;
    do {
      const page = await store.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
      count += "keys" in page ? page.keys.length : page.objects.length;
      cursor = "cursor" in page ? page.cursor : undefined;
    } while (cursor);
  }
  return count;
}

type Run = {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  seconds(): number;
  errors(): string;
};

function purge(edge: Edge, cursor: string | null): Run {
  const env = { PATH: process.env.PATH ?? "", PURGE_SECRET: SECRET, PURGE_ENDPOINT: edge.url };
  const args = [PROGRAM, "--host", HOST, ...(cursor === null ? [] : ["--resume", cursor])];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const started = performance.now();
  let errors = "";
  child.stderr?.on("data", (chunk) => (errors += chunk));
  const ended = once(child, "close").then(() => child.exitCode);
  return { child, ended, seconds: () => (performance.now() - started) / 1000, errors: () => errors };
}

/** Waits until the program says that it deleted at least `deleted`. Gives the cursor of that line. */
async function cursorAfter(run: Run, deleted: number): Promise<string> {
  for (;;) {
    const lines = [...run.errors().matchAll(/^(\d+) deleted.*cursor (\S+)$/gm)];
    const line = lines.find(([, count]) => Number(count) >= deleted);
    if (line?.[2] !== undefined) return line[2];
    if (run.child.exitCode !== null) throw new Error(`the purge ended before it could be killed:\n${run.errors()}`);
    await new Promise((wake) => setTimeout(wake, 5));
  }
}

async function killed(run: Run): Promise<number> {
  run.child.kill("SIGKILL");
  await run.ended;
  return run.seconds();
}
