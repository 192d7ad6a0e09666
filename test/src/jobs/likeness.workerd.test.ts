import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { createMatcher, hashPart } from "../../../src/catalogue/likeness/matcher.ts";
import {
  chunksOf,
  doneKey,
  donePrefix,
  jobPrefix,
  PLATFORM_PICTURES,
  parseChunkOrder,
  partBytes,
  partKey,
  pieceKey,
  readChunkDone,
  readPartBytes,
} from "../../../src/catalogue/likeness/platform.ts";
import module from "../../../src/catalogue/likeness/wasm/match.wasm";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { orderLikeness } from "../../../src/handlers/likeness.ts";
import { likeness } from "../../../src/jobs/likeness.ts";
import { SIGNATURE_HEADER, signBody, TIME_HEADER } from "../../../src/request/signing/signedBody.ts";
import { choices } from "../../support/seeded.ts";
import { NOW } from "../../support/stored.ts";
import { worldOf } from "../../support/world.workerd.ts";

const JOB = "0123456789abcdef";
const SECRET = "secret of this test";
const COUNT = 300;
/** Three parts, the last one shorter. */
const SIZE = 120;

/** Families of copies with few bits turned over. */
function hashes() {
  const { below } = choices(9);
  const [dhash, pdq] = [new Uint8Array(8 * COUNT), new Uint8Array(32 * COUNT)];
  for (let i = 0; i < COUNT; i++) {
    for (const [hash, size] of [[dhash, 8] as const, [pdq, 32] as const]) {
      if (i < 30) for (let k = 0; k < size; k++) hash[i * size + k] = below(256);
      else {
        const parent = i % 30;
        hash.copyWithin(i * size, parent * size, (parent + 1) * size);
        hash[i * size + below(size)] = below(256);
      }
    }
  }
  return { dhash, pdq };
}

const { dhash, pdq } = hashes();
const { app, caller, job } = worldOf({ caller: { audience: "job" } });
const order = (a: number, b: number) =>
  ({ v: 1, job: JOB, size: SIZE, a, b, origin: "https://img.test", region: "weur" }) as const;
const run = (a: number, b: number) => likeness.run(order(a, b), app, caller, job);

async function storedPairs() {
  const found: string[] = [];
  for (const chunk of chunksOf(3)) {
    const done = await env.R2_PRIMARY.get(doneKey(JOB, chunk));
    const { pieces, pairs } = readChunkDone((await done?.text()) ?? "");
    const before = found.length;
    for (let piece = 0; piece < pieces; piece++) {
      const object = await env.R2_PRIMARY.get(pieceKey(JOB, chunk, piece));
      found.push(...textsOf(new Uint32Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0))));
    }
    expect(found.length - before).toBe(pairs);
  }
  return found.sort();
}

function textsOf(words: Uint32Array): readonly string[] {
  return Array.from({ length: words.length / 3 }, (_, i) => {
    const [a = 0, b = 0, distances = 0] = words.subarray(3 * i, 3 * i + 3);
    return `${Math.min(a, b)} ${Math.max(a, b)} ${distances}`;
  });
}

describe("chunks on the platform", () => {
  beforeAll(async () => {
    for (let part = 0; part < 3; part++) {
      const [from, to] = [part * SIZE, Math.min(COUNT, (part + 1) * SIZE)];
      const bytes = partBytes(hashPart(dhash.slice(8 * from, 8 * to), pdq.slice(32 * from, 32 * to)));
      await env.R2_PRIMARY.put(partKey(JOB, part), bytes);
    }
  });
  test("give the pairs that one comparison of all pictures gives, however often their messages come", async () => {
    const whole = [...createMatcher(module).pairs(hashPart(dhash, pdq), null)].flatMap((batch) => [...textsOf(batch)]);
    expect(whole.length).toBeGreaterThan(500);
    for (const { a, b } of [...chunksOf(3), ...chunksOf(3)]) await run(a, b);
    expect(await storedPairs()).toEqual(whole.sort());
  });
  test("are dropped when their parts are gone", async () => {
    await run(2, 7);
    await run(7, 7);
    const { objects } = await env.R2_PRIMARY.list({ prefix: donePrefix(JOB) });
    expect(objects).toHaveLength(6);
  });
});

test("a part is read as it was written, and is whole pictures", () => {
  const part = readPartBytes(partBytes(hashPart(dhash, pdq)));
  const copy = { dhash: new Uint8Array(dhash.length), pdq: new Uint8Array(pdq.length) };
  part.copyTo(copy.dhash, copy.pdq);
  expect([part.count, copy]).toEqual([COUNT, { dhash, pdq }]);
  expect(() => readPartBytes(new Uint8Array(41))).toThrow(RangeError);
});

test.each([
  [{}, true],
  [{ size: PLATFORM_PICTURES }, true],
  [{ size: PLATFORM_PICTURES + 1 }, false],
  [{ a: 2, b: 1 }, false],
  [{ job: "../secrets" }, false],
  [{ v: 2 }, false],
])("a message with %j is read: %s", (over, isRead) => {
  expect(parseChunkOrder({ ...order(0, 1), ...over }) !== null).toBe(isRead);
});

describe("POST /likeness", () => {
  const sent: unknown[] = [];
  const LIKENESS = {
    sendBatch: async (messages: readonly unknown[]) => void sent.push(...messages),
  } as unknown as Queue;
  const config = parseConfig({ REGIONS: "enam,weur,apac", CATALOGUE_SECRET: SECRET });
  const post = async (body: object, over: Parameters<typeof worldOf>[0] = { bindings: { LIKENESS }, config }) => {
    const world = worldOf({ ...over, caller: { audience: "job" } });
    const bytes = Uint8Array.from(new TextEncoder().encode(JSON.stringify(body)));
    const time = String(Math.floor(NOW / 1000));
    const headers = { [TIME_HEADER]: time, [SIGNATURE_HEADER]: await signBody(SECRET, "/likeness", time, bytes) };
    const http = new Request("https://img.test/likeness", { method: "POST", headers, body: bytes });
    return orderLikeness(http, world.app, world.caller, world.job);
  };
  test("sends a message for each chunk, which the job can read", async () => {
    expect(await post({ job: JOB, size: SIZE, chunks: chunksOf(20) })).toMatchObject({ status: 202 });
    expect(sent).toHaveLength(210);
    for (const { body } of sent as { body: unknown }[]) expect(parseChunkOrder(body)).not.toBeNull();
  });
  test.each([
    [{ job: "x", size: SIZE, chunks: [] }, "job must be 16 hex digits"],
    [{ job: JOB, size: 250_001, chunks: [] }, "size must be a whole number from 1 to 250000"],
    [{ job: JOB, size: SIZE, chunks: [{ a: 1, b: 0 }] }, "chunks must be a list"],
    [{ job: JOB, size: SIZE, chunks: chunksOf(45) }, "chunks must be a list of up to 1000"],
  ])("%j is refused", async (body, why) => {
    await expect(post(body)).rejects.toMatchObject({
      reason: "body_invalid",
      facts: { why: expect.stringContaining(why) },
    });
  });
  test("is not there without its secret", async () => {
    await expect(post({}, { config: parseConfig({ REGIONS: "enam,weur,apac" }) })).rejects.toMatchObject({
      reason: "not_found",
    });
  });
});

test("all of a job lies under its own prefix", () => {
  for (const key of [partKey(JOB, 0), doneKey(JOB, { a: 0, b: 1 }), pieceKey(JOB, { a: 0, b: 1 }, 0)])
    expect(key.startsWith(jobPrefix(JOB))).toBe(true);
});
