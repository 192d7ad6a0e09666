/** One chunk of the likeness job, the pictures of one part against those of another, from files. */
import { readFileSync } from "node:fs";
import { createMatcher, type Matcher, PART_PICTURES } from "../../../catalogue/likeness/matcher.ts";
import { type Chunk, numberedPairs } from "../../../catalogue/likeness/platform.ts";
import { type HashFiles, readPart } from "./hashFiles.ts";

export function loadMatcher(): Matcher {
  const file = new URL("../../../catalogue/likeness/wasm/match.wasm", import.meta.url);
  return createMatcher(new WebAssembly.Module(readFileSync(file)));
}

/** The pairs by the pictures' numbers, three words each, the lesser number first. `size`: pictures of a part. */
export function* matchChunk(
  matcher: Matcher,
  files: HashFiles,
  chunk: Chunk,
  size = PART_PICTURES,
): Generator<Uint32Array<ArrayBuffer>> {
  const { a, b } = chunk;
  const other = a === b ? null : readPart(files, b, size);
  for (const pairs of matcher.pairs(readPart(files, a, size), other)) yield numberedPairs(pairs, chunk, size);
}
