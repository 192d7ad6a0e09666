import { DatagramReader } from "../../warmer/hint/datagramReader.ts";
import type { ScannedHint } from "../../warmer/hint/hintScanner.ts";
import { PlaceTable } from "../../warmer/hint/placeTable.ts";
import { FORMATS } from "../../warmer/hint/protocol.ts";
import { SLOT_BYTES } from "../../warmer/receive/receiveSlots.ts";

export const DEPLOYED = ["enam", "weur", "apac"];
export const KEY = [77n, 5n] as const;
export const places = new PlaceTable(
  DEPLOYED,
  {},
  new Map([
    ["es", "weur"],
    ["sg", "apac"],
  ]),
);

/** The slot that tests write datagrams to, and the bytes that fill the slot before. */
const SLOT = 3;
const LEFT_OVER = '"}]},"r":"weur","p":"/z"}\n';

/** A hint that was read. `keys` are hashes of path, region, format and sender. */
export type Seen = {
  time: number;
  region: string | undefined;
  format: string | undefined;
  paths: string[];
  keys: string[];
};

const readers = new Map<string | null, DatagramReader>();

function readerWith(secret: string | null): DatagramReader {
  const known = readers.get(secret) ?? new DatagramReader({ places, key: KEY, format: "webp", secret });
  readers.set(secret, known);
  return known;
}

/** Reads a datagram. Returns its hints and the reasons of its rejections, in order. */
export function read(bytes: string | Uint8Array, secret: string | null = null): (Seen | string)[] {
  const reader = readerWith(secret);
  const seen: (Seen | string)[] = [];
  const text = Buffer.from(bytes as string);
  // In the service, the slot held other datagrams before. Their ends are still there, after the new datagram.
  for (let at = 0; at < SLOT_BYTES; at += LEFT_OVER.length) reader.slotMemory.write(LEFT_OVER, SLOT * SLOT_BYTES + at);
  text.copy(reader.slotMemory, SLOT * SLOT_BYTES, 0, SLOT_BYTES);
  reader.read(SLOT, text.length, {
    hint: (r) =>
      seen.push(seenOf(r, (i) => JSON.parse(`"${reader.path(r.starts[i] as number, r.ends[i] as number)}"`) as string)),
    reject: (reason) => seen.push(reason),
    flush: () => {},
  });
  return seen;
}

/** A scanned hint as a plain value. */
export function seenOf(r: ScannedHint, path: (index: number) => string): Seen {
  const indexes = Array.from({ length: r.count }, (_, i) => i);
  return {
    time: r.time,
    region: DEPLOYED[r.region],
    format: FORMATS[r.format],
    paths: indexes.map(path),
    keys: indexes.map((i) => `${r.keyLow[i]} ${r.keyHigh[i]} ${r.sender}`),
  };
}
