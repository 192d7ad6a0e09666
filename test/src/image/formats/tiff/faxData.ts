/** A fax encoder (ITU-T T.4 and T.6) for tests: rows of 0 (white) and 1 (black) -> data. */
import { faxTables, RUN_BITS } from "../../../../../src/image/formats/tiff/decoder/faxCodes.ts";

const EOL = "000000000001";
const VERTICAL = ["0000010", "000010", "010", "1", "011", "000011", "0000011"];
const PASS = "0001";
const HORIZONTAL = "001";

/**
 * The codes of runs, white and black. They are those of the reader's table; that libtiff reads the files shows that the
 * table is right.
 */
const CODES = [faxTables().white, faxTables().black].map((table) => {
  const codes = new Map<number, string>();
  table.forEach((entry, at) => {
    const length = entry >> 16;
    if (entry !== 0) codes.set(entry & 0xffff, (at >> (RUN_BITS - length)).toString(2).padStart(length, "0"));
  });
  return codes;
});

function codeOf(black: boolean, run: number): string {
  const code = CODES[black ? 1 : 0]?.get(run);
  if (code === undefined) throw new Error(`no code for a run of ${run}`);
  return code;
}

function runCode(black: boolean, run: number): string {
  let [text, rest] = ["", run];
  for (; rest >= 2560; rest -= 2560) text += codeOf(black, 2560);
  if (rest >= 64) text += codeOf(black, rest - (rest % 64));
  return text + codeOf(black, rest % 64);
}

/** The next column after `from` whose colour is not `colour`. */
function change(row: readonly number[], from: number, colour: number): number {
  let x = from;
  while (x < row.length && row[x] === colour) x++;
  return x;
}

function oneDimension(row: readonly number[]): string {
  let text = "";
  for (let [x, colour] = [0, 0]; x < row.length; colour = 1 - colour) {
    const end = change(row, x, colour);
    text += runCode(colour === 1, end - x);
    x = end;
  }
  return text;
}

function twoDimensions(row: readonly number[], above: readonly number[]): string {
  const width = row.length;
  let text = "";
  let [a0, colour] = [-1, 0];
  while (a0 < width) {
    const a1 = change(row, Math.max(0, a0), colour);
    // The first change above, right of a0, to the other colour.
    let b1 = a0 + 1;
    while (b1 < width && !(above[b1] !== colour && (b1 === 0 ? 0 : above[b1 - 1]) === colour)) b1++;
    const b2 = change(above, b1, 1 - colour);
    if (b2 < a1) {
      text += PASS;
      a0 = b2;
    } else if (Math.abs(a1 - b1) <= 3) {
      text += VERTICAL[a1 - b1 + 3];
      a0 = a1;
      colour = 1 - colour;
    } else {
      const a2 = change(row, a1, 1 - colour);
      text += HORIZONTAL + runCode(colour === 1, a1 - Math.max(0, a0)) + runCode(colour === 0, a2 - a1);
      a0 = a2;
    }
  }
  return text;
}

const padded = (text: string, bits: number) => text.padEnd(Math.ceil(text.length / bits) * bits, "0");

/** `options` are T4Options: 1 two dimensions (every other row), 4 fill bits, so that EOLs end at bytes. */
export function faxData(rows: readonly (readonly number[])[], compression: number, options: number): Uint8Array {
  let text = "";
  let above: readonly number[] = rows[0]?.map(() => 0) ?? [];
  for (const [y, row] of rows.entries()) {
    if (compression === 4) text += twoDimensions(row, above);
    else if (compression !== 3) text = padded(text + oneDimension(row), compression === 2 ? 8 : 16);
    else {
      if ((options & 4) !== 0) while (text.length % 8 !== 4) text += "0";
      text += EOL;
      if ((options & 1) === 0) text += oneDimension(row);
      else text += y % 2 === 0 ? `1${oneDimension(row)}` : `0${twoDimensions(row, above)}`;
    }
    above = row;
  }
  if (compression === 4) text += EOL + EOL;
  if (compression === 3) text += Array.from({ length: 6 }, () => EOL + ((options & 1) === 0 ? "" : "1")).join("");
  return Uint8Array.from(padded(text, 8).match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}
