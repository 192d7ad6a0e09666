/**
 * The likeness job on the platform. Parts of hashes lie in the primary bucket, a message of the queue `LIKENESS` is one chunk
 * (a part against another), and its pairs go back into the bucket. Pure.
 *
 *   catalogue/likeness/<job>/part/<number>          8 bytes of dHash for each picture, then 32 bytes of PDQ for each
 *   catalogue/likeness/<job>/pairs/<a>-<b>/<piece>  little-endian words, three a pair (matcher.ts), pictures by number
 *   catalogue/likeness/<job>/done/<a>-<b>           {"pieces", "pairs"}: the chunk is done
 */
import { BadRecord, type Fields, matching, oneOf, readRecord, recordFrom, text, whole } from "../record.ts";
import type { HashPart } from "./matcher.ts";
import { PAIR_WORDS, type Pairs } from "./matcher.ts";

/** Part `a` against part `b`, from 0 on, a <= b. */
export type Chunk = { readonly a: number; readonly b: number };

export type ChunkOrder = Chunk & {
  readonly v: 1;
  readonly job: string;
  /** Pictures of each part but the last one. */
  readonly size: number;
  /** As of the request that sent the order. */
  readonly origin: string;
  readonly region: string;
};

/** Most pictures of a part. A consumer has two of them, sorted, and their bytes as they were read: 50 MB of its 128. */
export const PLATFORM_PICTURES = 250_000;
/** Most pairs of a piece: 6 MB. */
export const PIECE_PAIRS = 500_000;
const MOST_PARTS = 100_000;
const [DHASH_BYTES, PICTURE_BYTES] = [8, 40];

export const LIKENESS_JOB = matching(/^[0-9a-f]{16}$/, "16 hex digits");

export const CHUNK_FIELDS = { a: whole(0, MOST_PARTS), b: whole(0, MOST_PARTS) } as const satisfies Fields<Chunk>;
export const PART_SIZE = whole(1, PLATFORM_PICTURES);

const FIELDS = {
  v: oneOf([1]),
  job: LIKENESS_JOB,
  size: PART_SIZE,
  ...CHUNK_FIELDS,
  origin: text(1, 300),
  region: text(0, 40),
} as const satisfies Fields<ChunkOrder>;

/** Null: this Worker cannot read it. */
export function parseChunkOrder(body: unknown): ChunkOrder | null {
  try {
    const order = recordFrom<ChunkOrder>(body, FIELDS);
    return order.a <= order.b ? order : null;
  } catch (error) {
    if (error instanceof BadRecord) return null;
    throw error;
  }
}

/** Every part against itself and all later ones. */
export function chunksOf(parts: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let a = 0; a < parts; a++) for (let b = a; b < parts; b++) chunks.push({ a, b });
  return chunks;
}

export const jobPrefix = (job: string) => `catalogue/likeness/${job}/`;
export const partPrefix = (job: string) => `${jobPrefix(job)}part/`;
export const partKey = (job: string, part: number) => `${partPrefix(job)}${part}`;
export const pieceKey = (job: string, { a, b }: Chunk, piece: number) => `${jobPrefix(job)}pairs/${a}-${b}/${piece}`;
export const donePrefix = (job: string) => `${jobPrefix(job)}done/`;
export const doneKey = (job: string, { a, b }: Chunk) => `${donePrefix(job)}${a}-${b}`;

export type ChunkDone = { readonly pieces: number; readonly pairs: number };

/** Throws BadRecord. */
export function readChunkDone(json: string): ChunkDone {
  return readRecord<ChunkDone>(json, { pieces: whole(0), pairs: whole(0) });
}

/** The bytes of a part as they are stored. */
export function partBytes(part: HashPart): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PICTURE_BYTES * part.count);
  part.copyTo(bytes.subarray(0, DHASH_BYTES * part.count), bytes.subarray(DHASH_BYTES * part.count));
  return bytes;
}

/** Throws RangeError when the bytes are no whole pictures. */
export function readPartBytes(bytes: Uint8Array): HashPart {
  const count = bytes.length / PICTURE_BYTES;
  if (!Number.isInteger(count))
    throw new RangeError(`a part has ${bytes.length} bytes, no multiple of ${PICTURE_BYTES}`);
  return {
    count,
    copyTo(dhash, pdq) {
      dhash.set(bytes.subarray(0, DHASH_BYTES * count));
      pdq.set(bytes.subarray(DHASH_BYTES * count));
    },
  };
}

/** The pairs of a chunk by the pictures' numbers, the lesser number first. `size`: pictures of a part. */
export function numberedPairs(pairs: Pairs, { a, b }: Chunk, size: number): Uint32Array<ArrayBuffer> {
  const numbered = new Uint32Array(pairs.length);
  for (let at = 0; at < pairs.length; at += PAIR_WORDS) {
    const i = a * size + (pairs[at] ?? 0);
    const j = b * size + (pairs[at + 1] ?? 0);
    numbered[at] = Math.min(i, j);
    numbered[at + 1] = Math.max(i, j);
    numbered[at + 2] = pairs[at + 2] ?? 0;
  }
  return numbered;
}
