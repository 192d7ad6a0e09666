/** Two files with the hashes of pictures, in the same order: 8 bytes of dHash and 32 of PDQ each. */
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { type HashPart, PART_PICTURES } from "../../../catalogue/likeness/matcher.ts";

export type HashFiles = { readonly dhash: string; readonly pdq: string; readonly count: number };

export const DHASH_BYTES = 8;
export const PDQ_BYTES = 32;

export function hashFilesIn(folder: string, count: number): HashFiles {
  return { dhash: join(folder, "dhash.bin"), pdq: join(folder, "pdq.bin"), count };
}

/** `size`: pictures of a part. */
export function partCount({ count }: HashFiles, size = PART_PICTURES): number {
  return Math.ceil(count / size);
}

export function readPart(files: HashFiles, part: number, size = PART_PICTURES): HashPart {
  const from = part * size;
  const count = Math.min(size, files.count - from);
  return {
    count,
    copyTo(dhash, pdq) {
      readBytes(files.dhash, from * DHASH_BYTES, dhash);
      readBytes(files.pdq, from * PDQ_BYTES, pdq);
    },
  };
}

/** Fills `bytes` from byte `from` of the file on. Throws Error when the file is shorter. */
function readBytes(file: string, from: number, bytes: Uint8Array): void {
  const { length } = bytes;
  const handle = openSync(file, "r");
  try {
    for (let at = 0; at < length; ) {
      const read = readSync(handle, bytes, at, length - at, from + at);
      if (read === 0) throw new Error(`${file} ends at byte ${from + at}, but has to have ${from + length}`);
      at += read;
    }
  } finally {
    closeSync(handle);
  }
}
