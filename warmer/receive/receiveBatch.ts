import type { DatagramSink } from "./listen.ts";
import { ALL_SLOTS, LONE_SLOTS, SLOT_BYTES, SLOTS } from "./receiveSlots.ts";

/** So many datagrams at once may have waited long enough to ask the kernel for how long. */
const MANY = 32;

/** What a receiver adds to a turn. */
type TurnEvents = {
  /** At the end of each turn in which something came. */
  ended(): void;
  /** How long the datagram received last waited in the kernel's queue, ms; 0 when unknown. */
  waited(): number;
};

const NOTHING: TurnEvents = { ended: () => {}, waited: () => 0 };

/**
 * The datagrams of one turn of the event loop. They are gathered while they are received and told of together, in their
 * order, as soon as the loop has fetched what waits: the clocks are read once for all, and keys are looked up in a row.
 */
export class Turn {
  readonly #sink: DatagramSink;
  readonly #events: TurnEvents;
  readonly #slots = new Uint8Array(ALL_SLOTS);
  readonly #lengths = new Uint16Array(ALL_SLOTS);
  readonly #senders = new Int32Array(ALL_SLOTS);
  /** Datagrams told of so far. */
  told = 0;
  #count = 0;
  #lone = 0;
  #begun = false;

  constructor(sink: DatagramSink, events: TurnEvents = NOTHING) {
    this.#sink = sink;
    this.#events = events;
  }

  /**
   * Takes a datagram that was received alone; of one that is too long as much as fits. The first of a turn is told of at
   * once, since at low rates it is the only one.
   */
  lone(bytes: Buffer, sender: number): void {
    if (this.#lone === LONE_SLOTS) this.pass();
    const slot = SLOTS + this.#lone++;
    this.#sink.room.set(bytes.length > SLOT_BYTES ? bytes.subarray(0, SLOT_BYTES) : bytes, slot * SLOT_BYTES);
    this.add(slot, bytes.length, sender);
    if (this.#begun) return;
    this.#begun = true;
    this.pass();
    setImmediate(this.#end);
  }

  /** Takes a datagram that lies in its slot. See DatagramSink for `length` and `sender`. */
  add(slot: number, length: number, sender: number): void {
    const at = this.#count++;
    this.#slots[at] = slot;
    this.#lengths[at] = length;
    this.#senders[at] = sender;
  }

  /** Tells of everything gathered so far; its slots are free again. */
  pass(): void {
    if (this.#count === 0) return;
    const sink = this.#sink;
    const queuedMs = this.#count < MANY ? 0 : this.#events.waited();
    sink.begin();
    for (let i = 0; i < this.#count; i++) {
      sink.datagram(this.#slots[i] as number, this.#lengths[i] as number, this.#senders[i] as number, queuedMs);
    }
    this.told += this.#count;
    this.#count = 0;
    this.#lone = 0;
    sink.end();
  }

  readonly #end = (): void => {
    this.pass();
    this.#begun = false;
    this.#events.ended();
  };
}
