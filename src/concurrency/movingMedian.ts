/** The median of the last values, such as times in milliseconds. */
export class MovingMedian {
  readonly #window: number;
  readonly #first: number;
  readonly #values: number[] = [];
  #next = 0;

  /** Remembers the last `window` values; `first` is the median until there is one. */
  constructor(window: number, first: number) {
    this.#window = window;
    this.#first = first;
  }

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#window;
  }

  /** Of an even number of values the lower one of the two in the middle. */
  get value(): number {
    const sorted = [...this.#values].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? this.#first;
  }
}
