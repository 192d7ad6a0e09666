/** What damaged files of every format come to, many per request in a workerd of their own. FIRSTLIGHT_LONG=1 takes many. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cpuMillis, startWorkerd, type Workerd } from "../../../../../bench/engine/workerd.ts";
import { KEPT_BYTES } from "../../../../../src/image/engines.ts";
import { type Random, seeded } from "../jpeg/decoder/random.ts";
import { type Head, MUTATIONS, type Mutate } from "./mutations.ts";
import type { Answer, Outcome } from "./worker.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";

/** Files in a request. */
const BATCH = 50;
/** Each answer takes less than this. */
const MOST_MS = 1_000;
/** Every tenth request has the limit of a deployment. With the other limit files are refused that only cost time. */
const MAX_PIXELS = { usual: 1_000_000, deployed: 100_000_000 } as const;
/** Everything else is a fault of ours. */
const OUTCOMES: readonly Outcome[] = [
  "picture",
  "cut",
  "image_damaged",
  "format_unsupported",
  "not_an_image",
  "source_too_many_pixels",
  "source_too_many_frames",
  "source_too_complex",
  // Rows that are so long that no result of this size can be made of them.
  "result_too_large",
];

export type DamageOf = {
  /** Undamaged files of every kind. */
  readonly good: readonly Uint8Array[];
  /** Where the header of a file is. */
  readonly head: (bytes: Uint8Array) => Head;
  /** How many files are damaged when FIRSTLIGHT_LONG is 1. */
  readonly files: number;
  /** How many otherwise. */
  readonly few?: number;
  /** Mutations of this format alone. */
  readonly more?: Readonly<Record<string, Mutate>>;
  /** `MAX_ANIMATION_FRAMES` of the deployment; 1 if absent. */
  readonly frames?: number;
  /** The least share of files of which something is shown. */
  readonly shown?: number;
};

/**
 * The tests of damage. Each file ends in a picture or a Failure that blames the source, within a second. Good files after
 * them give the same bytes as before, and the instances are back in their budget.
 */
export function testDamage({ good, head, files, few = 700, more = {}, frames = 1, shown = 0.2 }: DamageOf): void {
  const mutations: readonly (readonly [string, Mutate])[] = Object.entries({ ...MUTATIONS, ...more });
  const each = Math.ceil((LONG ? files : few) / mutations.length);
  let workerd: Workerd;
  beforeAll(async () => {
    workerd = await startWorkerd(join(import.meta.dirname, "worker.ts"));
  }, 60_000);
  afterAll(() => workerd.stop());

  describe("in a Worker, many files per request", () => {
    test("undamaged files are pictures", async () => {
      // Data of run-length coded files are random, and may end early.
      for (const file of good) expect(["picture", "cut"]).toContain((await send(workerd, [file], frames)).outcomes[0]);
    });

    test.each(mutations)("%s", { timeout: 1_200_000 }, async (name, mutate) => {
      const random = seeded(100 + mutations.findIndex(([other]) => other === name));
      const goodPictures = await picturesOf(workerd, good, frames);
      const counts = new Map<Outcome, number>();
      for (let made = 0, batch = 0; made < each; made += BATCH, batch++) {
        const damaged = damagedFiles(good, Math.min(BATCH, each - made), random, (file) =>
          mutate(file, random, head(file)),
        );
        const sample = batch % good.length;
        const pixels = batch % 10 === 9 ? MAX_PIXELS.deployed : MAX_PIXELS.usual;
        // A good file ends each batch.
        const batchFiles = [...damaged, good[sample] ?? new Uint8Array()];
        const answer = await sendWithin(workerd, batchFiles, frames, pixels);
        for (const [i, outcome] of answer.outcomes.slice(0, -1).entries()) {
          if (!OUTCOMES.includes(outcome)) throw new Error(`${outcome}\n${hex(damaged[i])}`);
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
        }
        expect(answer.last).toBe(goodPictures[sample]);
        expect(answer.memory).toBeLessThanOrEqual(KEPT_BYTES);
      }
      if (LONG) console.log(name, Object.fromEntries(counts));
      // A test in which all files were refused would show nothing.
      expect((counts.get("picture") ?? 0) + (counts.get("cut") ?? 0)).toBeGreaterThan(each * shown);
    });
  });
}

function damagedFiles(
  good: readonly Uint8Array[],
  count: number,
  random: Random,
  damage: (file: Uint8Array) => Uint8Array,
): Uint8Array[] {
  return Array.from({ length: count }, () => damage(random.pick(good)));
}

async function picturesOf(workerd: Workerd, files: readonly Uint8Array[], frames: number): Promise<string[]> {
  const pictures: string[] = [];
  for (const file of files) pictures.push((await send(workerd, [file], frames)).last);
  return pictures;
}

/** Sends the files, and again one by one when all of them together took longer than one may. */
async function sendWithin(
  workerd: Workerd,
  files: readonly Uint8Array[],
  frames: number,
  maxPixels: number,
): Promise<Answer> {
  const before = cpuMillis(workerd.pid);
  const answer = await send(workerd, files, frames, maxPixels);
  if (cpuMillis(workerd.pid) - before < MOST_MS) return answer;
  for (const file of files) {
    const start = cpuMillis(workerd.pid);
    await send(workerd, [file], frames, maxPixels);
    const took = cpuMillis(workerd.pid) - start;
    if (took >= MOST_MS) throw new Error(`${took} ms\n${hex(file)}`);
  }
  return answer;
}

async function send(
  { url }: Workerd,
  files: readonly Uint8Array[],
  frames: number,
  maxPixels: number = MAX_PIXELS.usual,
): Promise<Answer> {
  const body = Buffer.concat(
    files.flatMap((file) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(file.length);
      return [length, file];
    }),
  );
  const answer = await fetch(url, {
    method: "POST",
    body,
    headers: { "x-max-pixels": String(maxPixels), "x-max-frames": String(frames) },
  });
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

const hex = (file: Uint8Array | undefined) => Buffer.from(file ?? []).toString("hex");
