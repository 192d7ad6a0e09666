/** What the demo's server answers with beside its page. */
import type { IncomingMessage, ServerResponse } from "node:http";

export function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(value));
}

/** Whether the request is not of a page of another site in the same browser. Such a page must not change anything here. */
export function isOwnOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || origin === `http://${host}`;
}
