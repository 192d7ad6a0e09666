/** Lower quality until a file is small enough. */

/** As in imgproxy: no picture gets a lower quality. */
const LEAST_QUALITY = 10;

/**
 * The file of `quality`, or of a lower one whose `bytes` are at most `most` (0 = any number). It may be larger at the least
 * quality, 10. The farther the size is off, the larger is the step: three fourths, a half, or a fourth of the quality.
 */
export async function withinBytes<T extends { readonly bytes: Uint8Array } | null>(
  quality: number,
  most: number,
  make: (quality: number) => Promise<T>,
): Promise<T> {
  for (let now = quality; ; ) {
    const made = await make(now);
    if (made === null || most === 0 || made.bytes.length <= most || now <= LEAST_QUALITY) return made;
    const over = made.bytes.length / most;
    now = Math.max(1, Math.floor(now * (over > 3 ? 0.25 : over > 1.5 ? 0.5 : 0.75)));
  }
}
