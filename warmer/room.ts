/** Datagrams that are received at once. */
export const SLOTS = 64;

/**
 * Bytes a datagram's slot holds: more than the longest that is taken, and an odd number of cache lines (23), so that
 * the heads of all slots do not fall onto the same few lines of the first-level cache.
 */
export const SLOT_BYTES = 1472;
