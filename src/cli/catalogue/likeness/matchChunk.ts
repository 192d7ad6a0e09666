/**
 * One chunk of the likeness job: the pictures of one part against those of another. It is what a queue's consumer does in
 * one message, and what a thread does here.
 */
import { readFileSync } from "node:fs";
import { createMatcher, type Matcher, PAIR_WORDS, PART_PICTURES } from "../../../catalogue/likeness/matcher.ts";
import { type HashFiles, readPart } from "./hashFiles.ts";

export type Chunk = { readonly a: number; readonly b: number };

export function loadMatcher(): Matcher {
  const file = new URL("../../../catalogue/likeness/wasm/match.wasm", import.meta.url);
  return createMatcher(new WebAssembly.Module(readFileSync(file)));
}

/** The pairs by the pictures' numbers, three words each, the lesser number first. */
export function* matchChunk(matcher: Matcher, files: HashFiles, { a, b }: Chunk): Generator<Uint32Array<ArrayBuffer>> {
  const other = a === b ? null : readPart(files, b);
  for (const pairs of matcher.pairs(readPart(files, a), other)) {
    const numbered = new Uint32Array(pairs.length);
    for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
      const i = a * PART_PICTURES + (pairs[at] ?? 0);
      const j = b * PART_PICTURES + (pairs[at + 1] ?? 0);
      numbered[at] = Math.min(i, j);
      numbered[at + 1] = Math.max(i, j);
      numbered[at + 2] = pairs[at + 2] ?? 0;
    }
    yield numbered;
  }
}
