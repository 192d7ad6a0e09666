/**
 * Finds the first bin with enough space in logarithmic time: a tournament tree over the space in each bin. The space
 * only shrinks, and the tree is not told. If a search finds less space than the tree says, it corrects the tree.
 */
export class FirstFitTree {
  readonly #capacityOf: (bin: number) => number;
  readonly #bins: number[] = [];
  /**
   * Node 1 is the root, 2n and 2n + 1 are the children of n, and the last half are the bins. Each node holds the most
   * space below it.
   */
  #largest: Int32Array;
  #leaves = 4;

  /** @param capacityOf the space that is left in a bin now */
  constructor(capacityOf: (bin: number) => number) {
    this.#capacityOf = capacityOf;
    this.#largest = new Int32Array(2 * this.#leaves).fill(-1);
  }

  add(bin: number): void {
    if (this.#bins.push(bin) > this.#leaves) this.#grow();
    this.#set(this.#bins.length - 1, this.#capacityOf(bin));
  }

  /** The first added bin with at least `need` space (not negative), or undefined. */
  find(need: number): number | undefined {
    while ((this.#largest[1] as number) >= need) {
      let node = 1;
      while (node < this.#leaves) node = 2 * node + ((this.#largest[2 * node] as number) >= need ? 0 : 1);
      const bin = this.#bins[node - this.#leaves] as number;
      const capacity = this.#capacityOf(bin);
      if (capacity >= need) return bin;
      this.#set(node - this.#leaves, capacity);
    }
    return undefined;
  }

  #set(leaf: number, capacity: number): void {
    const largest = this.#largest;
    let node = this.#leaves + leaf;
    largest[node] = capacity;
    for (node >>= 1; node > 0; node >>= 1) {
      largest[node] = Math.max(largest[2 * node] as number, largest[2 * node + 1] as number);
    }
  }

  #grow(): void {
    const capacities = this.#largest.subarray(this.#leaves);
    this.#leaves *= 2;
    this.#largest = new Int32Array(2 * this.#leaves).fill(-1);
    for (const [leaf, capacity] of capacities.entries()) this.#set(leaf, capacity);
  }
}
