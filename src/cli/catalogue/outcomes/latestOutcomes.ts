/**
 * Of a log in any order, the outcome of each identifier that counts. Memory is bounded: outcomes are shared out by their
 * identifier into buckets, which go to files when they grow, and each bucket is reduced by itself.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, outcomeText, readOutcome } from "../../../catalogue/outcome.ts";
import { versionOf } from "./fields.ts";

/** 325 M outcomes of 600 bytes are 190 MB a bucket. */
const BUCKETS = 1_024;
/** Characters in memory before the buckets go to files. */
const MOST_IN_MEMORY = 64_000_000;

export type LatestOutcomes = {
  add(outcome: Outcome): void;
  /** Each identifier once, in an order that depends on the identifiers only. */
  read(): Generator<Outcome>;
  /** Removes the files. */
  close(): void;
};

export function collectLatest(mostInMemory: number = MOST_IN_MEMORY): LatestOutcomes {
  const buckets = Array.from({ length: BUCKETS }, (): string[] => []);
  let folder: string | null = null;
  let size = 0;
  const fileOf = (bucket: number) => join(folder ?? "", String(bucket));
  const flush = () => {
    folder ??= mkdtempSync(join(tmpdir(), "firstlight-outcomes-"));
    for (const [bucket, lines] of buckets.entries()) {
      if (lines.length > 0) appendFileSync(fileOf(bucket), lines.splice(0).join(""));
    }
    size = 0;
  };
  return {
    add(outcome) {
      const line = `${outcomeText(outcome)}\n`;
      buckets[bucketOf(outcome.id)]?.push(line);
      size += line.length;
      if (size > mostInMemory) flush();
    },
    *read() {
      for (const [bucket, lines] of buckets.entries()) {
        const filed = folder !== null && existsSync(fileOf(bucket)) ? readFileSync(fileOf(bucket), "utf8") : "";
        yield* latestOf(`${filed}${lines.join("")}`);
      }
    },
    close() {
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function latestOf(text: string): readonly Outcome[] {
  const latest = new Map<string, { readonly version: string; readonly outcome: Outcome }>();
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const outcome = readOutcome(line);
    const version = versionOf(outcome);
    const known = latest.get(outcome.id);
    if (known === undefined || version > known.version) latest.set(outcome.id, { version, outcome });
  }
  return [...latest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { outcome }]) => outcome);
}

/** 32-bit FNV-1a over the code units. */
function bucketOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  return hash % BUCKETS;
}
