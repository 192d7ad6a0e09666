import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openFile } from "../../../../../src/cli/catalogue/manifest/openFile.ts";

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), "firstlight-open-"))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const TEXT = "id\turl\n".repeat(80_000);
const HAS_BZIP2 = spawnSync("bzip2", ["--help"]).status === 0;
const bzip2 = (text: string) => spawnSync("bzip2", ["-c"], { input: text, maxBuffer: 1 << 26 }).stdout;

async function read(bytes: string | Uint8Array) {
  const file = join(dir, "file");
  writeFileSync(file, bytes);
  const [chunks, raw]: [Buffer[], Buffer[]] = [[], []];
  for await (const chunk of openFile(file, (some) => raw.push(Buffer.from(some)))) chunks.push(Buffer.from(chunk));
  return { text: Buffer.concat(chunks).toString(), raw: Buffer.concat(raw) };
}

describe("what a file is its bytes say", () => {
  test.each([
    ["plain", TEXT, TEXT],
    ["empty", "", ""],
    ["three bytes", "abc", "abc"],
    ["gzip", gzipSync(TEXT), TEXT],
    ["gzip in two members", Buffer.concat([gzipSync("a\n"), gzipSync("b\n")]), "a\nb\n"],
    ["Zstandard", zstdCompressSync(TEXT), TEXT],
    ["Zstandard in two frames", Buffer.concat([zstdCompressSync("a\n"), zstdCompressSync("b\n")]), "a\nb\n"],
    ["with a byte order mark", "\ufeffid\n", "id\n"],
    ["with one within gzip", gzipSync("\ufeffid\n"), "id\n"],
  ])("%s", async (_, bytes, text) => {
    const found = await read(bytes);
    expect(found.text === text).toBe(true);
    expect(found.raw.equals(Buffer.from(bytes))).toBe(true);
  });

  test.skipIf(!HAS_BZIP2)("bzip2, by a program of the system", async () => {
    const bytes = bzip2(TEXT);
    const found = await read(bytes);
    expect([found.text === TEXT, found.raw.equals(bytes)]).toEqual([true, true]);
    await expect(read(bytes.subarray(0, bytes.length / 2))).rejects.toThrow(/file cannot be read: .*/);
  });

  test.each([
    ["gzip that is cut off", gzipSync(TEXT).subarray(0, 500), /file cannot be read: /],
    ["Zstandard that is cut off", zstdCompressSync(TEXT).subarray(0, 50), /file cannot be read: /],
    ["a ZIP", Buffer.from("504b030414000000", "hex"), /file cannot be read: it is zip/],
    ["UTF-16", Buffer.from("\ufeffid", "utf16le"), /it is utf-16/],
  ])("%s fails", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});
