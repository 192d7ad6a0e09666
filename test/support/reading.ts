import { DatagramReader } from "../../warmer/datagram.ts";
import { FORMATS } from "../../warmer/formats.ts";
import { PlaceTable } from "../../warmer/region.ts";
import type { HintRegisters } from "../../warmer/registers.ts";

export const DEPLOYED = ["enam", "weur", "apac"];
export const SEED = { lane1: 77, lane2: -5 };
export const places = new PlaceTable(
  DEPLOYED,
  {},
  new Map([
    ["es", "weur"],
    ["sg", "apac"],
  ]),
);

/** A hint as it was read; `keys` has path, region, format and sender hashed. */
export type Seen = {
  time: number;
  region: string | undefined;
  format: string | undefined;
  paths: string[];
  keys: string[];
};

/** What a datagram is read as: hints, and reasons of rejections, in order. */
export function read(bytes: string | Uint8Array, secret: string | null = null): (Seen | string)[] {
  const reader = new DatagramReader({ places, seed: SEED, format: "webp", secret });
  const seen: (Seen | string)[] = [];
  const text = Buffer.from(bytes as string);
  // The datagram lies somewhere inside a larger buffer, as it does when many are received at once.
  const buffer = Buffer.concat([Buffer.from('{"v":1}'), text, Buffer.from('"}]},x\n')]);
  reader.read(buffer, 7, text.length, {
    hint: (r) => seen.push(seenOf(r, (i) => JSON.parse(`"${reader.path(i)}"`) as string)),
    reject: (reason) => seen.push(reason),
  });
  return seen;
}

/** The registers as a plain value. */
export function seenOf(r: HintRegisters, path: (index: number) => string): Seen {
  const indexes = Array.from({ length: r.count }, (_, i) => i);
  return {
    time: r.time,
    region: DEPLOYED[r.region],
    format: FORMATS[r.format],
    paths: indexes.map(path),
    keys: indexes.map((i) => `${r.lane1[i]} ${r.lane2[i]} ${r.sender}`),
  };
}
