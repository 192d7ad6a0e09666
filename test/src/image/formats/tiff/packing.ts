/** PackBits, both forms of LZW and blocks of YCbCr (TIFF 6.0, sections 9, 13 and 21), written as plainly as can be. */

export function packBits(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < data.length; ) {
    let run = 1;
    while (run < 128 && data[at + run] === data[at]) run++;
    if (run > 1) {
      out.push(257 - run, data[at] ?? 0);
      at += run;
      continue;
    }
    let end = at + 1;
    while (end < data.length && end - at < 128 && data[end] !== data[end + 1]) end++;
    out.push(end - at - 1, ...data.subarray(at, end), 128);
    at = end;
  }
  return Uint8Array.from(out);
}

/** `old`: the least significant bit first, and codes grow one code later. */
export function lzwData(data: Uint8Array, old: boolean): Uint8Array {
  const bits: number[] = [];
  let [size, next] = [9, 258];
  let table = new Map<string, number>();
  const put = (code: number) => {
    for (let i = 0; i < size; i++) bits.push((code >> (old ? i : size - 1 - i)) & 1);
  };
  const codeOf = (text: string) => (text.length === 1 ? text.charCodeAt(0) : (table.get(text) ?? -1));
  put(256);
  let text = "";
  for (const byte of data) {
    const longer = text + String.fromCharCode(byte);
    if (codeOf(longer) >= 0) {
      text = longer;
      continue;
    }
    put(codeOf(text));
    table.set(longer, next++);
    text = String.fromCharCode(byte);
    if (next === 4_094) {
      put(256);
      [size, next, table] = [9, 258, new Map()];
    } else if (next >= 2 ** size + (old ? 1 : 0)) size++;
  }
  if (text !== "") {
    put(codeOf(text));
    next++;
    if (next >= 2 ** size + (old ? 1 : 0) && size < 12) size++;
  }
  put(257);
  const out = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => {
    if (bit === 1) out[i >> 3] = (out[i >> 3] ?? 0) | (old ? 1 << (i & 7) : 0x80 >> (i & 7));
  });
  return out;
}

/** The bits of each byte in reverse order. */
export function reversed(data: Uint8Array): Uint8Array {
  return data.map((byte) => Number.parseInt(byte.toString(2).padStart(8, "0").split("").reverse().join(""), 2));
}

/** Blocks of luma samples, each followed by its two chroma samples. */
export function subsampledRows(
  [h, v]: readonly [number, number],
  across: number,
  rows: number,
  at: (x: number, y: number, channel: number) => number,
): Uint8Array {
  const data: number[] = [];
  for (let y = 0; y < rows; y += v) {
    for (let x = 0; x < across; x += h) {
      for (let i = 0; i < h * v; i++) data.push(at(x + (i % h), y + Math.floor(i / h), 0));
      data.push(at(x, y, 1), at(x, y, 2));
    }
  }
  return Uint8Array.from(data);
}
