/** Virtual time: what is planned happens in order, and the clock jumps to it. */

type Planned = { readonly at: number; readonly serial: number; readonly run: () => void };

export class VirtualTime {
  readonly #heap: Planned[] = [];
  #serial = 0;
  now = 0;

  /** Plans `run` in `ms`. What is planned for one moment happens in the order of its planning. */
  in(ms: number, run: () => void): void {
    this.#push({ at: this.now + Math.max(0, ms), serial: this.#serial++, run });
  }

  /** Until nothing is planned, or `done`. Gives whether it was done. */
  runUntil(done: () => boolean): boolean {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      this.now = next.at;
      next.run();
      if (done()) return true;
    }
    return done();
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let i = heap.length;
    for (let up = (i - 1) >> 1; i > 0 && before(planned, heap[up]); up = (i - 1) >> 1) {
      heap[i] = heap[up] as Planned;
      i = up;
    }
    heap[i] = planned;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const child = before(heap[left + 1], heap[left]) ? left + 1 : left;
      const entry = heap[child];
      if (entry === undefined || !before(entry, last)) break;
      heap[i] = entry;
      i = child;
    }
    heap[i] = last;
    return first;
  }
}

function before(a: Planned | undefined, b: Planned | undefined): boolean {
  if (a === undefined) return false;
  return b === undefined || a.at < b.at || (a.at === b.at && a.serial < b.serial);
}
