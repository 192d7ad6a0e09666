/** Room for a source's bytes in this isolate's memory: taken before they are held, given back when they are dropped. */
import type { Gate, Pass, Priority } from "../image/gate.ts";

export class ByteRoom {
  readonly #gate: Gate;
  readonly #priority: Priority;
  readonly #passes: Pass[] = [];
  #bytes = 0;
  #left = false;

  constructor(gate: Gate, priority: Priority) {
    this.#gate = gate;
    this.#priority = priority;
  }

  /** Waits until `bytes` in all may be held. Rejects with Failure `queue_full`. */
  async grow(bytes: number): Promise<void> {
    if (bytes <= this.#bytes) return;
    const pass = await this.#gate.enter(bytes - this.#bytes, this.#priority);
    // Whoever asked may have given up waiting.
    if (this.#left) return pass.leave();
    this.#passes.push(pass);
    this.#bytes = bytes;
  }

  /** Gives everything back; may be called twice. */
  leave(): void {
    this.#left = true;
    for (const pass of this.#passes.splice(0)) pass.leave();
    this.#bytes = 0;
  }
}
