/** Slots that one recvmmsg(2) call can fill. */
export const CALL_SLOTS = 64;

/** Slots for datagrams that were received alone. libuv reads at most 32 per loop iteration. */
export const SINGLE_SLOTS = 32;

/**
 * Bytes of a slot. More than the largest datagram that is accepted, and an odd number of cache lines (23): so the first
 * bytes of all slots do not compete for the same few lines of the first-level cache.
 */
export const SLOT_BYTES = 1472;

/** All slots: first those of the system call, then the single ones. */
export const SLOT_COUNT = CALL_SLOTS + SINGLE_SLOTS;

/** Bytes of all slots. */
export const SLOT_MEMORY_BYTES = SLOT_COUNT * SLOT_BYTES;
