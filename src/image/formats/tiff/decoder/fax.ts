/**
 * CCITT fax: T.4 with one and two dimensions, T.6, and T.4 runs without EOLs (TIFF 6.0, sections 10 and 11). Rows come as
 * bits, black is 1. Work is bounded: each code takes at least one bit of the data, and a row has at most as many changes
 * as pixels.
 */

import type { TiffPage } from "../directory/page.ts";
import { faxTables, HORIZONTAL, MODE_BITS, PASS, RUN_BITS, VERTICAL } from "./faxCodes.ts";
import { type ReadSegment, reverseBits } from "./reader.ts";
import { readCounter } from "./segments.ts";

/** Bit 0 of T4Options: rows may be coded in two dimensions. */
const TWO_DIMENSIONS = 1;
/** An EOL has 11 zeros and a one. */
const EOL_ZEROS = 11;
const BAD = -1;

export function isFax({ coding }: TiffPage): boolean {
  return coding === "runs" || coding === "alignedRuns" || coding === "fax1" || coding === "fax4";
}

/** The bytes of two lists of changes and a row of bits, `width` pixels wide. */
export function faxRowsBytes(width: number): number {
  return 9 * width;
}

/** The reader of a page's strips or tiles, in a file of `fileBytes` bytes. A damaged row of T.4 is white from there on; the next begins at the next EOL. */
export function openFaxRows(page: TiffPage, fileBytes: number): ReadSegment {
  const { segments, coding, faxOptions, reversed } = page;
  const { width } = segments;
  const row = new Uint8Array(Math.ceil(width / 8) + 1);
  const countRead = readCounter(fileBytes);
  return (stored, rows, onBatch) => {
    countRead(stored.length);
    const data = reversed ? stored.slice() : stored;
    if (reversed) reverseBits(data);
    const fax = new FaxRows(data, width);
    let whole = true;
    for (let y = 0; y < rows; y++) {
      let fine: boolean;
      if (coding === "fax4") fine = fax.twoDimensions();
      else if (coding === "fax1") {
        const next = fax.findRow((faxOptions & TWO_DIMENSIONS) !== 0);
        if (next === "end") return false;
        fine = next === "two" ? fax.twoDimensions() : fax.oneDimension();
      } else {
        fine = fax.oneDimension();
        fax.align(coding === "runs" ? 8 : 16);
      }
      if (!fine && coding !== "fax1") return false;
      whole &&= fine && !fax.damaged;
      fax.draw(row);
      if (!onBatch({ data: row, offset: 0, stride: 0, count: 1 })) return whole;
    }
    return whole;
  };
}

/** The rows of a segment. Each is a list of columns where the colour changes; the first is where black begins. */
class FaxRows {
  private readonly data: Uint8Array;
  private readonly width: number;
  private readonly end: number;
  private readonly tables = faxTables();
  /** Position in bits. */
  private at = 0;
  private changes: Int32Array;
  private above: Int32Array;
  private count = 0;
  /** The data have EOLs, so each row must have one. */
  private hasEols = false;
  /** Something was wrong with a row, but there may be others behind it. */
  damaged = false;

  constructor(data: Uint8Array, width: number) {
    this.data = data;
    this.width = width;
    this.end = 8 * data.length;
    // The end of the row stands behind the last change, where a search goes on in steps of two.
    this.changes = new Int32Array(width + 8).fill(width);
    this.above = new Int32Array(width + 8).fill(width);
  }

  /** Writes the row as bits. */
  draw(row: Uint8Array): void {
    row.fill(0);
    for (let i = 0; i < this.count; i += 2) fillBits(row, this.changes[i] ?? 0, this.changes[i + 1] ?? 0);
  }

  align(bits: number): void {
    this.at = Math.ceil(this.at / bits) * bits;
  }

  /** Passes over an EOL, and over what is damaged before it. Two EOLs with nothing between them end the data. */
  findRow(tagged: boolean): "one" | "two" | "end" {
    let ends = 0;
    for (;;) {
      if (this.peek(EOL_ZEROS) !== 0) {
        // A row of one dimension needs no EOL. One of two has its tag there.
        if (ends > 0 || (!tagged && !this.hasEols)) break;
        this.damaged = true;
        this.at++;
        if (this.at >= this.end) return "end";
        continue;
      }
      while (this.at < this.end && this.peek(1) === 0) this.at++;
      this.at++;
      if (this.at >= this.end || ++ends > 1) return "end";
      this.hasEols = true;
      if (!tagged) continue;
      const one = this.peek(1) === 1;
      this.at++;
      if (this.peek(EOL_ZEROS) !== 0) return one ? "one" : "two";
    }
    return "one";
  }

