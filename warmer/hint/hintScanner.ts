import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { SLOT_BYTES, SLOT_MEMORY_BYTES } from "../receive/receiveSlots.ts";
import { NameTable } from "./nameTable.ts";
import type { PlaceTable } from "./placeTable.ts";
import { FORMATS, type Format, MAX_PATHS_PER_LINE, PLACE_KINDS, type PlaceKind } from "./protocol.ts";

/** 128 bits, drawn per process: nobody can prepare paths that look like duplicates of other people's. */
export type HashKey = readonly [first: bigint, second: bigint];

export function drawKey(): HashKey {
  const bytes = randomBytes(16);
  return [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)];
}

/**
 * What a scan found, overwritten by the next one, so that a hint costs no allocation. The lists are views of the
 * scanner's memory.
 */
export type ScannedHint = {
  /** Unix time of the hint, ms. */
  time: number;
  /** Index of the deployed region. */
  region: number;
  /** Index into FORMATS. */
  format: number;
  /** 32-bit hash of the sender's name, 0 when it gave none. */
  sender: number;
  /** Number of paths. */
  count: number;
  /** Where each path begins and ends in the scanner's memory, and the halves of its 64-bit key. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly keyLow: Int32Array;
  readonly keyHigh: Int32Array;
};

/** What warmer/assembly/scan.ts exports; all numbers are addresses in its memory. */
type Scan = {
  readonly memory: WebAssembly.Memory;
  readonly FIELDS: WebAssembly.Global<"i32">;
  readonly STARTS: WebAssembly.Global<"i32">;
  readonly ENDS: WebAssembly.Global<"i32">;
  readonly LOWS: WebAssembly.Global<"i32">;
  readonly HIGHS: WebAssembly.Global<"i32">;
  readonly ROOM: WebAssembly.Global<"i32">;
  readonly TEXTS: WebAssembly.Global<"i32">;
  seed(first: bigint, second: bigint): void;
  scan(start: number, end: number): number;
  finish(salt: number): void;
  hash32(start: number, end: number): number;
};

/** Indexes of the scanned fields, in i32 from FIELDS on; the time is the f64 before them. */
const FIELD = { count: 2, kind: 3, place: 4, placeEnd: 5, format: 6, formatEnd: 7, sender: 8, senderEnd: 9 } as const;

const FORMAT_NAMES = new NameTable(new Map(FORMATS.map((format, index) => [format, index])));

const scanModule = new WebAssembly.Module(readFileSync(new URL("./wasm/scan.wasm", import.meta.url)));

/**
 * Reads hints straight from the bytes of a datagram, as senders write them: fields in any order, at most one space
 * after `:` and `,`, plain ASCII without escapes. Anything else that JSON allows is left to the slow path, which
 * gives the same result for everything this one takes (a property test holds them together). The bytes lie in the
 * memory of a WebAssembly module, where they are received, scanned and hashed in place.
 */
export class HintScanner {
  readonly hint: ScannedHint;
  /** All of the module's memory: an address is an index into it. */
  readonly memory: Buffer;
  /** The part of it that datagrams are received in: slots of SLOT_BYTES. */
  readonly slotMemory: Buffer;
  readonly slotMemoryStart: number;
  readonly #places: PlaceTable;
  readonly #defaultFormat: number;
  readonly #wasm: Scan;
  readonly #time: Float64Array;
  readonly #fields: Int32Array;

  constructor(places: PlaceTable, key: HashKey, defaultFormat: Format) {
    const wasm = new WebAssembly.Instance(scanModule).exports as unknown as Scan;
    wasm.seed(...key);
    const { buffer } = wasm.memory;
    const list = (at: WebAssembly.Global<"i32">): Int32Array => new Int32Array(buffer, at.value, MAX_PATHS_PER_LINE);
    this.hint = {
      time: 0,
      region: 0,
      format: 0,
      sender: 0,
      count: 0,
      starts: list(wasm.STARTS),
      ends: list(wasm.ENDS),
      keyLow: list(wasm.LOWS),
      keyHigh: list(wasm.HIGHS),
    };
    this.memory = Buffer.from(buffer);
    this.slotMemoryStart = wasm.ROOM.value;
    this.slotMemory = this.memory.subarray(this.slotMemoryStart, this.slotMemoryStart + SLOT_MEMORY_BYTES);
    this.#time = new Float64Array(buffer, wasm.FIELDS.value, 1);
    this.#fields = new Int32Array(buffer, wasm.FIELDS.value, Object.keys(FIELD).length + FIELD.count);
    this.#places = places;
    this.#defaultFormat = FORMATS.indexOf(defaultFormat);
    this.#wasm = wasm;
  }

  /**
   * Scans the object at the address `start`. The keys and the slash of Flickr's path come with `finish`.
   * @returns the address behind its closing brace, with the registers filled; or -1: let the slow path read the line.
   */
  scan(start: number, end: number): number {
    const next = this.#wasm.scan(start, end);
    if (next < 0) return -1;
    const r = this.hint;
    const fields = this.#fields;
    const kind = PLACE_KINDS[fields[FIELD.kind] as number] as PlaceKind;
    r.region = this.#places.lookup(kind, this.memory, fields[FIELD.place] as number, fields[FIELD.placeEnd] as number);
    if (r.region < 0) return -1;
    const format = fields[FIELD.format] as number;
    r.format =
      format === 0 ? this.#defaultFormat : FORMAT_NAMES.get(this.memory, format, fields[FIELD.formatEnd] as number);
    if (r.format < 0) return -1;
    const sender = fields[FIELD.sender] as number;
    r.sender = sender === 0 ? 0 : this.#wasm.hash32(sender, fields[FIELD.senderEnd] as number);
    r.time = this.#time[0] as number;
    r.count = fields[FIELD.count] as number;
    return next;
  }

  /** Gives the paths of the hint scanned last their keys. Its line is not to be scanned again. */
  finish(): void {
    this.#wasm.finish(this.hint.region * FORMATS.length + this.hint.format);
  }

  /**
   * Fills the registers of a hint that was read another way; region, format and time are the caller's to set.
   * @param paths ASCII, each beginning with a slash, together no longer than a slot
   */
  load(paths: readonly string[], sender: string | undefined): void {
    const r = this.hint;
    const { memory } = this;
    const textsAt = this.#wasm.TEXTS.value;
    let at = textsAt;
    if (sender !== undefined) r.sender = this.#wasm.hash32(at, at + memory.write(sender, at, SLOT_BYTES));
    else r.sender = 0;
    for (const [i, path] of paths.entries()) {
      r.starts[i] = at;
      at += memory.write(path, at, "latin1");
      r.ends[i] = at;
    }
    r.count = paths.length;
    this.#fields[FIELD.count] = paths.length;
    this.finish();
    // The key is that of the path; what is passed on is how JSON writes it.
    at = textsAt;
    for (const [i, path] of paths.entries()) {
      r.starts[i] = at;
      at += memory.write(JSON.stringify(path).slice(1, -1), at, "latin1");
      r.ends[i] = at;
    }
  }
}
