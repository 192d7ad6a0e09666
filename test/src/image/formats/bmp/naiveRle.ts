/** RLE4 and RLE8 decoded the plain way, into a whole frame in file order: what rle.ts must agree with. */
export function naiveRle(data: Uint8Array, width: number, height: number, bits: 4 | 8) {
  const frame = Array.from({ length: height }, () => Array.from({ length: width }, () => -1));
  let [x, y, at] = [0, 0, 0];
  const put = (index: number) => {
    const row = frame[y];
    if (row !== undefined && x < width) row[x] = index;
    x++;
  };
  const nibbles = (byte: number) => (bits === 8 ? [byte] : [byte >> 4, byte & 15]);
  while (y < height && at + 2 <= data.length) {
    const [count = 0, value = 0] = data.subarray(at, at + 2);
    at += 2;
    if (count > 0) {
      const cycle = nibbles(value);
      for (let i = 0; i < count; i++) put(cycle[i % cycle.length] ?? 0);
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      if (at + 2 > data.length) break;
      x += data[at] ?? 0;
      y += data[at + 1] ?? 0;
      at += 2;
    } else {
      const size = Math.ceil((value * bits) / 8);
      if (at + size > data.length) break;
      const pixels = [...data.subarray(at, at + size)].flatMap(nibbles);
      for (let i = 0; i < value; i++) put(pixels[i] ?? 0);
      at += size + (size % 2);
    }
  }
  return frame;
}
