/**
 * What a picture costs: CPU of the runtime beyond the render core alone, and dollars for a million by the operations that a
 * run has counted, at list prices. Photographs of 1 megapixel, made into 640 WebP.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { dollarsOf, type Operations, PRICES } from "../../src/catalogue/prices.ts";
import { PROJECTION_SHARDS } from "../../src/catalogue/projection.ts";
import { TOP } from "../../src/cli/edge/bundle.ts";
import { startEdge } from "../../src/cli/edge/start.ts";
import { TAP_NAMES } from "../../src/config/taps.ts";
import type { CatalogueStatus } from "../../src/handlers/catalogue/answer.ts";
import { DEFAULTS, splitOptions } from "../../src/request/options/applyOption.ts";
import { cpuMillis, startWorkerd } from "../engine/workerd.ts";
import { type BenchOptions, judged, type Row } from "../row.ts";
import { type Bucket, importRun, order, startSource } from "./generatedRun.ts";
import { settingsFor } from "./kills.ts";

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
  say("the render core alone");
  const coreMs = await measureCore(photos, quick ? 3 : 8);
  // A host without a rule is asked once a second, so each of many hosts has a few pictures.
  const each = quick ? 50 : 100;
  const unruled = await measureRun(photos, HOSTS, each, null, say);
  const ruled = await measureRun(photos, HOSTS, 100, 100, say);
  const cpu = (run: Measured) => run.cpuMs / run.pictures;
  const detail = `${cpu(unruled).toFixed(1)} ms in all, core ${coreMs.toFixed(1)} ms; with a governor ${(cpu(ruled) - coreMs).toFixed(2)} ms; ${unruled.pictures} and ${ruled.pictures} pictures`;
  return [
    judged({
      ...{
        what: "CPU of a picture beyond the render core",
        value: cpu(unruled) - coreMs,
        limit: LIMITS.cpuMs,
        better: "lower",
      },
      ...{
        unit: "ms",
        digits: 2,
        detail,
        values: { coreMs, runMs: cpu(unruled), governedMs: cpu(ruled), pictures: unruled.pictures },
      },
    }),
    ...[
      { what: "dollars for a million, hosts without a rule", run: unruled },
      { what: "dollars for a million, hosts with a governor", run: ruled },
    ].map(({ what, run }) => moneyRow(what, run, cpu(run))),
  ];
}

type Measured = { readonly pictures: number; readonly cpuMs: number; readonly operations: Operations };

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

/** CPU milliseconds of one render, in a workerd that does nothing else. */
async function measureCore(photos: readonly Uint8Array<ArrayBuffer>[], times: number): Promise<number> {
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
  try {
    for (const photo of photos) await render(photo, 2);
    const before = cpuMillis(workerd.pid);
    for (const photo of photos) await render(photo, times);
    return (cpuMillis(workerd.pid) - before) / (photos.length * times);
  } finally {
    await workerd.stop();
  }
}

/** `perSecond` null: the hosts have no rule. */
async function measureRun(
  photos: readonly Uint8Array<ArrayBuffer>[],
  hosts: number,
  each: number,
  perSecond: number | null,
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
  const edge = await startEdge({ heavy: false, persist: folder, vars: VARS, databases: DATABASES, ...settings });
  try {
    const bucket = (await edge.miniflare.getR2Bucket("R2_PRIMARY", "firstlight")) as unknown as Bucket;
    // Engines and code are warm, as in an isolate that works for days.
    const warm = photos.map((_, i) => ({ id: `warm-${i}`, url: source.url(i % 4, `/${i}-warm.jpg`) }));
    await importRun(bucket, "warm", warm);
    await runToEnd(edge.url, "warm", say);
    await importRun(bucket, "run", rows);
    const before = cpuMillis(edge.workerdPid ?? 0);
    const { operations } = await runToEnd(edge.url, "run", say);
    return { pictures: rows.length, cpuMs: cpuMillis(edge.workerdPid ?? 0) - before, operations };
  } finally {
    await edge.stop();
    await source.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runToEnd(url: string, run: string, say: BenchOptions["say"]): Promise<CatalogueStatus> {
  await order(url, SECRET, { action: "start", run });
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const status = (await order(url, SECRET, { action: "status", run })).body as unknown as CatalogueStatus;
    say(`${run}: ${status.done} of ${status.pictures}`);
    if (status.state === "done") return status;
  }
}
