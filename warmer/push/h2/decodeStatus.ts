/**
 * Reads the status from the header block of a response (HPACK, RFC 7541). The client announces a dynamic table of 0
 * bytes, so blocks do not depend on each other. All fields except `:status` are skipped by their lengths: their text is
 * neither decoded nor checked.
 */
import { isHuffmanCode, STATUS_BY_CODE, STATUS_NAME_CODE } from "./huffman.ts";

const STATUS_NAME = ":status";
const STATUS_BY_TEXT = new Map([...STATUS_BY_CODE.values()].map((status) => [String(status), status]));
/** `:status` has the indices 8 to 14 of the static table (appendix A). */
const STATUSES = [200, 204, 206, 304, 400, 404, 500] as const;
const FIRST_STATUS = 8;
/** The last index of the static table. There are no higher ones: the dynamic table holds no entry. */
const LAST_INDEX = 61;

/** The server confirms that its table has 0 bytes (section 6.3). Any other size is too large. */
const TABLE_SIZE_ZERO = 0x20;

/** An integer may continue for four bytes, which are 28 bits. That is more than any length here. */
const LAST_SHIFT = 21;

/**
 * Reads a whole header block.
 * @param block latin1
 * @returns the status, 100 to 599. 0 if `:status` is absent, is no valid status, is not the first field, or occurs
 *   twice (RFC 9113, section 8.3). Undefined if the block is malformed.
 */
export function decodeStatus(block: string): number | undefined {
  const fields = new FieldReader(block);
  let status = 0;
  for (let first = true; !fields.done; first = false) {
    const found = fields.next();
    if (found === undefined) return undefined;
    if (first) status = found ?? 0;
    else if (found !== null) status = 0;
  }
  return status;
}

function isStatus(index: number): boolean {
  return index >= FIRST_STATUS && index < FIRST_STATUS + STATUSES.length;
}

class FieldReader {
  readonly #block: string;
  #at = 0;
  /** Start of the last string. It ends at the read position. */
  #start = 0;
  #huffman = false;

  constructor(block: string) {
    this.#block = block;
    // Updates of the table size come before all fields (section 4.2).
    while (block.charCodeAt(this.#at) === TABLE_SIZE_ZERO) this.#at++;
  }

  get done(): boolean {
    return this.#at === this.#block.length;
  }

  /**
   * Reads a field (section 6).
   * @returns the value of `:status`, or 0 if it is no valid status; null for any other field; undefined if it is
   *   malformed
   */
  next(): number | null | undefined {
    const first = this.#block.charCodeAt(this.#at);
    if (first >= 0x80) {
      const index = this.#integer(0x7f);
      if (!(index >= 1 && index <= LAST_INDEX)) return undefined;
      return isStatus(index) ? (STATUSES[index - FIRST_STATUS] ?? 0) : null;
    }
    if (first >= 0x20 && first < 0x40) return undefined;
    const index = this.#integer(first >= 0x40 ? 0x3f : 0x0f);
    if (!(index <= LAST_INDEX)) return undefined;
    if (index === 0 && !this.#string()) return undefined;
    const named = index === 0 ? this.#is(this.#huffman ? STATUS_NAME_CODE : STATUS_NAME) : isStatus(index);
    if (!this.#string()) return undefined;
    return named ? this.#status() : null;
  }

  /**
   * Reads an integer from the bits of `mask` and the bytes after them (section 5.1). NaN if it does not end or is too
   * long.
   */
  #integer(mask: number): number {
    let value = this.#block.charCodeAt(this.#at++) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= LAST_SHIFT; shift += 7) {
      const byte = this.#block.charCodeAt(this.#at++);
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  }

  /** Skips a string (section 5.2). False if it is incomplete. */
  #string(): boolean {
    if (this.done) return false;
    this.#huffman = this.#block.charCodeAt(this.#at) >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    this.#start = start;
    this.#at = start + length;
    return start + length <= this.#block.length;
  }

  #is(text: string): boolean {
    return this.#at - this.#start === text.length && this.#block.startsWith(text, this.#start);
  }

  #status(): number | undefined {
    const text = this.#block.slice(this.#start, this.#at);
    if (!this.#huffman) return STATUS_BY_TEXT.get(text) ?? 0;
    return STATUS_BY_CODE.get(text) ?? (isHuffmanCode(text) ? 0 : undefined);
  }
}
