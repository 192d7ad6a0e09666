/** Messages of one call of a queue, by the platform's limit. */
const BATCH = 100;

/** Sends messages in their order. Rejects at the first batch that the queue does not take; those before it are sent. */
export async function sendInBatches<Message>(queue: Queue<Message>, messages: readonly Message[]): Promise<void> {
  for (let at = 0; at < messages.length; at += BATCH) {
    await queue.sendBatch(messages.slice(at, at + BATCH).map((body) => ({ body })));
  }
}
