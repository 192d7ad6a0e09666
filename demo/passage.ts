/**
 * The page's own server as a proxy for pictures: `/at/{colo}/{visit}/{path}` asks the Worker for `/{path}`. The demo needs
 * it for two reasons. An <img> cannot send `X-Firstlight-Colo`. And a page can read the `Server-Timing` of an <img> but not
 * its `Cache-Status`, so the proxy repeats Cache-Status in Server-Timing. `visit` is a new word on each load: with it no
 * answer comes from the browser's own cache. On Cloudflare's network the page names the Worker's address itself.
 */
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";

const PASSAGE = /^\/at\/([A-Z]{3})\/[a-z0-9]+(\/.+)$/;
/** The request headers that are sent on: those that decide the answer. */
const FORWARDED = ["accept", "if-none-match", "range"] as const;
const TIMEOUT_MS = 180_000;

/** The address of a picture as it stands in the page. `path` starts with a slash. */
export function passagePath(colo: string, visit: string, path: string): string {
  return `/at/${colo}/${visit}${path}`;
}

/** `handle` answers a request whose path has that form, and gives false for any other path. */
export function createPassage(edgeUrl: string): {
  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  close(): void;
} {
  const { hostname, port } = new URL(edgeUrl);
  const agent = new Agent({ keepAlive: true });
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): boolean => {
    const [, colo, path] = PASSAGE.exec(incoming.url ?? "") ?? [];
    if (colo === undefined || path === undefined) return false;
    const headers: Record<string, string> = { "x-firstlight-colo": colo };
    for (const name of FORWARDED) {
      const value = incoming.headers[name];
      if (typeof value === "string") headers[name] = value;
    }
    const method = incoming.method === "HEAD" ? "HEAD" : "GET";
    const onward = request({ hostname, port, path, method, headers, agent, timeout: TIMEOUT_MS }, (answer) => {
      const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...kept } = answer.headers;
      const status = kept["cache-status"];
      const told = status === undefined ? [] : [`answer;desc=${JSON.stringify(String(status))}`];
      const timing = [...[kept["server-timing"] ?? []].flat(), ...told].join(", ");
      outgoing.writeHead(answer.statusCode ?? 502, timing === "" ? kept : { ...kept, "server-timing": timing });
      answer.pipe(outgoing);
    });
    onward.on("timeout", () => onward.destroy());
    onward.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    outgoing.on("close", () => onward.destroy());
    onward.end();
    return true;
  };
  return { handle, close: () => agent.destroy() };
}
