import type { Format } from "./formats.ts";
import { FORMATS } from "./formats.ts";
import { type HashSeed, hash32, step1, step2 } from "./hash.ts";
import { type LineProblem, type ParsedHint, parseHint } from "./parse.ts";
import type { PlaceTable } from "./region.ts";
import type { HintRegisters } from "./registers.ts";
import type { Rejection } from "./rejections.ts";
import { HintScanner } from "./scan.ts";
import { isSigned, signatureLine } from "./signed.ts";

/** Largest datagram taken, bytes; fits the smallest common MTU with room for tunnels. */
export const MAX_DATAGRAM_BYTES = 1400;

/** What the reader calls for each line, in order. The registers hold the hint until the call returns. */
export type LineSink = {
  hint(registers: HintRegisters): void;
  reject(reason: Rejection): void;
};

export type DatagramOptions = {
  readonly places: PlaceTable;
  readonly seed: HashSeed;
  readonly format: Format;
  /** `WARM_HINT_SECRET`; null takes unsigned datagrams, and passes over a signature without checking it. */
  readonly secret: string | null;
};

const NO_TEXTS: readonly string[] = [];
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Datagram -> hints, as docs/datagram.md specifies it byte by byte. Never throws, keeps nothing of the buffer.
 * Lines as senders write them take the scanner; others JSON.parse, with the same result.
 */
export class DatagramReader {
  readonly #scanner: HintScanner;
  readonly #registers: HintRegisters;
  readonly #options: DatagramOptions;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });
  /** Paths of a line that took the slow path; empty when they stand in the buffer. */
  #texts: readonly string[] = NO_TEXTS;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(options: DatagramOptions) {
    this.#options = options;
    this.#scanner = new HintScanner(options.places, options.seed, options.format);
    this.#registers = this.#scanner.registers;
  }

  /** Reads buffer[offset, offset + length). `length` may be the true length of a datagram that did not fit (MSG_TRUNC). */
  read(buffer: Buffer, offset: number, length: number, sink: LineSink): void {
    if (length > MAX_DATAGRAM_BYTES) {
      sink.reject("too_long");
      return;
    }
    let end = offset + length;
    const mark = signatureLine(buffer, offset, end);
    if (this.#options.secret !== null) {
      if (mark < 0) {
        sink.reject("unsigned");
        return;
      }
      if (!isSigned(buffer, offset, mark, this.#options.secret)) {
        sink.reject("signature");
        return;
      }
    }
    if (mark >= 0) end = mark;
    this.#buffer = buffer;
    let lines = 0;
    let at = offset;
    while (at < end) {
      const first = buffer[at];
      if (first === NEWLINE || first === RETURN) {
        at++;
        continue;
      }
      lines++;
      const next = this.#scanner.scan(buffer, at, end);
      if (next >= 0 && (next === end || buffer[next] === NEWLINE)) {
        this.#texts = NO_TEXTS;
        sink.hint(this.#registers);
        at = next;
      } else at = this.#slow(at, end, sink);
    }
    if (lines === 0) sink.reject("empty");
  }

  /** Path `index` of the present hint as it stands between the quotes of a JSON string, ASCII. */
  path(index: number): string {
    if (this.#texts !== NO_TEXTS) return this.#texts[index] as string;
    const { starts, ends, slashless } = this.#registers;
    const raw = this.#buffer.toString("latin1", starts[index] as number, ends[index] as number);
    return slashless ? `/${raw}` : raw;
  }

  #slow(start: number, end: number, sink: LineSink): number {
    const newline = this.#buffer.indexOf(NEWLINE, start);
    const stop = newline < 0 || newline > end ? end : newline;
    let hint: ParsedHint | LineProblem;
    try {
      hint = parseHint(this.#utf8.decode(this.#buffer.subarray(start, stop)));
    } catch {
      hint = "json";
    }
    if (typeof hint === "string") sink.reject(hint);
    else if (this.#load(hint)) sink.hint(this.#registers);
    else sink.reject("region");
    return stop;
  }

  /** Fills the registers from a parsed hint; false when its place names no region. */
  #load(hint: ParsedHint): boolean {
    const r = this.#registers;
    const { places, seed, format } = this.#options;
    const place = Buffer.from(hint.place.value);
    const region = places.lookup(hint.place.kind, place, 0, place.length);
    if (region < 0) return false;
    const name = hint.sender === undefined ? undefined : Buffer.from(hint.sender);
    r.time = hint.time;
    r.region = region;
    r.format = FORMATS.indexOf(hint.format ?? format);
    r.sender = name === undefined ? 0 : hash32(name, 0, name.length, seed.lane1);
    r.slashless = false;
    r.count = hint.paths.length;
    this.#texts = hint.paths.map((path, index) => {
      let h1 = seed.lane1;
      let h2 = seed.lane2;
      for (let i = 0; i < path.length; i++) {
        h1 = step1(h1, path.charCodeAt(i));
        h2 = step2(h2, path.charCodeAt(i));
      }
      r.lane1[index] = h1;
      r.lane2[index] = h2;
      return JSON.stringify(path).slice(1, -1);
    });
    r.finish();
    return true;
  }
}
