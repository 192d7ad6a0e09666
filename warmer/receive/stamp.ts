import type { Libc } from "./libc.ts";

/** When the last datagram that was fetched came in, as a `struct timespec` (socket(7)). */
const SIOCGSTAMPNS = 0x8907n;

/**
 * How long the datagram fetched last had lain in the kernel's queue, ms; the newest one, so all before it lay there as
 * long at least. 0 where the kernel does not know. One call for many datagrams: a time stamp with each would cost more
 * than it tells.
 */
export function stampReader(libc: Libc, fd: number): (now: number) => number {
  const time = Buffer.allocUnsafeSlow(16).fill(0);
  const words = new Uint32Array(time.buffer, time.byteOffset, 4);
  const address = libc.addressOf(time);
  // The first call makes the kernel keep stamps from here on.
  libc.ioctl(fd, SIOCGSTAMPNS, address);
  return (now) => {
    if (libc.ioctl(fd, SIOCGSTAMPNS, address) < 0) return 0;
    const [low = 0, high = 0, nanoseconds = 0] = words;
    return Math.max(0, now - (high * 2 ** 32 + low) * 1_000 - nanoseconds / 1e6);
  };
}
