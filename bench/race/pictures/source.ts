/** The third party: a server on loopback that has the photographs. It counts what it is asked for. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Photograph } from "./photographs.ts";

export type Source = {
  readonly port: number;
  /** The address of a photograph. `word` makes it one that nobody has asked for. */
  address(photo: number, word: string): string;
  /** How often an address was asked for. */
  fetches(address: string): number;
  stop(): Promise<void>;
};

const PHOTO = /^\/p\/(\d+)\.jpg\?/;
const KEPT_OPEN_MS = 60_000;

export async function startSource(photographs: readonly Photograph[]): Promise<Source> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    const photograph = photographs[Number(PHOTO.exec(url)?.[1] ?? -1)];
    asked.set(url, (asked.get(url) ?? 0) + 1);
    if (photograph === undefined) response.writeHead(404).end();
    else response.writeHead(200, HEADERS).end(photograph.bytes);
  });
  server.keepAliveTimeout = KEPT_OPEN_MS;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: (photo, word) => `http://127.0.0.1:${port}/p/${photo}.jpg?u=${word}`,
    fetches: (address) => asked.get(new URL(address).pathname + new URL(address).search) ?? 0,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

const HEADERS = { "content-type": "image/jpeg", "cache-control": "public, max-age=86400" } as const;
