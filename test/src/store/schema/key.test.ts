import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  edgeUrl,
  hostHash,
  KEY_PREFIXES,
  renditionKey,
  sourceHash,
  sourceKeys,
  variantEtag,
} from "../../../../src/store/schema/key.ts";

const sha = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const SOURCE = "https://example.org/a/b.jpg?x=1";

describe("sourceKeys", () => {
  test("are hex prefixes of SHA-256 of host and canonical source", async () => {
    const host = sha("example.org").slice(0, 16);
    const source = sha(SOURCE).slice(0, 32);
    expect(await sourceKeys(SOURCE)).toEqual({
      host16: host,
      source32: source,
      renditions: `2/t/${host}/${source}/`,
      original: `2/o/${host}/${source}`,
      master: `2/m/${host}/${source}`,
      sourceMeta: `2/f/${host}/${source}`,
      info: `2/i/${host}/${source}`,
      negative: `2/n/${host}/${source}`,
    });
  });

  test("are the same when they are asked for again, with more sources and hosts than are remembered", async () => {
    const sources = Array.from({ length: 150 }, (_, i) => `https://host-${i % 100}.test/${i}.jpg`);
    for (let round = 0; round < 2; round++) {
      for (const source of sources) {
        const { host16, source32 } = await sourceKeys(source);
        expect([host16, source32]).toEqual([sha(new URL(source).host).slice(0, 16), sha(source).slice(0, 32)]);
      }
    }
  });

  test.each([
    ["scheme", "http://example.org/a/b.jpg?x=1"],
    ["query", "https://example.org/a/b.jpg?x=2"],
    ["no query", "https://example.org/a/b.jpg"],
    ["path case", "https://example.org/A/b.jpg?x=1"],
  ])("another %s is another source on the same host", async (_name, other) => {
    const [a, b] = await Promise.all([sourceKeys(SOURCE), sourceKeys(other)]);
    expect(b.host16).toBe(a.host16);
    expect(b.source32).not.toBe(a.source32);
  });

  test("a port that is not the default is part of the host", async () => {
    const [plain, port] = await Promise.all([sourceKeys("http://h.test/a"), sourceKeys("http://h.test:8080/a")]);
    expect(port.host16).toBe(sha("h.test:8080").slice(0, 16));
    expect(port.host16).not.toBe(plain.host16);
  });

  test("a text that is no URL throws", async () => {
    await expect(sourceKeys("no url")).rejects.toThrow(TypeError);
  });

  test("hostHash lowers case", async () => {
    expect(await hostHash("Example.ORG")).toBe(sha("example.org").slice(0, 16));
  });
});

test("renditionKey is 2/t/<16>/<32>/<32> and follows the options", async () => {
  const keys = await sourceKeys(SOURCE);
  const key = await renditionKey(keys, "width:320");
  expect(key).toMatch(/^2\/t\/[0-9a-f]{16}\/[0-9a-f]{32}\/[0-9a-f]{32}$/);
  expect(key.endsWith(sha("width:320").slice(0, 32))).toBe(true);
  expect(await renditionKey(keys, "width:321")).not.toBe(key);
});

test("edgeUrl changes with the purge epoch and with nothing else of a host", () => {
  const a = edgeUrl("https://img.test", 0, "2/t/1/2/3");
  expect(a).toBe("https://img.test/.edge/0/2/t/1/2/3");
  expect(edgeUrl("https://img.test", 1_764_000_000_000, "2/t/1/2/3")).not.toBe(a);
});

test("sourceHash is 8 and variantEtag 16 hex digits of the bytes' SHA-256", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  expect(await sourceHash(bytes)).toBe(sha(bytes).slice(0, 8));
  expect(await variantEtag(bytes)).toBe(sha(bytes).slice(0, 16));
});

test("the present schema's prefix comes first, and schema 1 had none", async () => {
  const { renditions, original, master, sourceMeta, negative } = await sourceKeys(SOURCE);
  const [present, ...older] = KEY_PREFIXES;
  for (const key of [renditions, original, master, sourceMeta, negative]) expect(key.startsWith(present)).toBe(true);
  expect(older).toEqual([""]);
});
