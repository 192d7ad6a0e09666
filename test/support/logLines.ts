/** The Worker's own log lines, as startEdge hands them out. */

import type { Trace } from "../../src/telemetry.ts";

/** Lines of requests and of work behind them; what else a Worker logs is left out. */
export function requestLines(messages: readonly string[]): readonly Trace[] {
  return messages.flatMap((message) => {
    if (!message.startsWith('{"msg":"request"')) return [];
    return [JSON.parse(message) as Trace];
  });
}

/**
 * Waits for the lines of `requests` answers and gives how many pictures were decoded for them, or behind them. A queue's
 * jobs do not count: they decode on their own account.
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
