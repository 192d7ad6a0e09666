/** zlib inflation (RFC 1950, 1951) by the platform. Its steps are so small that no bomb can fill the memory. */

/** Compressed bytes in one step. DEFLATE expands at most 1032 times, so one step gives at most 8 MB. */
const STEP = 8192;

/**
 * Pieces of one zlib stream -> pieces of the inflated data. It ends without an error where the data end or are damaged:
 * the caller knows how much should come. When the caller stops reading, nothing more is inflated.
 */
export async function* inflate(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream("deflate");
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  const fed = feed(writer, pieces).catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch {
    return;
  } finally {
    await Promise.allSettled([reader.cancel(), fed, writer.abort()]);
  }
}

async function feed(writer: WritableStreamDefaultWriter<BufferSource>, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += STEP) {
      await writer.write(piece.subarray(at, at + STEP) as Uint8Array<ArrayBuffer>);
    }
  }
  await writer.close();
}
