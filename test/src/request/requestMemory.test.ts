import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";
import { RequestMemory } from "../../../src/request/requestMemory.ts";
import { signPath } from "../../../src/request/signing/signature.ts";

const VARS = { SIGNING_KEYS: "736563726574", SIGNING_SALTS: "68656c6c6f" };
const config = parseConfig(VARS);
const NOW = 1_795_000_000_000;
const SOURCE = Buffer.from("https://example.org/a.jpg").toString("base64url");

async function signed(options: string): Promise<string> {
  const [pair] = config.signingPairs;
  if (pair === undefined) throw new Error("no pair");
  const path = `/${options}/${SOURCE}`;
  return `https://img.test/${await signPath(path, pair)}${path}`;
}

const BYTES = 1 << 20;

/** Reads an address, and keeps it as a handler does after a picture. */
async function answer(
  memory: RequestMemory,
  ...[url, accept, settings, now, authentication]: Parameters<RequestMemory["read"]>
) {
  const { request, keep } = await memory.read(url, accept, settings, now, authentication);
  keep();
  return request;
}

describe("RequestMemory", () => {
  test("gives what reading gives, and the same object the second time", async () => {
    const memory = new RequestMemory(10, BYTES);
    const url = await signed("w:300");
    const first = await answer(memory, url, "image/webp", config, NOW, null);
    expect(first).toEqual(await readImageRequest(url, "image/webp", config, NOW));
    expect(await answer(memory, url, "image/webp", config, NOW, null)).toBe(first);
  });

  test("another Accept class is another request; two spellings of one class are the same", async () => {
    const memory = new RequestMemory(10, BYTES);
    const url = await signed("w:300");
    const webp = await answer(memory, url, "image/webp", config, NOW, null);
    expect(await answer(memory, url, "*/*", config, NOW, null)).toMatchObject({ accept: "base" });
    expect(await answer(memory, url, "image/webp,*/*", config, NOW, null)).toBe(webp);
  });

  test("expires as the address says, to the second", async () => {
    const memory = new RequestMemory(10, BYTES);
    const url = await signed(`w:300/exp:${NOW / 1000 + 1}`);
    await answer(memory, url, null, config, NOW, null);
    expect((await answer(memory, url, null, config, NOW + 999, null)).expires).toBe(NOW / 1000 + 1);
    await expect(answer(memory, url, null, config, NOW + 1_000, null)).rejects.toMatchObject({ reason: "expired" });
  });

  test("a new configuration forgets everything: a removed key signs no more", async () => {
    const memory = new RequestMemory(10, BYTES);
    const url = await signed("w:300");
    await answer(memory, url, null, config, NOW, null);
    const rotated = parseConfig({ SIGNING_KEYS: "00", SIGNING_SALTS: "01" });
    await expect(answer(memory, url, null, rotated, NOW, null)).rejects.toMatchObject({ reason: "signature_invalid" });
    expect(memory.size).toBe(0);
  });

  test("failures and requests with the secret header are not remembered", async () => {
    const memory = new RequestMemory(10, BYTES);
    const wrong = `https://img.test/${"A".repeat(43)}/w:300/${SOURCE}`;
    await expect(answer(memory, wrong, null, config, NOW, null)).rejects.toMatchObject({ reason: "signature_invalid" });
    const photon = parseConfig({ ...VARS, PHOTON_AUTHENTICATION: "secret" });
    const address = "https://img.test/photon/example.org/a.jpg?w=300";
    const permitted = await answer(memory, address, null, photon, NOW, "secret");
    expect([permitted.authority, memory.size]).toEqual(["header", 0]);
    expect((await answer(memory, address, null, photon, NOW, null)).authority).toBe("list");
  });

  test("is bounded: it forgets the oldest", async () => {
    const memory = new RequestMemory(2, BYTES);
    const [a, b, c] = [await signed("w:1"), await signed("w:2"), await signed("w:3")];
    const first = await answer(memory, a, null, config, NOW, null);
    for (const url of [b, c]) await answer(memory, url, null, config, NOW, null);
    expect(memory.size).toBe(2);
    expect(await answer(memory, a, null, config, NOW, null)).not.toBe(first);
  });

  test("what was only read is not remembered: policy may still refuse it", async () => {
    const memory = new RequestMemory(10, BYTES);
    const url = await signed("w:300");
    const { request, keep } = await memory.read(url, null, config, NOW, null);
    expect([memory.size, memory.bytes]).toEqual([0, 0]);
    keep();
    keep();
    expect(memory.size).toBe(1);
    expect((await memory.read(url, null, config, NOW, null)).request).toBe(request);
  });

  test("what was read under another configuration is not kept under the present one", async () => {
    const memory = new RequestMemory(10, BYTES);
    const { keep } = await memory.read(await signed("w:300"), null, config, NOW, null);
    await memory.read(await signed("w:301"), null, parseConfig(VARS), NOW, null);
    keep();
    expect(memory.size).toBe(0);
  });

  test("is bounded by bytes: of the longest addresses it holds few", async () => {
    const memory = new RequestMemory(1_000, 100_000);
    const long = (i: number) => signed(`w:${i}/cb:${"x".repeat(7_900)}`);
    for (let i = 0; i < 40; i++) await answer(memory, await long(i), null, config, NOW, null);
    expect(memory.bytes).toBeLessThanOrEqual(100_000);
    expect(memory.bytes).toBeGreaterThan(80_000);
    expect(memory.size).toBeLessThanOrEqual(12);
    const newest = await long(39);
    const kept = (await memory.read(newest, null, config, NOW, null)).request;
    expect((await memory.read(newest, null, config, NOW, null)).request).toBe(kept);
  });

  test("an address that alone is over the bound is not kept, and the count goes back to nothing", async () => {
    const memory = new RequestMemory(10, 2_000);
    await answer(memory, await signed(`w:1/cb:${"x".repeat(3_000)}`), null, config, NOW, null);
    expect([memory.size, memory.bytes]).toEqual([0, 0]);
    await answer(memory, await signed("w:1"), null, config, NOW, null);
    expect(memory.size).toBe(1);
    await memory.read(await signed("w:2"), null, parseConfig(VARS), NOW, null);
    expect([memory.size, memory.bytes]).toEqual([0, 0]);
  });
});
