/**
 * How fast a source must be. It has patience of its own while nobody waits. While others wait for what it holds, slots
 * or memory, it must send its first byte soon and keep a minimum throughput that rises with the memory it holds.
 */
import { Failure } from "../errors.ts";
import type { Deadline } from "./deadline.ts";

export const PACE = {
  tickMs: 250,
  /** Always: less than this in this time is a slow loris, long before the deadline. */
  patient: { ms: 5_000, bytes: 4_096 },
  /** While others wait for a slot of this host. */
  slot: { ms: 2_000, bytes: 16_384 },
  /** While others wait for memory: the bytes held, divided by this, in each second, */
  memory: { ms: 1_000, heldSeconds: 8 },
  /** at most so many, */
  mostBytes: 1 << 20,
  /** and nothing from who holds less than this. */
  leastHeld: 1 << 18,
} as const;

/** Whether others wait now, for a slot of the same host or for memory. */
export type Contention = { readonly slot: boolean; readonly memory: boolean };

/** What has come of a body, and the memory that is held for it; in bytes. */
export type Progress = { readonly size: number; readonly capacity: number };

const NONE: Contention = { slot: false, memory: false };

/** Watches one exchange and ends it by its deadline. Counts ticks of a timer, so a clock that jumps changes nothing. */
export class Pace {
  /** It was ended because others waited, which says nothing about its host. */
  hurried = false;
  readonly #deadline: Deadline;
  readonly #contention: () => Contention;
  readonly #onTick: () => boolean;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Waiting for the first byte: the limit while others wait, and whom it ends. */
  #first: { readonly limitMs: number; readonly deadline: Deadline; ticks: number } | null = null;
  #body: Progress | null = null;
  /** Of the last ticks, the bytes that had come. */
  #sizes: number[] = [];
  #paused = false;

  /** `onTick` runs every tick until `stop`, also while paused. It gives false when the exchange's turn is over. */
  constructor(deadline: Deadline, contention: () => Contention = () => NONE, onTick: () => boolean = () => true) {
    this.#deadline = deadline;
    this.#contention = contention;
    this.#onTick = onTick;
    this.#timer = setInterval(() => this.#tick(), PACE.tickMs);
  }

  /** A request has just been sent. While others wait, `deadline` ends when no header has come within `limitMs`. */
  awaitFirstByte(limitMs: number, deadline = this.#deadline): void {
    this.#first = { limitMs, deadline, ticks: 0 };
  }

  /** The headers have come. */
  noteFirstByte(): void {
    this.#first = null;
  }

  /** The body is being read. */
  watch(body: Progress): void {
    this.#body = body;
    this.#sizes = [body.size];
  }

  /** Waits for something that is not the source's fault; neither the pace nor the deadline count meanwhile. */
  async pause<T>(promise: Promise<T>): Promise<T> {
    this.#paused = true;
    try {
      return await this.#deadline.pause(promise);
    } finally {
      this.#paused = false;
      if (this.#body !== null) this.#sizes = [this.#body.size];
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    if (!this.#onTick()) {
      this.hurried = true;
      this.#deadline.end(new Failure("source_saturated", { retryAfter: 1 }, "its turn was over"));
    }
    if (this.#paused) return;
    if (this.#first !== null) this.#checkFirstByte(this.#first);
    else if (this.#body !== null) this.#checkProgress(this.#body);
  }

  #checkFirstByte(first: { readonly limitMs: number; readonly deadline: Deadline; ticks: number }): void {
    first.ticks++;
    if (first.ticks * PACE.tickMs < first.limitMs || !this.#contention().slot) return;
    this.hurried = first.deadline === this.#deadline;
    first.deadline.expire(first.limitMs, "to its first byte, and others wait");
  }

  #checkProgress({ size, capacity }: Progress): void {
    this.#sizes.push(size);
    const { patient, slot, memory, mostBytes, leastHeld } = PACE;
    if (this.#sizes.length > patient.ms / PACE.tickMs + 1) this.#sizes.shift();
    if (this.#cameIn(patient.ms) < patient.bytes) {
      this.#deadline.expire(patient.ms, `to send ${patient.bytes} bytes`);
      return;
    }
    const contention = this.#contention();
    const held = capacity < leastHeld ? 0 : Math.min(Math.ceil(capacity / memory.heldSeconds), mostBytes);
    if (contention.memory && this.#cameIn(memory.ms) < held) this.#hurry(memory.ms, held);
    else if (contention.slot && this.#cameIn(slot.ms) < slot.bytes) this.#hurry(slot.ms, slot.bytes);
  }

  /** Bytes that came in the last `ms`; infinite when it is not watched for so long. */
  #cameIn(ms: number): number {
    const last = this.#sizes.length - 1;
    const before = this.#sizes[last - ms / PACE.tickMs];
    return before === undefined ? Number.POSITIVE_INFINITY : (this.#sizes[last] ?? 0) - before;
  }

  #hurry(ms: number, bytes: number): void {
    this.hurried = true;
    this.#deadline.expire(ms, `to send ${bytes} bytes, and others wait`);
  }
}
