import type { DatagramSink } from "./listen.ts";
import { ALL_SLOTS, LONE_SLOTS, SLOT_BYTES, SLOTS } from "./room.ts";

/**
 * The datagrams of one turn of the event loop. They are gathered while they are received and told of together, in their
 * order, as soon as the loop has fetched what waits: the clocks are read once for all, and keys are looked up in a row.
 */
export class Turn {
  readonly #sink: DatagramSink;
  readonly #ended: () => void;
  readonly #slots = new Uint8Array(ALL_SLOTS);
  readonly #lengths = new Uint16Array(ALL_SLOTS);
  readonly #senders = new Int32Array(ALL_SLOTS);
  #count = 0;
  #lone = 0;
  #begun = false;

  /** @param ended called at the end of each turn in which something came */
  constructor(sink: DatagramSink, ended: () => void = () => {}) {
    this.#sink = sink;
    this.#ended = ended;
  }

  /** Takes a datagram that was received alone; of one that is too long as much as fits. */
  lone(bytes: Buffer, sender: number): void {
    if (this.#lone === LONE_SLOTS) this.pass();
    const slot = SLOTS + this.#lone++;
    this.#sink.room.set(bytes.length > SLOT_BYTES ? bytes.subarray(0, SLOT_BYTES) : bytes, slot * SLOT_BYTES);
    this.add(slot, bytes.length, sender);
    if (this.#begun) return;
    this.#begun = true;
    setImmediate(() => this.#end());
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
    sink.begin();
    for (let i = 0; i < this.#count; i++) {
      sink.datagram(this.#slots[i] as number, this.#lengths[i] as number, this.#senders[i] as number, 0);
    }
    this.#count = 0;
    this.#lone = 0;
    sink.end();
  }

  #end(): void {
    this.pass();
    this.#begun = false;
    this.#ended();
  }
}
