/** The real Worker with AVIF on against off: CPU of a hit, time of a miss, and how many jobs a thousand hits order. */
import { readdirSync, readFileSync } from "node:fs";
import { type Edge, startEdge } from "../../src/cli/edge/start.ts";
import { startSource } from "../cdn/source.ts";
import { median, quantile } from "../table.ts";

const ACCEPT = "image/avif,image/webp,*/*";
const BATCH = 400;
const HITS = 1_000;

/** Three edges that differ in nothing but AVIF. The second one with AVIF off shows how much two equal ones differ. */
type Side = "off" | "on" | "again";
const ORDER = ["off", "on", "again", "again", "on", "off"] as const satisfies readonly Side[];

export type EdgeFigures = {
  /** CPU of a hit at the edge over that of the first edge with AVIF off, medians of the rounds. `again`: a second edge with it off. */
  readonly hitCpu: { readonly on: number; readonly again: number };
  readonly missP95: Readonly<Record<Side, number>>;
  /** Jobs of a picture: seen once; of `HITS` hits in four isolates. */
  readonly jobs: { readonly once: number; readonly many: number };
};

export async function measureEdge(photo: Uint8Array, rounds: number, misses: number): Promise<EdgeFigures> {
  const source = await startSource(photo, 0, { "cache-control": "max-age=86400" });
  const vars = { ALLOW_LOOPBACK_SOURCES: "true", ALLOWED_SOURCES: "127.0.0.1" };
  const off = await startEdge({ vars, isolates: 4 });
  const on = await startEdge({ vars: { ...vars, AVIF: "second-view" }, isolates: 4 });
  const again = await startEdge({ vars, isolates: 4 });
  try {
    const ask = async (base: string, name: string, place = "MAD") => {
      const address = `${base}/insecure/rs:fit:320/plain/${encodeURIComponent(`${source.url}/${name}.jpg`)}`;
      const started = performance.now();
      const answer = await fetch(address, { headers: { accept: ACCEPT, "x-firstlight-colo": place } });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${answer.status} from ${address}`);
      return performance.now() - started;
    };
    const sides = { off, on, again } as const satisfies Record<Side, Edge>;
    const missMs: Record<Side, number[]> = { off: [], on: [], again: [] };
    for (let i = 0; i < misses; i++) {
      const order = i % 2 === 0 ? ORDER.slice(0, 3) : ORDER.slice(3);
      for (const side of order) missMs[side].push(await ask(sides[side].isolates[0] ?? "", `miss-${i}`));
    }
    const cpu = { on: [] as number[], again: [] as number[] };
    for (const { isolates } of Object.values(sides))
      for (let i = 0; i < 2 * BATCH; i++) await ask(isolates[0] ?? "", "hot");
    for (let round = 0; round < rounds; round++) {
      const spent: Record<Side, number> = { off: 0, on: 0, again: 0 };
      for (const side of ORDER) {
        const { isolates, workerdPid } = sides[side];
        const before = cpuOf(workerdPid);
        for (let i = 0; i < BATCH; i++) await ask(isolates[0] ?? "", "hot");
        spent[side] += cpuOf(workerdPid) - before;
      }
      cpu.on.push(spent.on / spent.off);
      cpu.again.push(spent.again / spent.off);
    }
    const many = await ordersOf(on, () => thousand(on, ask));
    const once = await ordersOf(on, async () => void (await ask(on.isolates[0] ?? "", "once")));
    const p95 = (side: Side) => quantile(missMs[side], 0.95);
    return {
      hitCpu: { on: median(cpu.on), again: median(cpu.again) },
      missP95: { off: p95("off"), on: p95("on"), again: p95("again") },
      jobs: { once, many },
    };
  } finally {
    await Promise.all([off.stop(), on.stop(), again.stop(), source.close()]);
  }
}

type Ask = (base: string, name: string, place?: string) => Promise<number>;

/** Hits past the edge and at it, from four isolates in many places. */
async function thousand(edge: Edge, ask: Ask): Promise<void> {
  const places = ["MAD", "LHR", "FRA", "CDG", "AMS", "VIE", "ARN", "WAW", "JFK", "NRT", "SYD", "GRU"];
  for (const place of places.slice(0, 3)) await ask(edge.isolates[0] ?? "", "many", place);
  await new Promise((wake) => setTimeout(wake, 1_000));
  for (let i = 0; i < HITS; i += 8) {
    const asks = Array.from({ length: 8 }, (_, j) =>
      ask(edge.isolates[(i + j) % 4] ?? "", "many", places[(i + j) % places.length]),
    );
    await Promise.all(asks);
  }
}

/** How many orders lie in the primary after the work, that were not there before it. */
async function ordersOf(edge: Edge, work: () => Promise<void>): Promise<number> {
  const bucket = await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight");
  const count = async () => (await bucket.list({ prefix: "2/a/" })).objects.length;
  const before = await count();
  await work();
  await new Promise((wake) => setTimeout(wake, 3_000));
  return (await count()) - before;
}

/** CPU milliseconds of all threads of a process. A batch is too short for clock ticks. */
function cpuOf(pid: number | undefined): number {
  const nanos = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanos.reduce((sum, ns) => sum + ns, 0) / 1e6;
}
