/**
 * Progress on standard error: on a terminal one line that is written over, elsewhere one JSON line a second. The next
 * line comes a second after the last one at the earliest.
 */

const EVERY_MS = 1_000;

export class Progress {
  readonly #what: string;
  readonly #started = performance.now();
  #shown = this.#started;
  #isOpen = false;

  /** `what`: what is counted, such as `read`. */
  constructor(what: string) {
    this.#what = what;
  }

  /** `further`: numbers to show beside; those that are 0 are left out. */
  show(count: number, further: Readonly<Record<string, number>> = {}): void {
    const now = performance.now();
    if (now - this.#shown < EVERY_MS) return;
    this.#shown = now;
    const perSecond = Math.round(count / Math.max(0.001, (now - this.#started) / 1000));
    if (process.stderr.isTTY) {
      const more = Object.entries(further).flatMap(([name, value]) => (value === 0 ? [] : [`, ${value} ${name}`]));
      const line = `${count} ${this.#what}${more.join("")}, ${perSecond}/s`;
      process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      this.#isOpen = true;
    } else process.stderr.write(`${JSON.stringify({ [this.#what]: count, perSecond, ...further })}\n`);
  }

  /** Ends the line on a terminal. */
  end(): void {
    if (this.#isOpen) process.stderr.write("\n");
    this.#isOpen = false;
  }
}
