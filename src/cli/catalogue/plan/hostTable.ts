/** Counts by host for a manifest of any size: bytes and typed arrays, about 100 bytes a host. */

/** More hosts than this are counted together. Openverse has some hundred; a crawl of the web has millions. */
export const MAX_HOSTS = 1_000_000;

const FIRST_HOSTS = 1_024;

export class HostTable {
  readonly #most: number;
  /** Open addressing with linear probing: number of the host + 1; 0 = free. At most half of it is in use. */
  #slots = new Int32Array(2 * FIRST_HOSTS);
  #hashes = new Int32Array(FIRST_HOSTS);
  /** Where each name begins in `#names`; one entry more than there are hosts. */
  #starts = new Uint32Array(FIRST_HOSTS + 1);
  #names = new Uint8Array(32 * FIRST_HOSTS);
  size = 0;
  pictures = new Float64Array(FIRST_HOSTS);
  /** Bytes of originals that the manifest lists, and of how many pictures. */
  listedBytes = new Float64Array(FIRST_HOSTS);
  listed = new Float64Array(FIRST_HOSTS);
  /** Pictures whose addresses were worked out, the bytes that they have together, and how many are a provider's own size. */
  samples = new Uint32Array(FIRST_HOSTS);
  sampledBytes = new Float64Array(FIRST_HOSTS);
  sampledOwn = new Uint32Array(FIRST_HOSTS);

  constructor(most = MAX_HOSTS) {
    this.#most = most;
  }

  /** The number of a host, which is added if it is new; -1 = the table is full. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let found = this.#slots[slot] ?? 0; found !== 0; found = this.#slots[slot] ?? 0) {
      if (this.#hashes[found - 1] === hash && this.#isName(found - 1, bytes, start, end)) return found - 1;
      slot = (slot + 1) & mask;
    }
    if (this.size === this.#most) return -1;
    return this.#add(slot, hash, bytes.subarray(start, end));
  }

  nameOf(number: number): string {
    return Buffer.from(this.#names.subarray(this.#starts[number], this.#starts[number + 1])).toString("latin1");
  }

  #isName(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[number] ?? 0;
    if ((this.#starts[number + 1] ?? 0) - from !== end - start) return false;
    for (let at = start; at < end; at++) if (this.#names[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #add(slot: number, hash: number, name: Uint8Array): number {
    const number = this.size++;
    const from = this.#starts[number] ?? 0;
    if (from + name.length > this.#names.length) this.#names = longer(this.#names, 2 * (from + name.length));
    this.#names.set(name, from);
    this.#starts[number + 1] = from + name.length;
    this.#hashes[number] = hash;
    this.#slots[slot] = number + 1;
    if (this.size === this.pictures.length) this.#grow();
    return number;
  }

  #grow(): void {
    const length = 2 * this.size;
    this.#hashes = longer(this.#hashes, length);
    this.#starts = longer(this.#starts, length + 1);
    this.pictures = longer(this.pictures, length);
    this.listedBytes = longer(this.listedBytes, length);
    this.listed = longer(this.listed, length);
    this.samples = longer(this.samples, length);
    this.sampledBytes = longer(this.sampledBytes, length);
    this.sampledOwn = longer(this.sampledOwn, length);
    this.#slots = new Int32Array(2 * length);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      const hash = this.#hashes[number] ?? 0;
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function longer<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(array: T, length: number): T {
  const longer = new (array.constructor as new (length: number) => T)(length);
  longer.set(array);
  return longer;
}
