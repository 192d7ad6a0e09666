/** The third party: a server on loopback that has the photographs, each at any number of addresses. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Source = {
  /** An address of the file that nobody has been given before. */
  address(file: string): string;
  stop(): void;
};

const HEADERS = { "content-type": "image/jpeg", "cache-control": "max-age=86400" };

export async function startSource(): Promise<Source> {
  const files: string[] = [];
  const bytes = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const file = files[Number(/^\/(\d+)\.jpg$/.exec(request.url ?? "")?.[1] ?? -1)];
    const body = file === undefined ? undefined : bytes.get(file);
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, HEADERS).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address(file) {
      if (!bytes.has(file)) bytes.set(file, readFileSync(file));
      return `http://127.0.0.1:${port}/${files.push(file) - 1}.jpg`;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
