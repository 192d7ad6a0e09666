/**
 * What a picture costs: CPU of the runtime beyond the render core and the simulators of the platform's services, and dollars
 * for a million by the operations that a run has counted, at list prices. Photographs of 1 megapixel, made into 640 WebP.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { logPrefix } from "../../src/catalogue/outcomeLog.ts";
import { addOperations, dollarsOf, type Operations, PRICES } from "../../src/catalogue/prices.ts";
import { PROJECTION_SHARDS } from "../../src/catalogue/projection.ts";
import { TOP } from "../../src/cli/edge/bundle.ts";
import { startEdge } from "../../src/cli/edge/start.ts";
import { TAP_NAMES } from "../../src/config/taps.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import { DEFAULTS, splitOptions } from "../../src/request/options/applyOption.ts";
import { cpuMillis, startWorkerd } from "../engine/workerd.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { type Bucket, importRun, keysOf, order, startSource } from "./generatedRun.ts";
import { settingsFor } from "./kills.ts";
import { loadSimulators, SIMULATORS_SCRIPT } from "./simulators.ts";

const LIMITS = { cpuMs: 3, dollars: 7 } as const;
const SECRET = "secret of the bench";
const VARS = {
  ...{
    ALLOW_LOOPBACK_SOURCES: "true",
    SIGNING_KEYS: "736563726574",
    SIGNING_SALTS: "68656c6c6f",
    CATALOGUE_SECRET: SECRET,
  },
};
const DATABASES = Array.from({ length: PROJECTION_SHARDS }, (_, shard) => `CATALOGUE_${shard}`);
const HOSTS = 12;
const SIDES = { width: 1224, height: 816 } as const;

export async function measurePictures({ quick, say }: BenchOptions): Promise<Row[]> {
  const photos = await photographs(quick ? 16 : 32);
  const core = await startCore(photos, quick ? 2 : 4);
  // A host without a rule is asked once a second, so each of many hosts has a few pictures.
  const each = quick ? 50 : 100;
  const measured = await (async () => {
    try {
      const unruled = await measureRun(photos, HOSTS, each, null, core, say);
      return { unruled, ruled: await measureRun(photos, HOSTS, 100, 100, core, say) };
    } finally {
      await core.stop();
    }
  })();
  const { unruled, ruled } = measured;
  const coreMs = (unruled.coreMs + ruled.coreMs) / 2;
  const cpu = (run: Measured) => run.cpuMs / run.pictures;
  const alone = (run: Measured) => run.simulatedMs / run.pictures;
  const beyond = (run: Measured) => cpu(run) - run.coreMs - alone(run);
  const detail = `${cpu(unruled).toFixed(1)} ms in all, core ${coreMs.toFixed(1)} ms; with a governor ${beyond(ruled).toFixed(2)} ms; ${unruled.pictures} and ${ruled.pictures} pictures`;
  const apart = `with a governor ${alone(ruled).toFixed(2)} ms; subtracted in the row above: the calls of the same runs once more, by a Worker of the same process that does nothing else`;
  return [
    judged({
      what: "CPU of a picture beyond the render core and the local services",
      ...{ value: beyond(unruled), limit: LIMITS.cpuMs, better: "lower", unit: "ms", digits: 2, detail },
      values: {
        ...{ coreMs, runMs: cpu(unruled), servicesMs: alone(unruled), pictures: unruled.pictures },
        ...{ governedMs: cpu(ruled), governedServicesMs: alone(ruled) },
      },
    }),
    {
      what: "CPU of the local R2, D1, KV, queue and Durable Objects alone",
      figure: `${alone(unruled).toFixed(2)} ms (${apart})`,
      ...{ limit: "none", reached: true, values: { value: alone(unruled), governed: alone(ruled) } },
    },
    ...[
      { what: "dollars for a million, hosts without a rule", run: unruled },
      { what: "dollars for a million, hosts with a governor", run: ruled },
    ].map(({ what, run }) => moneyRow(what, run, beyond(run) + coreMs)),
  ];
}

/** `cpuMs` and `simulatedMs` (CPU of the local services alone) are sums over all pictures. `coreMs` is that of one render. */
type Measured = {
  readonly pictures: number;
  readonly cpuMs: number;
  readonly simulatedMs: number;
  readonly coreMs: number;
  readonly operations: Operations;
};

function moneyRow(what: string, { pictures, operations }: Measured, cpuMs: number): Row {
  const all: Operations = { ...operations, cpuMs: cpuMs * pictures };
  const perMillion = (of: Operations) => (dollarsOf(of) / pictures) * 1e6;
  const parts = Object.keys(PRICES)
    .map((name) => [name, perMillion({ [name]: all[name as keyof Operations] ?? 0 })] as const)
    .filter(([, dollars]) => dollars >= 0.005)
    .map(([name, dollars]) => `${name} ${dollars.toFixed(2)}`);
  return judged({
    ...{
      what,
      value: perMillion(all),
      limit: LIMITS.dollars,
      better: "lower",
      unit: "$",
      digits: 2,
      detail: parts.join(", "),
    },
    values: Object.fromEntries(Object.entries(all).map(([name, count]) => [name, (count / pictures) * 1e6])),
  });
}

