import { CALL_SLOTS, SINGLE_SLOTS, SLOT_BYTES, SLOT_COUNT } from "./receiveSlots.ts";

/**
 * Takes datagrams from any receiver. The receiver writes them into slots of `slotMemory` and then reports them one by
 * one. `begin` starts a group of datagrams that arrived together (the clocks are read once), `end` closes it.
 */
export type DatagramSink = {
  /**
   * SLOT_MEMORY_BYTES at a fixed address. A slot belongs to the receiver until it reports the datagram in it, and again
   * after `end`.
   */
  readonly slotMemory: Buffer;
  /** Hints dropped so far because a queue was full. */
  readonly overflow: number;
  begin(): void;
  /**
   * Reports one datagram.
   * @param slot the slot that holds its bytes
   * @param length bytes of the datagram; the true length if it was truncated (MSG_TRUNC)
   * @param sender number from SenderList, 0 = not allowed
   * @param queuedMs at least how long it waited in the kernel's queue, ms; 0 = unknown
   */
  datagram(slot: number, length: number, sender: number, queuedMs: number): void;
  end(): void;
};

/** From this many datagrams on, the kernel is asked how long they waited. */
const ASK_DELAY_FROM = 32;

/** Callbacks of the receiver. */
type ReceiveBatchEvents = {
  /** Called at the end of each loop iteration in which something arrived. */
  ended(): void;
  /** How long the last datagram that was read had waited in the kernel's queue, ms; 0 = unknown. */
  queueDelayMs(): number;
};

const NO_EVENTS: ReceiveBatchEvents = { ended: () => {}, queueDelayMs: () => 0 };

/**
 * Collects the datagrams of one event loop iteration and delivers them together and in order. So the clocks are read
 * once for all of them, and the dedup look-ups run in one row.
 */
export class ReceiveBatch {
  readonly #sink: DatagramSink;
  readonly #events: ReceiveBatchEvents;
  readonly #slots = new Uint8Array(SLOT_COUNT);
  readonly #lengths = new Uint16Array(SLOT_COUNT);
  readonly #senders = new Int32Array(SLOT_COUNT);
  /** Datagrams delivered so far. */
  delivered = 0;
  #count = 0;
  #singles = 0;
  #scheduled = false;

  constructor(sink: DatagramSink, events: ReceiveBatchEvents = NO_EVENTS) {
    this.#sink = sink;
    this.#events = events;
  }

  /**
   * Takes a datagram that was received alone, and copies it into a slot; what is too long is cut. The first one of an
   * iteration is delivered at once: at low rates it is the only one.
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

  /** Takes a datagram that is already in its slot. See DatagramSink for `length` and `sender`. */
  add(slot: number, length: number, sender: number): void {
    const at = this.#count++;
    this.#slots[at] = slot;
    this.#lengths[at] = length;
    this.#senders[at] = sender;
  }

  /** Delivers everything collected so far. Its slots are free again. */
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
