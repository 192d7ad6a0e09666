/**
 * The originals as a page without Firstlight would load them. A browser does not trust the certificates of the demo's sources,
 * so the page's server stands in: it sends the source's own bytes.
 */

import type { ServerResponse } from "node:http";
import { request as requestHttps } from "node:https";
import { DIRECT_HEADER, type Source } from "./server.ts";

/**
 * Sends a file of the source. A source without HTTPS is refused: a page with HTTPS asks for such a picture over HTTPS instead,
 * and gets none (W3C Mixed Content). A dead source is a 502.
 */
export function sendDirect(
  source: Source | undefined,
  file: string,
  authority: string,
  outgoing: ServerResponse,
): void {
  if (source === undefined || !source.trait.secure) {
    outgoing.writeHead(source === undefined ? 404 : 403).end();
    return;
  }
  const headers = { [DIRECT_HEADER]: "1" };
  const onward = requestHttps(`${source.origin}/${file}`, { ca: authority, headers, agent: false }, (answer) => {
    const { "content-type": type = "", "content-length": length = "" } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, {
      "content-type": type,
      "content-length": length,
      "cache-control": "no-store",
    });
    answer.pipe(outgoing);
  });
  onward.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  outgoing.on("close", () => onward.destroy());
  onward.end();
}
