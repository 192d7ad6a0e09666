/**
 * A small hash table from ASCII names to numbers. The key is a range of bytes in a datagram, so a look-up needs no
 * string. Open addressing; filled once at start.
 */
export class NameTable {
  readonly #mask: number;
  readonly #names: (Uint8Array | undefined)[];
  readonly #values: Int32Array;

  /** @param rows name -> value; values are >= 0 */
  constructor(rows: ReadonlyMap<string, number>) {
    let slots = 16;
    while (slots < rows.size * 4) slots *= 2;
    this.#mask = slots - 1;
    this.#names = new Array<Uint8Array | undefined>(slots).fill(undefined);
    this.#values = new Int32Array(slots);
    for (const [name, value] of rows) {
      const bytes = new TextEncoder().encode(name);
      let slot = hashOf(bytes, 0, bytes.length) & this.#mask;
      while (this.#names[slot] !== undefined) slot = (slot + 1) & this.#mask;
      this.#names[slot] = bytes;
      this.#values[slot] = value;
    }
  }

  /** The value of the name in bytes[start, end); -1 if it is unknown. */
  get(bytes: Uint8Array, start: number, end: number): number {
    let slot = hashOf(bytes, start, end) & this.#mask;
    for (;;) {
      const name = this.#names[slot];
      if (name === undefined) return -1;
      if (equal(name, bytes, start, end)) return this.#values[slot] as number;
      slot = (slot + 1) & this.#mask;
    }
  }
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let h = end - start;
  for (let i = start; i < end; i++) h = Math.imul(h, 31) + (bytes[i] as number);
  return h ^ (h >>> 7);
}

function equal(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}
