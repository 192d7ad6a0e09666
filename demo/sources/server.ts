/** One third party: a server of its own on its own port, with nothing but photographs. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { typeOf } from "../catalogue.ts";
import type { SourceTrait } from "./table.ts";

export type Source = {
  readonly trait: SourceTrait;
  /** `https://127.0.0.1:N` or, without HTTPS, `http://…`; the same over its whole life and afterlife. */
  readonly origin: string;
  readonly alive: boolean;
  /** Pictures it was asked for since the start. */
  readonly asked: number;
  /** Ends at once, open connections too: the next request is refused by the machine. */
  die(): Promise<void>;
  /** Comes back on the same port. */
  revive(): Promise<void>;
};

const HOST = "127.0.0.1";
const FRESH_SECONDS = 86_400;

/** Starts a source on a free port, showing the photographs of `folder`; `tls` when its trait is to be secure. */
export async function startSource(
  trait: SourceTrait,
  folder: string,
  tls: { readonly cert: string; readonly key: string },
): Promise<Source> {
  let asked = 0;
  let alive = false;
  const open = new Set<Socket>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    asked += 1;
    if (trait.delayMs > 0) await wait(trait.delayMs);
    const path = join(folder, basename(decodeURIComponent(new URL(request.url ?? "/", "http://source").pathname)));
    const type = typeOf(path);
    const size = type === undefined ? undefined : (await stat(path).catch(() => undefined))?.size;
    if (type === undefined || size === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": type,
      "content-length": size,
      "cache-control": `public, max-age=${FRESH_SECONDS}`,
    });
    createReadStream(path).pipe(response);
  };
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch(() => response.destroy());
  };
  const server = trait.secure ? createHttps(tls, handler) : createHttp(handler);
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, HOST, () => {
        server.off("error", reject);
        alive = true;
        resolve();
      });
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    trait,
    origin: `${trait.secure ? "https" : "http"}://${HOST}:${port}`,
    get alive() {
      return alive;
    },
    get asked() {
      return asked;
    },
    async die() {
      if (!alive) return;
      alive = false;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
    async revive() {
      if (!alive) await listen(port);
    },
  };
}
