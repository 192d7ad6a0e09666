/** Keys by the time at which they are due: a binary heap. A key that was moved leaves its old entry behind, to be skipped. */

type Entry = { readonly at: number; readonly key: string };

export class DueHeap {
  readonly #heap: Entry[] = [];
  readonly #at = new Map<string, number>();

  /** Infinity = it is not due by itself. */
  set(key: string, at: number): void {
    if (this.#at.get(key) === at) return;
    if (at === Number.POSITIVE_INFINITY) {
      this.#at.delete(key);
      return;
    }
    this.#at.set(key, at);
    this.#push({ at, key });
  }

  delete(key: string): void {
    this.#at.delete(key);
  }

  /** When the first one is due; Infinity = none is. */
  get next(): number {
    this.#skip();
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes out the first key that is due at `now`; null = none is. */
  take(now: number): string | null {
    if (this.next > now) return null;
    const entry = this.#pop();
    if (entry === undefined) return null;
    this.#at.delete(entry.key);
    return entry.key;
  }

  #skip(): void {
    for (
      let first = this.#heap[0];
      first !== undefined && this.#at.get(first.key) !== first.at;
      first = this.#heap[0]
    ) {
      this.#pop();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || parent.at <= entry.at) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const right = left + 1;
      const child =
        (heap[right]?.at ?? Number.POSITIVE_INFINITY) < (heap[left]?.at ?? Number.POSITIVE_INFINITY) ? right : left;
      const entry = heap[child];
      if (entry === undefined || entry.at >= last.at) break;
      heap[i] = entry;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}
