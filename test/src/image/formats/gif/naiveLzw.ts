/** LZW by the words of the specification, with whole strings in its table: slow, and plain enough to be believed. */

/** Minimum code size and sub-blocks -> at most `most` indices. */
export function naiveLzw(data: Uint8Array, most: number): number[] {
  const [minBits = 0] = data;
  const read = bitReader(data.subarray(1));
  const [clear, end] = [2 ** minBits, 2 ** minBits + 1];
  const roots = Array.from({ length: clear + 2 }, (_, root) => (root < clear ? [root & 255] : []));
  const out: number[] = [];
  let table = [...roots];
  let bits = minBits + 1;
  let before: readonly number[] | null = null;
  while (out.length < most) {
    const code = read(bits);
    if (code === null || code === end) break;
    if (code === clear) {
      [table, bits, before] = [[...roots], minBits + 1, null];
      continue;
    }
    const text: readonly number[] | undefined =
      code === table.length && before !== null ? [...before, ...before.slice(0, 1)] : table[code];
    if (text === undefined) break;
    if (before !== null && table.length < 4096) table.push([...before, ...text.slice(0, 1)]);
    if (table.length === 2 ** bits && bits < 12) bits++;
    out.push(...text);
    before = text;
  }
  return out.slice(0, most);
}

/** Joins the sub-blocks and gives numbers of as many bits as asked for, lowest bit first; null at the end. */
function bitReader(blocks: Uint8Array): (bits: number) => number | null {
  const bytes: number[] = [];
  for (let at = 0; at < blocks.length && blocks[at] !== 0; at += 1 + (blocks[at] ?? 0))
    bytes.push(...blocks.subarray(at + 1, at + 1 + (blocks[at] ?? 0)));
  let at = 0;
  return (bits) => {
    if (at + bits > 8 * bytes.length) return null;
    let value = 0;
    for (let bit = 0; bit < bits; bit++, at++) value |= (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) << bit;
    return value;
  };
}
