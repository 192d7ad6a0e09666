/** A 320 derived from a stored 640, against one made from the 12-megapixel original: CPU time of the job, and SSIM. */
import { join } from "node:path";
import sharp from "sharp";
import type { OutputFormat } from "../../src/image/formats/registry.ts";
import { transformFrom } from "../../src/rendition/chooseParent.ts";
import { DEFAULTS } from "../../src/request/options/applyOption.ts";
import type { Transform } from "../../src/request/transform.ts";
import type { StoredMeta, Whole } from "../../src/store/tiers/tier.ts";
import { ssim } from "../engine/ssim.ts";
import { cpuMillis, startWorkerd, type Workerd } from "../engine/workerd.ts";
import { median } from "../table.ts";
import { type Photo, photographs } from "./pictures.ts";
import type { BenchOptions, Row } from "./row.ts";
import type { Job } from "./worker.ts";

type Made = {
  readonly picture: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly whole?: Whole;
  readonly decode: number;
  readonly resize: number;
  readonly encode: number;
};

const { cachebuster: _c, expires: _e, filename: _f, attachment: _a, ...PLAIN } = DEFAULTS;
const at = (width: number): Transform => ({ ...PLAIN, width, height: width });
/** Pictures per batch. The kernel counts CPU time in ticks of 10 ms, so a batch must take many ticks. */
const BATCH = { fresh: 4, derived: 40 } as const;

export async function measureDerive({ quick, say }: BenchOptions): Promise<Row[]> {
  const workerd = await startWorkerd(join(import.meta.dirname, "worker.ts"));
  try {
    const large = (await photographs(11, 13)).slice(0, quick ? 1 : 3);
    const costs = [];
    for (const photo of large) costs.push(await costOf(workerd, photo, quick ? 2 : 4, say));
    const others = (await photographs(2, 13)).slice(0, quick ? 3 : 12);
    const likeness = [];
    for (const photo of others) likeness.push(await likenessOf(workerd, photo, say));
    return rowsOf(costs, likeness, large);
  } finally {
    await workerd.stop();
  }
}

type Cost = {
  readonly fresh: number;
  readonly derived: number;
  readonly freshAlone: number;
  readonly derivedAlone: number;
  readonly freshEncode: number;
  readonly derivedEncode: number;
};

/** CPU milliseconds of one picture: the whole job, decode and resize alone, and encoding. The fastest batch counts. */
async function costOf(workerd: Workerd, photo: Photo, rounds: number, say: BenchOptions["say"]): Promise<Cost> {
  const parent = await make(workerd, photo.bytes, at(640), "webp", 1);
  const from = fromParent(parent);
  const sides = { fresh: [] as Batch[], derived: [] as Batch[] };
  for (let round = 0; round < rounds; round++) {
    say(`derived against fresh: ${photo.name}, round ${round + 1} of ${rounds}`);
    sides.fresh.push(await batch(workerd, photo.bytes, at(320), BATCH.fresh));
    sides.derived.push(await batch(workerd, parent.picture, from, BATCH.derived));
  }
  const least = (list: readonly Batch[], of: keyof Batch) => Math.min(...list.map((one) => one[of]));
  return {
    fresh: least(sides.fresh, "cpu"),
    derived: least(sides.derived, "cpu"),
    freshAlone: least(sides.fresh, "alone"),
    derivedAlone: least(sides.derived, "alone"),
    freshEncode: least(sides.fresh, "encode"),
    derivedEncode: least(sides.derived, "encode"),
  };
}

type Batch = { readonly cpu: number; readonly alone: number; readonly encode: number };

async function batch(workerd: Workerd, bytes: Uint8Array, transform: Transform, times: number): Promise<Batch> {
  const before = cpuMillis(workerd.pid);
  const { decode, resize, encode } = await make(workerd, bytes, transform, "webp", times);
  const cpu = (cpuMillis(workerd.pid) - before) / times;
  // The clock of the stages includes the time of other processes. Only the ratio between the stages is used.
  const share = cpu / (decode + resize + encode);
  return { cpu, alone: share * (decode + resize), encode: share * encode };
}

