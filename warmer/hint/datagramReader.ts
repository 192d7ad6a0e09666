import { SLOT_BYTES } from "../receive/receiveSlots.ts";
import { isSigned, signatureLine } from "./datagramSignature.ts";
import { type HashKey, HintScanner, type ScannedHint } from "./hintScanner.ts";
import { type LineProblem, type ParsedHint, parseHint } from "./parseHint.ts";
import type { PlaceTable } from "./placeTable.ts";
import { FORMATS, type Format, MAX_DATAGRAM_BYTES } from "./protocol.ts";
import type { Rejection } from "./rejections.ts";

/** Takes the lines of a datagram, in order. */
export type LineSink = {
  /**
   * The fields are valid until the call returns. The paths are valid until `flush`, or until their slot is used again.
   */
  hint(hint: ScannedHint): void;
  reject(reason: Rejection): void;
  /** The paths of earlier hints are about to be overwritten. */
  flush(): void;
};

export type DatagramOptions = {
  readonly places: PlaceTable;
  readonly key: HashKey;
  readonly format: Format;
  /** `WARM_HINT_SECRET`. Null accepts unsigned datagrams, and ignores a signature without checking it. */
  readonly secret: string | null;
};

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Reads the hints of a datagram (docs/api-server/datagram.md). Never throws. The scanner reads lines in the usual
 * spelling, JSON.parse reads the others, with the same result. Datagrams are received in `slotMemory`; what was read
 * from one is valid until its slot is used again.
 */
export class DatagramReader {
  readonly #scanner: HintScanner;
  readonly #hint: ScannedHint;
  readonly #options: DatagramOptions;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #memory: Buffer;

  constructor(options: DatagramOptions) {
    this.#options = options;
    this.#scanner = new HintScanner(options.places, options.key, options.format);
    this.#hint = this.#scanner.hint;
    this.#memory = this.#scanner.memory;
  }

  /** Where datagrams are received, see receiveSlots.ts. */
  get slotMemory(): Buffer {
    return this.#scanner.slotMemory;
  }

  /**
   * Reads the datagram in a slot.
   * @param length bytes; the true length if it was truncated (MSG_TRUNC)
   */
  read(slot: number, length: number, sink: LineSink): void {
    if (length > MAX_DATAGRAM_BYTES) {
      sink.reject("too_long");
      return;
    }
    const memory = this.#memory;
    const start = this.#scanner.slotMemoryStart + slot * SLOT_BYTES;
    let end = start + length;
    const mark = signatureLine(memory, start, end);
    if (this.#options.secret !== null) {
      if (mark < 0) {
        sink.reject("unsigned");
        return;
      }
      if (!isSigned(memory, start, mark, this.#options.secret)) {
        sink.reject("signature");
        return;
      }
    }
    if (mark >= 0) end = mark;
    let lines = 0;
    let at = start;
    while (at < end) {
      const first = memory[at];
      if (first === NEWLINE || first === RETURN) {
        at++;
        continue;
      }
      lines++;
      const next = this.#scanner.scan(at, end);
      if (next >= 0 && (next === end || memory[next] === NEWLINE)) {
        this.#scanner.finish();
        sink.hint(this.#hint);
        if (this.#scanner.turnToSecond()) {
          this.#scanner.finish();
          sink.hint(this.#hint);
        }
        at = next;
      } else at = this.#slow(at, end, sink);
    }
    if (lines === 0) sink.reject("empty");
  }

  /** A path as it is written between the quotes of a JSON string, ASCII. */
  path(start: number, end: number): string {
    return this.#memory.toString("latin1", start, end);
  }

  #slow(start: number, end: number, sink: LineSink): number {
    const rest = this.#memory.subarray(start, end);
    const newline = rest.indexOf(NEWLINE);
    const stop = newline < 0 ? end : start + newline;
    let hint: ParsedHint | LineProblem;
    try {
      hint = parseHint(this.#utf8.decode(this.#memory.subarray(start, stop)));
    } catch {
      hint = "json";
    }
    sink.flush();
    if (typeof hint === "string") sink.reject(hint);
    else if (this.#load(hint)) {
      sink.hint(this.#hint);
      if (this.#scanner.turnToSecond()) {
        // Loading overwrites the paths.
        sink.flush();
        this.#scanner.load(hint.paths, hint.sender);
        sink.hint(this.#hint);
      }
    } else sink.reject("region");
    return stop;
  }

  /** Copies a parsed hint into the scanner's fields. False if its place names no region. */
  #load(hint: ParsedHint): boolean {
    const r = this.#hint;
    const { places, format } = this.#options;
    const place = Buffer.from(hint.place.value);
    if (!this.#scanner.setTarget(places.lookup(hint.place.kind, place, 0, place.length))) return false;
    r.time = hint.time;
    r.format = FORMATS.indexOf(hint.format ?? format);
    this.#scanner.load(hint.paths, hint.sender);
    return true;
  }
}
