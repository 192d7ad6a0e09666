import type { Libc } from "./libc.ts";
import { CALL_SLOTS, SLOT_BYTES } from "./receiveSlots.ts";

/** Bytes of a `struct mmsghdr`, of a `struct iovec`, and of the space for a `struct sockaddr_in6`. */
const HEADER = 64;
const VECTOR = 16;
const NAME = 32;
const NAME_LENGTH = 28;

/** Offsets in a `struct mmsghdr`: pointers and lengths of its `msghdr`, then `msg_len`. */
const AT = { name: 0, nameLength: 8, vector: 16, vectorCount: 24, received: 56 } as const;

/** Offsets of the address in a `sockaddr_in` and a `sockaddr_in6`. */
const IPV4_AT = 4;
const IPV6_AT = 8;

const AF_INET = 2;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;

/**
 * The `msgvec` argument of recvmmsg(2): structures that point the kernel at the receive slots. They are built once. A
 * call allocates nothing.
 */
export class MessageVector {
  readonly #headers = Buffer.alloc(CALL_SLOTS * HEADER);
  readonly #vectors = Buffer.alloc(CALL_SLOTS * VECTOR);
  readonly #names = Buffer.alloc(CALL_SLOTS * NAME);
  readonly #lengths = new Uint32Array(this.#headers.buffer, this.#headers.byteOffset, (CALL_SLOTS * HEADER) / 4);
  readonly #families = new Uint16Array(this.#names.buffer, this.#names.byteOffset, (CALL_SLOTS * NAME) / 2);
  readonly #libc: Libc;
  /** Address of the header of each slot. */
  readonly #addresses: readonly bigint[];

  /** @param slotMemory memory at a fixed address; its first CALL_SLOTS slots are filled */
  constructor(libc: Libc, slotMemory: Buffer) {
    this.#libc = libc;
    const headers = libc.addressOf(this.#headers);
    this.#addresses = Array.from({ length: CALL_SLOTS }, (_, i) => headers + BigInt(i * HEADER));
    const [bytes, vectors, names] = [slotMemory, this.#vectors, this.#names].map((memory) =>
      libc.addressOf(memory),
    ) as [bigint, bigint, bigint];
    for (let i = 0; i < CALL_SLOTS; i++) {
      this.#vectors.writeBigUInt64LE(bytes + BigInt(i * SLOT_BYTES), i * VECTOR);
      this.#vectors.writeBigUInt64LE(BigInt(SLOT_BYTES), i * VECTOR + 8);
      this.#headers.writeBigUInt64LE(names + BigInt(i * NAME), i * HEADER + AT.name);
      this.#headers.writeUInt32LE(NAME_LENGTH, i * HEADER + AT.nameLength);
      this.#headers.writeBigUInt64LE(vectors + BigInt(i * VECTOR), i * HEADER + AT.vector);
      this.#headers.writeBigUInt64LE(1n, i * HEADER + AT.vectorCount);
    }
  }

  /**
   * Reads waiting datagrams into the slots from `first` on, at most `most`. Never blocks.
   * @returns the number of slots filled; 0 for none or an error
   */
  receive(fd: number, first: number, most: number): number {
    const header = this.#addresses[first] as bigint;
    return Math.max(0, this.#libc.receiveMany(fd, header, most, MSG_DONTWAIT | MSG_TRUNC));
  }

  /** True length of the datagram in slot `i`. More than SLOT_BYTES if it was truncated. */
  length(i: number): number {
    return this.#lengths[(i * HEADER + AT.received) / 4] as number;
  }

  /** Whether the sender of slot `i` has an IPv4 address. */
  isIPv4(i: number): boolean {
    return this.#families[(i * NAME) / 2] === AF_INET;
  }

  /** The IPv4 sender of slot `i` as an unsigned 32-bit number, first byte highest. */
  ipv4(i: number): number {
    const names = this.#names;
    const at = i * NAME + IPV4_AT;
    const high = ((names[at] as number) << 24) | ((names[at + 1] as number) << 16);
    return (high | ((names[at + 2] as number) << 8) | (names[at + 3] as number)) >>> 0;
  }

  /** The IPv6 sender of slot `i` as 32 hex digits. */
  ipv6(i: number): string {
    const from = i * NAME + IPV6_AT;
    return this.#names.toString("hex", from, from + 16);
  }
}
