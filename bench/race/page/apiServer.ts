/**
 * The API server: it gets a request for a page, hints at once, thinks, and answers with the page. HTTP/2 over TLS, since a
 * browser takes `103 Early Hints` in no other way.
 */
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createAuthority } from "../../../src/cli/edge/authority.ts";

/** What the server does for one page. */
export type PageOrder = {
  readonly html: string;
  readonly thinkMs: number;
  /** Sends the hints of the page. */
  readonly hint: () => void;
  /** The picture that a `103 Early Hints` names (RFC 8297). Browsers take only the first such answer. */
  readonly preload: string | null;
};

export type ApiServer = {
  readonly port: number;
  /** The path under which the page is. It can be asked for once. `askedAt` resolves with the unix ms of the request. */
  add(order: PageOrder): { readonly path: string; readonly askedAt: Promise<number> };
  stop(): Promise<void>;
};

export async function startApiServer(): Promise<ApiServer> {
  const orders = new Map<string, { readonly order: PageOrder; readonly asked: (at: number) => void }>();
  let serial = 0;
  const answer = async ({ url }: Http2ServerRequest, response: Http2ServerResponse) => {
    const page = orders.get(url);
    orders.delete(url);
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { order, asked } = page;
    asked(Date.now());
    order.hint();
    if (order.preload !== null) {
      response.stream.additionalHeaders({ ":status": 103, link: `<${order.preload}>; rel=preload; as=image` });
    }
    await pause(order.thinkMs);
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
    response.end(order.html);
  };
  const certificate = createAuthority("Firstlight race").issue(["127.0.0.1"]);
  const server = createSecureServer(certificate, (request, response) => void answer(request, response));
  server.on("sessionError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    add(order) {
      const path = `/page/${++serial}`;
      const { promise, resolve } = Promise.withResolvers<number>();
      orders.set(path, { order, asked: resolve });
      return { path, askedAt: promise };
    },
    async stop() {
      await new Promise<void>((closed) => {
        server.close(() => closed());
        // A session that stays open would hold the end up.
        setTimeout(closed, 100).unref();
      });
    },
  };
}
