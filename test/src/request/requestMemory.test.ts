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

describe("RequestMemory", () => {
  test("gives what reading gives, and the same object the second time", async () => {
    const memory = new RequestMemory(10);
    const url = await signed("w:300");
    const first = await memory.read(url, "image/webp", config, NOW, null);
    expect(first).toEqual(await readImageRequest(url, "image/webp", config, NOW));
    expect(await memory.read(url, "image/webp", config, NOW, null)).toBe(first);
  });

  test("another Accept class is another request; two spellings of one class are the same", async () => {
    const memory = new RequestMemory(10);
    const url = await signed("w:300");
    const webp = await memory.read(url, "image/webp", config, NOW, null);
    expect(await memory.read(url, "*/*", config, NOW, null)).toMatchObject({ accept: "base" });
    expect(await memory.read(url, "image/webp,*/*", config, NOW, null)).toBe(webp);
  });

  test("expires as the address says, to the second", async () => {
    const memory = new RequestMemory(10);
    const url = await signed(`w:300/exp:${NOW / 1000 + 1}`);
    await memory.read(url, null, config, NOW, null);
    expect((await memory.read(url, null, config, NOW + 999, null)).expires).toBe(NOW / 1000 + 1);
    await expect(memory.read(url, null, config, NOW + 1_000, null)).rejects.toMatchObject({ reason: "expired" });
  });

  test("a new configuration forgets everything: a removed key signs no more", async () => {
    const memory = new RequestMemory(10);
    const url = await signed("w:300");
    await memory.read(url, null, config, NOW, null);
    const rotated = parseConfig({ SIGNING_KEYS: "00", SIGNING_SALTS: "01" });
    await expect(memory.read(url, null, rotated, NOW, null)).rejects.toMatchObject({ reason: "signature_invalid" });
    expect(memory.size).toBe(0);
  });

  test("failures and requests with the secret header are not remembered", async () => {
    const memory = new RequestMemory(10);
    const wrong = `https://img.test/${"A".repeat(43)}/w:300/${SOURCE}`;
    await expect(memory.read(wrong, null, config, NOW, null)).rejects.toMatchObject({ reason: "signature_invalid" });
    const photon = parseConfig({ ...VARS, PHOTON_AUTHENTICATION: "secret" });
    const address = "https://img.test/photon/example.org/a.jpg?w=300";
    const permitted = await memory.read(address, null, photon, NOW, "secret");
    expect([permitted.authority, memory.size]).toEqual(["header", 0]);
    expect((await memory.read(address, null, photon, NOW, null)).authority).toBe("list");
  });

  test("is bounded: it forgets the oldest", async () => {
    const memory = new RequestMemory(2);
    const [a, b, c] = [await signed("w:1"), await signed("w:2"), await signed("w:3")];
    const first = await memory.read(a, null, config, NOW, null);
    for (const url of [b, c]) await memory.read(url, null, config, NOW, null);
    expect(memory.size).toBe(2);
    expect(await memory.read(a, null, config, NOW, null)).not.toBe(first);
  });
});
