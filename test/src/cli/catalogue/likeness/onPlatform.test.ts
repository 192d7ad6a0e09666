import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashFilesIn } from "../../../../../src/cli/catalogue/likeness/hashFiles.ts";
import type { JobBucket } from "../../../../../src/cli/catalogue/likeness/jobBucket.ts";
import { onPlatform } from "../../../../../src/cli/catalogue/likeness/onPlatform.ts";

test("a message that comes when the job is over finds no part before anything else of the job is deleted", async () => {
  const objects = new Map<string, Uint8Array>();
  const left: string[][] = [];
  const bucket: JobBucket = {
    async keys(prefix) {
      // The Worker is quick: its chunk is done when the command looks.
      if (prefix.endsWith("/done/")) objects.set(`${prefix}0-0`, new TextEncoder().encode('{"pieces":0,"pairs":0}'));
      return [...objects.keys()].filter((key) => key.startsWith(prefix));
    },
    get: async (key) => objects.get(key) ?? Promise.reject(new Error(key)),
    put: async (key, bytes) => void objects.set(key, bytes),
    async deleteAll(prefix) {
      for (const key of [...objects.keys()]) if (key.startsWith(prefix)) objects.delete(key);
      left.push([...objects.keys()].map((key) => key.replace(/^catalogue\/likeness\/[0-9a-f]{16}\//, "")));
    },
  };
  const folder = mkdtempSync(join(tmpdir(), "firstlight-platform-"));
  try {
    const files = hashFilesIn(folder, 2);
    writeFileSync(files.dhash, new Uint8Array(2 * 8));
    writeFileSync(files.pdq, new Uint8Array(2 * 32));
    const call = { endpoint: "http://127.0.0.1:9", secret: "s", signal: new AbortController().signal };
    const match = onPlatform({ bucket, call });
    await match(files, { onPairs: () => undefined });
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(left).toEqual([["done/0-0"], []]);
});
