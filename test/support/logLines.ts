/** The Worker's own log lines, as startEdge gives them to its `log`. */

import type { Trace } from "../../src/telemetry.ts";

/** Messages -> the lines of requests and of the work that continues after them. Other messages are left out. */
export function requestLines(messages: readonly string[]): readonly Trace[] {
  return messages.flatMap((message) => {
    if (!message.startsWith('{"msg":"request"')) return [];
    return [JSON.parse(message) as Trace];
  });
}

/**
 * Waits for the log lines of `requests` answers. Gives how many pictures were decoded for them, or in work that continued
 * after them. Queue jobs do not count. Throws after 10 s.
 */
export async function rendersIn(messages: readonly string[], requests: number): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    if (requestLines(messages).filter(({ audience }) => audience === "reader").length >= requests) break;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  const lines = requestLines(messages);
  const answered = lines.filter(({ audience }) => audience === "reader").length;
  if (answered < requests) throw new Error(`${answered} of ${requests} log lines came in 10 s`);
  return lines.filter(({ audience, stages }) => audience !== "job" && stages.decode !== undefined).length;
}