async function photographs(count: number): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const folder = resolve(TOP, "../shared/corpus/photos");
  const files = readdirSync(folder).toSorted().slice(0, count);
  const made: Uint8Array<ArrayBuffer>[] = [];
  for (const file of files) {
    const { data } = await sharp(join(folder, file))
      .resize({ ...SIDES, fit: "cover" })
      .jpeg({ quality: 85 })
      .toBuffer({ resolveWithObject: true });
    made.push(new Uint8Array(data));
  }
  return made;
}

type Core = {
  /** CPU milliseconds of one render, in a workerd that does nothing else. */
  measure(): Promise<number>;
  stop(): Promise<void>;
};

async function startCore(photos: readonly Uint8Array<ArrayBuffer>[], times: number): Promise<Core> {
  const workerd = await startWorkerd(join(TOP, "bench/engine/worker.ts"));
  const { transform } = splitOptions({ ...DEFAULTS, width: 640 });
  const limits = { maxSourcePixels: 1e8, maxSourceFrames: 100, maxResultSide: 8192, maxResultPixels: 12_000_000 };
  const job = {
    engine: "auto",
    transform: { ...transform, keepCopyright: "none" },
    format: "webp",
    limits,
    analyse: TAP_NAMES,
  };
  const render = async (body: Uint8Array<ArrayBuffer>, n: number) => {
    const headers = { "x-job": JSON.stringify({ ...job, times: n }) };
    const response = await fetch(workerd.url, { method: "POST", body, headers });
    if (!response.ok) throw new Error(await response.text());
    await response.arrayBuffer();
  };
  for (const photo of photos) await render(photo, 2);
  return {
    async measure() {
      const before = cpuMillis(workerd.pid);
      for (const photo of photos) await render(photo, times);
      return (cpuMillis(workerd.pid) - before) / (photos.length * times);
    },
    stop: () => workerd.stop(),
  };
}

/** `perSecond` null: the hosts have no rule. */
async function measureRun(
  photos: readonly Uint8Array<ArrayBuffer>[],
  hosts: number,
  each: number,
  perSecond: number | null,
  core: Core,
  say: BenchOptions["say"],
): Promise<Measured> {
  const source = await startSource((_, path, response) =>
    response.end(photos[Number.parseInt(path.slice(1), 10) % photos.length]),
  );
  const folder = mkdtempSync(join(tmpdir(), "firstlight-catalogue-"));
  const rows = Array.from({ length: hosts * each }, (_, i) => ({
    id: `${i}`,
    url: source.url(i % hosts, `/${i}.jpg`),
  }));
  const settings = perSecond === null ? {} : { settings: settingsFor(rows, { perSecond, concurrency: 8 }) };
  const edge = await startEdge({
    ...{ heavy: false, persist: folder, vars: VARS, databases: DATABASES, ...settings },
    beside: { simulators: SIMULATORS_SCRIPT },
  });
  const cpu = () => cpuMillis(edge.workerdPid ?? 0);
  try {
    const bucket = (await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight")) as unknown as Bucket;
    // Engines and code are warm, as in an isolate that works for days.
    const warm = photos.map((_, i) => ({ id: `warm-${i}`, url: source.url(i % 4, `/${i}-warm.jpg`) }));
    await importRun(bucket, "warm", warm);
    await runToEnd(edge.url, "warm", say);
    let measured: Measured = { pictures: rows.length, cpuMs: 0, simulatedMs: 0, coreMs: 0, operations: {} };
    // Run, services and core take turns, so that what else the machine does meets all of them.
    for (let turn = 0; turn < TURNS; turn++) {
      const run = `run-${turn}`;
      await importRun(bucket, run, rows.slice((turn * rows.length) / TURNS, ((turn + 1) * rows.length) / TURNS));
      const before = cpu();
      const { operations } = await runToEnd(edge.url, run, say);
      const cpuMs = cpu() - before;
      const logs = await keysOf(bucket, logPrefix(run));
      const simulators = await loadSimulators(edge.beside.simulators ?? "", bucket, logs, operations);
      const idle = cpu();
      await simulators.work();
      const simulatedMs = cpu() - idle;
      const coreMs = await core.measure();
      say(`${run}: ${cpuMs} ms of CPU, the services alone ${simulatedMs} ms; a render alone ${coreMs.toFixed(2)} ms`);
      measured = {
        ...{ pictures: rows.length, operations: addOperations(measured.operations, operations) },
        ...{ cpuMs: measured.cpuMs + cpuMs, simulatedMs: measured.simulatedMs + simulatedMs },
        coreMs: measured.coreMs + coreMs / TURNS,
      };
    }
    return measured;
  } finally {
    await edge.stop();
    await source.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const TURNS = 2;
/** A status asks 16 feeds, which takes CPU. */
const LOOK_MS = 5_000;

async function runToEnd(url: string, run: string, say: BenchOptions["say"]): Promise<CatalogueStatus> {
  await order(url, SECRET, { action: "start", run });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const status = (await order(url, SECRET, { action: "status", run })).body as unknown as CatalogueStatus;
    say(`${run}: ${status.done} of ${status.pictures}`);
    if (status.state === "done") return status;
  }
}
