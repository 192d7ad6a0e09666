import type { DatagramSink } from "./listen.ts";
import { CALL_SLOTS, SINGLE_SLOTS, SLOT_BYTES, SLOT_COUNT } from "./receiveSlots.ts";

/** So many datagrams at once may have queueDelayMs long enough to ask the kernel for how long. */
const ASK_DELAY_FROM = 32;

/** What a receiver adds to a turn. */
type ReceiveBatchEvents = {
  /** At the end of each turn in which something came. */
  ended(): void;
  /** How long the datagram received last queueDelayMs in the kernel's queue, ms; 0 when unknown. */
  queueDelayMs(): number;
};

const NO_EVENTS: ReceiveBatchEvents = { ended: () => {}, queueDelayMs: () => 0 };

/**
 * The datagrams of one turn of the event loop. They are gathered while they are received and delivered of together, in their
 * order, as soon as the loop has fetched what waits: the clocks are read once for all, and keys are looked up in a row.
 */
export class ReceiveBatch {
  readonly #sink: DatagramSink;
  readonly #events: ReceiveBatchEvents;
  readonly #slots = new Uint8Array(SLOT_COUNT);
  readonly #lengths = new Uint16Array(SLOT_COUNT);
  readonly #senders = new Int32Array(SLOT_COUNT);
  /** Datagrams delivered of so far. */
  delivered = 0;
  #count = 0;
  #singles = 0;
  #scheduled = false;

  constructor(sink: DatagramSink, events: ReceiveBatchEvents = NO_EVENTS) {
    this.#sink = sink;
    this.#events = events;
  }

  /**
   * Takes a datagram that was received alone; of one that is too long as much as fits. The first of a turn is delivered of at
   * once, since at low rates it is the only one.
   */
  addSingle(bytes: Buffer, sender: number): void {
    if (this.#singles === SINGLE_SLOTS) this.deliver();
    const slot = CALL_SLOTS + this.#singles++;
    this.#sink.slotMemory.set(bytes.length > SLOT_BYTES ? bytes.subarray(0, SLOT_BYTES) : bytes, slot * SLOT_BYTES);
    this.add(slot, bytes.length, sender);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.deliver();
    setImmediate(this.#endIteration);
  }

  /** Takes a datagram that lies in its slot. See DatagramSink for `length` and `sender`. */
  add(slot: number, length: number, sender: number): void {
    const at = this.#count++;
    this.#slots[at] = slot;
    this.#lengths[at] = length;
    this.#senders[at] = sender;
  }

  /** Tells of everything gathered so far; its slots are free again. */
  deliver(): void {
    if (this.#count === 0) return;
    const sink = this.#sink;
    const queuedMs = this.#count < ASK_DELAY_FROM ? 0 : this.#events.queueDelayMs();
    sink.begin();
    for (let i = 0; i < this.#count; i++) {
      sink.datagram(this.#slots[i] as number, this.#lengths[i] as number, this.#senders[i] as number, queuedMs);
    }
    this.delivered += this.#count;
    this.#count = 0;
    this.#singles = 0;
    sink.end();
  }

  readonly #endIteration = (): void => {
    this.deliver();
    this.#scheduled = false;
    this.#events.ended();
  };
}