/** SSIM of the direct and of the derived 320 px WebP, each against the direct picture before encoding. */
async function likenessOf(workerd: Workerd, photo: Photo, say: BenchOptions["say"]) {
  say(`derived beside direct: ${photo.name}`);
  const parent = await make(workerd, photo.bytes, at(640), "webp", 1);
  const derived = await make(workerd, parent.picture, fromParent(parent), "webp", 1);
  const direct = await make(workerd, photo.bytes, at(320), "webp", 1);
  const ideal = await pixels((await make(workerd, photo.bytes, at(320), "png", 1)).picture);
  const against = async ({ picture, width, height }: Made) => ssim(await pixels(picture), ideal, width, height, 3);
  return { direct: await against(direct), derived: await against(derived) };
}

/** The transform that makes the 320 from the stored 640, as the data path chooses it. */
function fromParent({ width, height, whole }: Made): Transform {
  if (whole === undefined) throw new Error("the 640 does not show the whole source");
  const now = Date.now();
  const meta: StoredMeta = {
    ...{ source: "", sourceHash: "00000000", variant: "original", generation: 1, storedAt: now, freshUntil: now },
    final: { host16: "0".repeat(16), source32: "0".repeat(32), url: "", complete: true },
    ...{ etag: "0000000000000000", format: "webp", width, height, frames: 1, cut: false, maker: "bench" },
  };
  const transform = transformFrom({ ...meta, whole }, at(320));
  if (transform === null) throw new Error(`no 320 can be derived from ${width}x${height}`);
  return transform;
}

function rowsOf(
  costs: readonly Cost[],
  likeness: readonly { direct: number; derived: number }[],
  photos: readonly Photo[],
): Row[] {
  const whole = costs.map(({ fresh, derived }) => derived / fresh);
  const alone = costs.map(({ freshAlone, derivedAlone }) => derivedAlone / freshAlone);
  const loss = likeness.map(({ direct, derived }) => direct - derived);
  const ms = (of: keyof Cost) => median(costs.map((cost) => cost[of]));
  const size = photos.map(({ megapixels }) => megapixels.toFixed(1)).join(", ");
  const ratio = (list: readonly number[]) => `${median(list).toFixed(2)}, worst ${Math.max(...list).toFixed(2)}`;
  return [
    {
      what: `CPU of a derived 320 / a fresh one from its original (${size} MP), whole job`,
      peers: "-: a cached size is used for itself only (imgproxy, weserv, thumbor)",
      ours: `${ratio(whole)} (${ms("derived").toFixed(1)} against ${ms("fresh").toFixed(1)} ms, encoding ${ms("derivedEncode").toFixed(1)} and ${ms("freshEncode").toFixed(1)} of them)`,
      target: "<= 1/2",
      pass: median(whole) <= 1 / 2,
      figures: {
        ratios: whole,
        derived: ms("derived"),
        fresh: ms("fresh"),
        derivedEncode: ms("derivedEncode"),
        freshEncode: ms("freshEncode"),
      },
    },
    {
      what: "the same, decode and resize alone",
      peers: "-",
      ours: `${ratio(alone)} (${ms("derivedAlone").toFixed(1)} against ${ms("freshAlone").toFixed(1)} ms)`,
      target: "<= 1/4",
      pass: median(alone) <= 1 / 4,
      figures: { ratios: alone, derived: ms("derivedAlone"), fresh: ms("freshAlone") },
    },
    {
      what: `SSIM a derived 320 loses beside a direct one, ${likeness.length} photographs`,
      peers: "-",
      ours: `${median(loss).toFixed(4)}, worst ${Math.max(...loss).toFixed(4)} (direct ${median(likeness.map((one) => one.direct)).toFixed(4)})`,
      target: "<= 0.02 each",
      pass: Math.max(...loss) <= 0.02,
      figures: { loss },
    },
  ];
}

async function make(
  workerd: Workerd,
  bytes: Uint8Array,
  transform: Transform,
  format: OutputFormat,
  times: number,
): Promise<Made> {
  const job: Job = { transform, format, times };
  const body = bytes as Uint8Array<ArrayBuffer>;
  const answer = await fetch(workerd.url, { method: "POST", body, headers: { "x-job": JSON.stringify(job) } });
  const picture = new Uint8Array(await answer.arrayBuffer());
  if (answer.status !== 200) throw new Error(new TextDecoder().decode(picture));
  return { picture, ...(JSON.parse(answer.headers.get("x-made") ?? "") as Omit<Made, "picture">) };
}

async function pixels(picture: Uint8Array): Promise<Uint8Array> {
  return sharp(picture).removeAlpha().raw().toBuffer();
}
