/** One third party: a server on a port of its own that has photographs only. */
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
  /** `https://127.0.0.1:N`, or `http://…` without HTTPS. It stays the same after `die` and `revive`. */
  readonly origin: string;
  readonly alive: boolean;
  /** How many requests for pictures it got since the start, without those marked with DIRECT_HEADER. */
  readonly asked: number;
  /** For how many different pictures. */
  readonly askedFor: number;
  /** Stops at once and cuts open connections. From then on the machine refuses connections. */
  die(): Promise<void>;
  /** Starts again on the same port. */
  revive(): Promise<void>;
};

/** Marks requests that stand for those of a browser, of a page without Firstlight. */
export const DIRECT_HEADER = "x-demo-direct";

const HOST = "127.0.0.1";
const FRESH_SECONDS = 86_400;

/** Starts a source on a free port with the photographs of `folder`. `tls` is used if its row in the table says HTTPS. */
export async function startSource(
  trait: SourceTrait,
  folder: string,
  tls: { readonly cert: string; readonly key: string },
): Promise<Source> {
  let asked = 0;
  let alive = false;
  const pictures = new Set<string>();
  const open = new Set<Socket>();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers[DIRECT_HEADER] === undefined) {
      asked += 1;
      pictures.add(request.url ?? "");
    }
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
    get askedFor() {
      return pictures.size;
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
