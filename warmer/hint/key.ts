import { randomBytes } from "node:crypto";

/** 128 bits, drawn per process: nobody can prepare paths that look like duplicates of other people's. */
export type HashKey = readonly [first: bigint, second: bigint];

export function drawKey(): HashKey {
  const bytes = randomBytes(16);
  return [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)];
}
