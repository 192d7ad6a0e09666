/**
 * Entropy-coded segments for the tests' JPEG writer: bits with stuffing, and Huffman codes (ITU T.81, B.1.1.5 and
 * C.2).
 */

export class BitWriter {
  readonly bytes: number[] = [];
  #pending = 0;
  #count = 0;

  put(value: number, size: number): void {
    for (let i = size - 1; i >= 0; i--) {
      this.#pending = (this.#pending << 1) | ((value >> i) & 1);
      if (++this.#count === 8) this.#byte();
    }
  }

  /** Fills the last byte with ones. */
  flush(): void {
    while (this.#count !== 0) this.put(1, 1);
  }

  /** A marker between segments. */
  marker(code: number): void {
    this.flush();
    this.bytes.push(0xff, code);
  }

  #byte(): void {
    this.bytes.push(this.#pending);
    if (this.#pending === 0xff) this.bytes.push(0);
    this.#pending = 0;
    this.#count = 0;
  }
}

/** A table with a code for every symbol: nearly equal lengths, or from 2 to 16 bits with `common` first. */
export type Code = { readonly counts: number[]; readonly symbols: number[]; put(to: BitWriter, symbol: number): void };

export function codeOf(common: readonly number[], skewed: boolean): Code {
  const symbols = [...new Set([...common, ...Array.from({ length: 256 }, (_, i) => i)])];
  const counts = new Array<number>(16).fill(0);
  if (skewed) {
    for (let length = 2; length <= 11; length++) counts[length - 1] = 1;
    counts[15] = 246;
  } else {
    counts[7] = 254;
    counts[8] = 2;
  }
  const codes = new Map<number, readonly [number, number]>();
  let code = 0;
  let k = 0;
  counts.forEach((n, i) => {
    for (let j = 0; j < n; j++) codes.set(symbols[k++] ?? 0, [code++, i + 1]);
    code <<= 1;
  });
  return {
    counts,
    symbols,
    put(to, symbol) {
      const [value, size] = codes.get(symbol) ?? [0, 0];
      to.put(value, size);
    },
  };
}

/** Bits of a magnitude (table F.1 and F.2). */
export function sizeOf(value: number): number {
  return value === 0 ? 0 : 32 - Math.clz32(Math.abs(value));
}

export function putValue(to: BitWriter, value: number): void {
  const size = sizeOf(value);
  to.put(value < 0 ? value + (1 << size) - 1 : value, size);
}
