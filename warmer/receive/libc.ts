import type * as Ffi from "node:ffi";

/** The calls of the C library that dgram does not offer. For LP64 Linux: pointers have 64 bits. */
const CALLS = {
  socket: { return: "i32", arguments: ["i32", "i32", "i32"] },
  bind: { return: "i32", arguments: ["i32", "pointer", "u32"] },
  close: { return: "i32", arguments: ["i32"] },
  ioctl: { return: "i32", arguments: ["i32", "u64", "pointer"] },
  recvmmsg: { return: "i32", arguments: ["i32", "pointer", "u32", "i32", "pointer"] },
} as const;

/** The C library through `node:ffi`. An address is valid only while its memory is referenced. */
export type Libc = {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: bigint, length: number): number;
  close(fd: number): number;
  ioctl(fd: number, request: bigint, argument: bigint): number;
  /**
   * recvmmsg(2) without a timeout.
   * @returns the number of messages received, or -1
   */
  receiveMany(fd: number, headers: bigint, count: number, flags: number): number;
  addressOf(memory: NodeJS.ArrayBufferView): bigint;
};

/**
 * Opens the C library of this process.
 * @throws Error where Node has no FFI, the platform is not 64-bit little-endian Linux, or the library lacks a call. The
 *   message says which.
 */
export async function openLibc(): Promise<Libc> {
  const { platform, arch } = process;
  if (platform !== "linux" || !["x64", "arm64"].includes(arch)) {
    throw new Error(
      `the layout of recvmmsg's structures is known for linux on x64 and arm64, not for ${platform} on ${arch}`,
    );
  }
  const ffi: typeof Ffi = await import("node:ffi");
  const { functions } = ffi.dlopen(null, CALLS);
  return {
    socket: functions.socket,
    bind: functions.bind,
    close: functions.close,
    ioctl: functions.ioctl,
    receiveMany: (fd, headers, count, flags) => functions.recvmmsg(fd, headers, count, flags, 0n),
    addressOf: (memory) => ffi.getRawPointer(memory),
  };
}

/** ioctl request: arrival time of the last datagram that was read, as a `struct timespec` (socket(7)). */
const SIOCGSTAMPNS = 0x8907n;

/**
 * Makes a function that tells how long the last datagram that was read had waited in the kernel's queue, in ms. It is
 * the newest one, so all datagrams before it waited at least as long. The function returns 0 where the kernel does not
 * know. One call serves many datagrams: a time stamp for each would cost more than it is worth.
 */
export function queueDelayReader(libc: Libc, fd: number): (now: number) => number {
  const time = Buffer.allocUnsafeSlow(16).fill(0);
  const words = new Uint32Array(time.buffer, time.byteOffset, 4);
  const address = libc.addressOf(time);
  // The first call makes the kernel record time stamps from now on.
  libc.ioctl(fd, SIOCGSTAMPNS, address);
  return (now) => {
    if (libc.ioctl(fd, SIOCGSTAMPNS, address) < 0) return 0;
    const [low = 0, high = 0, nanoseconds = 0] = words;
    return Math.max(0, now - (high * 2 ** 32 + low) * 1_000 - nanoseconds / 1e6);
  };
}
