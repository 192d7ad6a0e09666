import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { SLOT_BYTES, SLOT_MEMORY_BYTES } from "../receive/receiveSlots.ts";
import { NameTable } from "./nameTable.ts";
import { firstRegion, isByMap, type PlaceTable, secondRegion } from "./placeTable.ts";
import { FORMATS, type Format, MAX_PATHS_PER_LINE, PLACE_KINDS, type PlaceKind } from "./protocol.ts";

/**
 * 128-bit key of the path hashes, random for each process. So nobody can construct paths that look like duplicates of
 * others.
 */
export type HashKey = readonly [first: bigint, second: bigint];

export function drawKey(): HashKey {
  const bytes = randomBytes(16);
  return [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)];
}

/**
 * The fields of the last scanned hint. The next scan overwrites them, so a hint allocates nothing. The arrays are views
 * of the scanner's memory.
 */
export type ScannedHint = {
  /** Unix time of the hint, ms. */
  time: number;
  /** Index of the deployed region. */
  region: number;
  /** Index of a second region that the hint goes to, too; -1 = none. */
  second: number;
  /** The map of the regions has named the region, not the fixed table. */
  byMap: boolean;
  /** The hint comes once more, for its second region. */
  isCopy: boolean;
  /** Index into FORMATS. */
  format: number;
  /** 32-bit hash of the sender's name; 0 if it gave none. */
  sender: number;
  /** Number of paths. */
  count: number;
  /** For each path: its start and end in the scanner's memory, and the two halves of its 64-bit key. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly keyLow: Int32Array;
  readonly keyHigh: Int32Array;
};

/** Exports of assembly/scan.ts. All numbers are addresses in its memory. ROOM is the slot memory. */
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

/** Indexes of the scanned fields, in i32 from FIELDS on. The time is the f64 before them. */
const FIELD = { count: 2, kind: 3, place: 4, placeEnd: 5, format: 6, formatEnd: 7, sender: 8, senderEnd: 9 } as const;

const FORMAT_NAMES = new NameTable(new Map(FORMATS.map((format, index) => [format, index])));

const scanModule = new WebAssembly.Module(readFileSync(new URL("./wasm/scan.wasm", import.meta.url)));

/**
 * Reads hints directly from the bytes of a datagram in the usual spelling: fields in any order, at most one space after
 * `:` and `,`, plain ASCII without escapes. It leaves everything else to JSON.parse. Both give the same result for
 * every line the scanner accepts (a property test compares them). The bytes are in the memory of a WebAssembly module,
 * where they are received, scanned and hashed in place.
 */
export class HintScanner {
  readonly hint: ScannedHint;
  /** All memory of the module. An address is an index into it. */
  readonly memory: Buffer;
  /** The part of the memory where datagrams are received: slots of SLOT_BYTES. */
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
      second: -1,
      byMap: false,
      isCopy: false,
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
   * Scans the object at the address `start`. `finish` must add the keys, and the slash of the path in Flickr's form.
   * @returns the address after its closing brace, with `hint` filled; or -1 if JSON.parse must read the line
   */
  scan(start: number, end: number): number {
    const next = this.#wasm.scan(start, end);
    if (next < 0) return -1;
    const r = this.hint;
    const fields = this.#fields;
    const kind = PLACE_KINDS[fields[FIELD.kind] as number] as PlaceKind;
    const [place, placeEnd] = [fields[FIELD.place] as number, fields[FIELD.placeEnd] as number];
    if (!this.setTarget(this.#places.lookup(kind, this.memory, place, placeEnd))) return -1;
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

  /** Takes what the place table says. False if it says that there is no region. */
  setTarget(target: number): boolean {
    if (target < 0) return false;
    const r = this.hint;
    r.region = firstRegion(target);
    r.second = secondRegion(target);
    r.byMap = isByMap(target);
    r.isCopy = false;
    return true;
  }

  /** The hint is now the one for its second region; its keys must be computed anew. False if it has none. */
  turnToSecond(): boolean {
    const r = this.hint;
    if (r.second < 0) return false;
    r.region = r.second;
    r.second = -1;
    r.isCopy = true;
    return true;
  }

  /** Computes the keys of the paths of the last scanned hint. Its line cannot be scanned again. */
  finish(): void {
    this.#wasm.finish(this.hint.region * FORMATS.length + this.hint.format);
  }

  /**
   * Fills `hint` from a line that JSON.parse read. The caller sets region, format and time.
   * @param paths ASCII, each with its slash, together not longer than a slot
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
    // The key is the hash of the path. The text that is passed on is its JSON spelling.
    at = textsAt;
    for (const [i, path] of paths.entries()) {
      r.starts[i] = at;
      at += memory.write(JSON.stringify(path).slice(1, -1), at, "latin1");
      r.ends[i] = at;
    }
  }
}
