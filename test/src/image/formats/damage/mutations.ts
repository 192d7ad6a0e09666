/** Ways to damage a file. */
import type { Random } from "../jpeg/decoder/random.ts";

/** The signature stays, so that the file reaches its reader. */
const SIGNATURE = 4;

/** Where the header of a file is: the bytes [from, end). */
export type Head = { readonly from: number; readonly end: number };

export type Mutate = (bytes: Uint8Array, random: Random, head: Head) => Uint8Array;

const joined = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

function changed(bytes: Uint8Array, random: Random, count: number, { from, end }: Head): Uint8Array {
  const copy = bytes.slice();
  const last = Math.min(end, copy.length) - 1;
  for (let n = count; n > 0 && last >= from; n--) {
    copy[random.between(from, last)] = random.pick([0, 1, 255, random.between(0, 255)]);
  }
  return copy;
}

function twoPlaces(bytes: Uint8Array, random: Random): [number, number] {
  const places = [random.between(SIGNATURE, bytes.length), random.between(SIGNATURE, bytes.length)];
  return [Math.min(...places), Math.max(...places)];
}

export const MUTATIONS = {
  "a bit": (bytes, random) => {
    const copy = bytes.slice();
    const at = random.between(SIGNATURE, copy.length - 1);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.between(0, 7));
    return copy;
  },
  "some bytes": (bytes, random) =>
    changed(bytes, random, random.between(1, 12), { from: SIGNATURE, end: bytes.length }),
  "bytes of the header": (bytes, random, head) => changed(bytes, random, random.between(1, 3), head),
  "cut short": (bytes, random) => bytes.slice(0, random.between(SIGNATURE, bytes.length)),
  "a part twice": (bytes, random) => {
    const [from, to] = twoPlaces(bytes, random);
    return joined(bytes.slice(0, to), bytes.slice(from));
  },
  "a part missing": (bytes, random) => {
    const [from, to] = twoPlaces(bytes, random);
    return joined(bytes.slice(0, from), bytes.slice(to));
  },
  "noise for data": (bytes, random, { from, end }) =>
    bytes.map((byte, i) => (i < SIGNATURE + 4 || (i >= from && i < end) ? byte : random.between(0, 255))),
} as const satisfies Record<string, Mutate>;
