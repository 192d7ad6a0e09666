/**
 * The part of HPACK's Huffman code (RFC 7541, appendix B) that a status needs. A text has exactly one encoding, because
 * its padding is defined too (section 5.2). So the name and the five hundred values are compared in encoded form, with
 * one look-up in a map. The table of 257 codes is not needed.
 */

/** `:status`: 38 bits of code, two of padding. */
export const STATUS_NAME_CODE = "\xb8\x84\x8d\x36\xa3";

/** Every status by its code. */
export const STATUS_BY_CODE: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 500 }, (_, n) => [codeOf(100 + n), 100 + n]),
);

/** The digits 0 to 2 have 5 bits. 3 to 9 have 6 bits, from 011001 up. Ones fill the last byte. */
function codeOf(status: number): string {
  let bits = "";
  for (const digit of String(status)) {
    bits +=
      Number(digit) <= 2 ? (+digit).toString(2).padStart(5, "0") : (+digit - 3 + 0x19).toString(2).padStart(6, "0");
  }
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1").match(/.{8}/g) ?? [];
  return String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** The number of codes with 0, 1, 2, ..., 30 bits. */
const CODES_BY_LENGTH = [
  0, 0, 0, 0, 0, 10, 26, 32, 6, 0, 5, 3, 2, 6, 2, 3, 0, 0, 0, 3, 8, 13, 26, 29, 12, 4, 15, 19, 29, 0, 4,
] as const;

/** The end-of-string symbol: 30 ones. It is an error inside a string. */
const END_OF_STRING = 2 ** 30 - 1;

/**
 * Whether a string is valid Huffman code: whole codes, then less than a byte of ones. The code is canonical, so the
 * number of codes of each length is enough to find the end of each code.
 */
export function isHuffmanCode(text: string): boolean {
  let [code, first, length] = [0, 0, 0];
  for (let at = 0; at < text.length * 8; at++) {
    code = code * 2 + ((text.charCodeAt(at >> 3) >> (7 - (at & 7))) & 1);
    length++;
    const count = CODES_BY_LENGTH[length] ?? 0;
    if (code === END_OF_STRING) return false;
    if (code - first < count) [code, first, length] = [0, 0, 0];
    else first = (first + count) * 2;
  }
  return length < 8 && code === 2 ** length - 1;
}
