/**
 * Finds the first of many bins that has room enough in logarithmic time: a tournament tree over the room in each. Room
 * only ever shrinks, so nobody tells the tree: where it remembers more than there is, a search that comes by mends it.
 */
export class Bins {
  readonly #roomOf: (bin: number) => number;
  readonly #bins: number[] = [];
  /** Node 1 is the root, below node n are 2n and 2n + 1, the last half are the bins: the most room there is below. */
  #most: Int32Array;
  #leaves = 4;

  /** @param roomOf what is left in a bin now */
  constructor(roomOf: (bin: number) => number) {
    this.#roomOf = roomOf;
    this.#most = new Int32Array(2 * this.#leaves).fill(-1);
  }

  add(bin: number): void {
    if (this.#bins.push(bin) > this.#leaves) this.#grow();
    this.#set(this.#bins.length - 1, this.#roomOf(bin));
  }

  /** Of the bins with room for `need` (not negative) the one added first, or undefined. */
  find(need: number): number | undefined {
    while ((this.#most[1] as number) >= need) {
      let node = 1;
      while (node < this.#leaves) node = 2 * node + ((this.#most[2 * node] as number) >= need ? 0 : 1);
      const bin = this.#bins[node - this.#leaves] as number;
      const room = this.#roomOf(bin);
      if (room >= need) return bin;
      this.#set(node - this.#leaves, room);
    }
    return undefined;
  }

  #set(leaf: number, room: number): void {
    const most = this.#most;
    let node = this.#leaves + leaf;
    most[node] = room;
    for (node >>= 1; node > 0; node >>= 1) {
      most[node] = Math.max(most[2 * node] as number, most[2 * node + 1] as number);
    }
  }

  #grow(): void {
    const rooms = this.#most.subarray(this.#leaves);
    this.#leaves *= 2;
    this.#most = new Int32Array(2 * this.#leaves).fill(-1);
    for (const [leaf, room] of rooms.entries()) this.#set(leaf, room);
  }
}