  /** Reads a row of runs. False: it is damaged. */
  oneDimension(): boolean {
    this.startRow();
    let x = 0;
    for (let black = false; x < this.width; black = !black) {
      const run = this.run(black);
      if (run === BAD || this.count > this.width) return this.cut();
      x = this.clip(x + run);
      this.add(x);
    }
    return this.finish();
  }

  /** Reads a row that is coded by the differences to the row above. */
  twoDimensions(): boolean {
    this.startRow();
    const { above, width, tables } = this;
    let black = false;
    let a0 = -1;
    // Index of b1 among the changes above: the first one right of a0 that changes to the other colour.
    let b = 0;
    while (a0 < width) {
      const entry = tables.modes[this.peek(MODE_BITS)] ?? 0;
      const mode = entry & 0xffff;
      if (entry === 0 || this.count > width) return this.cut();
      this.at += entry >> 16;
      if (mode === PASS) {
        a0 = above[b + 1] ?? width;
      } else if (mode === HORIZONTAL) {
        const [first, second] = [this.run(black), this.run(!black)];
        if (first === BAD || second === BAD) return this.cut();
        const middle = this.clip(Math.max(0, a0) + first);
        a0 = this.clip(middle + second);
        this.add(middle);
        this.add(a0);
      } else {
        const a1 = (above[b] ?? width) + mode - VERTICAL;
        if (a1 < a0 || a1 > width || a1 < 0) return this.cut();
        this.add(a1);
        a0 = a1;
        black = !black;
        b += b > 0 ? -1 : 1;
      }
      while ((above[b] ?? width) <= a0 && (above[b] ?? width) < width) b += 2;
    }
    return this.finish();
  }

  private startRow(): void {
    [this.above, this.changes] = [this.changes, this.above];
    this.count = 0;
  }

  private clip(x: number): number {
    if (x <= this.width) return x;
    this.damaged = true;
    return this.width;
  }

  private add(x: number): void {
    this.changes[this.count++] = x;
  }

  /** Ends a row. False when it took bits that are not there. */
  private finish(): boolean {
    this.changes.fill(this.width, this.count, this.count + 4);
    return this.at <= this.end;
  }

  /** Ends a damaged row: what follows is white. */
  private cut(): false {
    // A black run that has begun has no end.
    if ((this.count & 1) === 1) this.count--;
    this.finish();
    return false;
  }

  /** The length of a run: any number of long codes, and one of less than 64. BAD: there is no such code. */
  private run(black: boolean): number {
    const table = black ? this.tables.black : this.tables.white;
    for (let sum = 0; ; ) {
      const entry = table[this.peek(RUN_BITS)] ?? 0;
      if (entry === 0 || this.at >= this.end) return BAD;
      this.at += entry >> 16;
      const run = entry & 0xffff;
      sum += run;
      if (run < 64) return sum;
      // Damage, and numbers must not grow without end.
      if (sum > this.width) return sum;
    }
  }

  /** The next bits, at most 16. Behind the data there are zeros. */
  private peek(bits: number): number {
    const { data, at } = this;
    const byte = at >>> 3;
    const three = ((data[byte] ?? 0) << 16) | ((data[byte + 1] ?? 0) << 8) | (data[byte + 2] ?? 0);
    return (three >> (24 - bits - (at & 7))) & ((1 << bits) - 1);
  }
}

/** Sets the bits [from, end) of a row. */
function fillBits(row: Uint8Array, from: number, end: number): void {
  if (end <= from) return;
  const [first, last] = [from >> 3, (end - 1) >> 3];
  const [head, tail] = [0xff >> (from & 7), 0xff << (7 - ((end - 1) & 7))];
  if (first === last) row[first] = (row[first] ?? 0) | (head & tail & 0xff);
  else {
    row[first] = (row[first] ?? 0) | head;
    row.fill(0xff, first + 1, last);
    row[last] = (row[last] ?? 0) | (tail & 0xff);
  }
}
