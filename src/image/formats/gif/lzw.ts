/**
 * LZW of a GIF frame (GIF89a specification, appendix F): sub-blocks in, palette indices out, some at a time.
 *
 * Work is bounded: a code takes constant time plus the indices it writes. The prefix of a code is always a lower
 * code, so no chain can be circular. The data end at the end code, at the last sub-block, at the end of the file, or at
 * a code that the table does not hold yet (damage). What came before stays. No clear code has to come first. When
 * the table is full, codes stay 12 bits long until a clear code comes (deferred clear).
 */
import { damaged } from "../byteReader.ts";

const MAX_CODE_BITS = 12;
const TABLE_SIZE = 1 << MAX_CODE_BITS;
/** Most indices decoded at a time. The window has room for one more string, and no string is longer than the table. */
const BATCH = 12_288;

export class LzwReader {
  /** Decoded indices. `take` says where to read. */
  readonly window = new Uint8Array(BATCH + TABLE_SIZE);
  /** Where in the window the indices of the last `take` begin. */
  from = 0;
  /** Codes read and indices written so far, for tests that prove the bound. */
  work = 0;

  private readonly bytes: Uint8Array;
  private readonly rootBits: number;
  /** For each code: its prefix (the code without the last index), its last index, first index and number of indices. */
  private readonly prefixes = new Uint16Array(TABLE_SIZE);
  private readonly lasts = new Uint8Array(TABLE_SIZE);
  private readonly firsts = new Uint8Array(TABLE_SIZE);
  private readonly lengths = new Uint16Array(TABLE_SIZE);

  /** Decoded indices that were not taken yet: [start, end) of the window. */
  private start = 0;
  private end = 0;
  private at: number;
  private blockEnd: number;
  private bits = 0;
  private bitCount = 0;
  private codeBits: number;
  private next: number;
  /** The previous code, or -1 after a clear code. */
  private previous = -1;
  private ended = false;

  /** `at` is the offset of the minimum code size (1 to 11). Throws image_damaged when it is outside of that. */
  constructor(bytes: Uint8Array, at: number) {
    const rootBits = bytes[at] ?? 0;
    if (rootBits < 1 || rootBits >= MAX_CODE_BITS) throw damaged(`LZW code size ${rootBits}, 1 to 11 are possible`);
    this.bytes = bytes;
    this.rootBits = rootBits;
    this.at = at + 1;
    this.blockEnd = at + 1;
    this.codeBits = rootBits + 1;
    this.next = (1 << rootBits) + 2;
    for (let root = 0; root < 1 << rootBits; root++) {
      // An index has 8 bits. Code sizes above 8 have roots above 255, which no valid file uses.
      this.lasts[root] = root;
      this.firsts[root] = root;
      this.lengths[root] = 1;
    }
  }

  /** Makes up to `count` indices ready at `window[from]` and says how many; 0 when there are no more. */
  take(count: number): number {
    if (this.start === this.end) this.decode(Math.min(count, BATCH), 0);
    const taken = Math.min(count, this.end - this.start);
    this.from = this.start;
    this.start += taken;
    return taken;
  }

  /** Passes over `count` indices. Strings that lie wholly among them are not written. */
  skip(count: number): void {
    const ready = Math.min(count, this.end - this.start);
    this.start += ready;
    if (ready < count) this.decode(0, count - ready);
  }

  /** Decodes into the empty window until it has `wanted` indices, after passing over `hidden` ones. */
  private decode(wanted: number, hidden: number): void {
    const { bytes, window, prefixes, lasts, firsts, lengths } = this;
    const clearCode = 1 << this.rootBits;
    let { at, blockEnd, bits, bitCount, codeBits, next, previous, ended, work } = this;
    let start = 0;
    let end = 0;
    decoding: while (!ended && (end < wanted || hidden > 0)) {
      while (bitCount < codeBits) {
        if (at >= blockEnd) {
          const length = bytes[blockEnd] ?? 0;
          at = blockEnd + 1;
          blockEnd = Math.min(at + length, bytes.length);
          if (at >= blockEnd) {
            ended = true;
            break decoding;
          }
        }
        bits |= (bytes[at++] ?? 0) << bitCount;
        bitCount += 8;
      }
      const code = bits & ((1 << codeBits) - 1);
      bits >>>= codeBits;
      bitCount -= codeBits;
      work++;
      if (code === clearCode) {
        codeBits = this.rootBits + 1;
        next = clearCode + 2;
        previous = -1;
        continue;
      }
      if (code === clearCode + 1 || code > next || (code === next && previous < 0)) {
        ended = true;
        break;
      }
      if (previous >= 0 && next < TABLE_SIZE) {
        prefixes[next] = previous;
        firsts[next] = firsts[previous] ?? 0;
        lengths[next] = (lengths[previous] ?? 0) + 1;
        // If the code is the new entry itself, its last index is its own first index.
        lasts[next] = firsts[code === next ? previous : code] ?? 0;
        next++;
      }
      previous = code;
      // The next code may be the entry that does not exist yet (`next`), so codes must have enough bits for it.
      if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits++;

      const length = lengths[code] ?? 0;
      if (length <= hidden) {
        hidden -= length;
        continue;
      }
      start += hidden;
      hidden = 0;
      end += length;
      work += length;
      let to = end - 1;
      let rest = code;
      while (rest > clearCode) {
        window[to--] = lasts[rest] ?? 0;
        rest = prefixes[rest] ?? 0;
      }
      window[to] = rest;
    }
    this.at = at;
    this.blockEnd = blockEnd;
    this.bits = bits;
    this.bitCount = bitCount;
    this.codeBits = codeBits;
    this.next = next;
    this.previous = previous;
    this.ended = ended;
    this.work = work;
    this.start = start;
    this.end = end;
  }
}
