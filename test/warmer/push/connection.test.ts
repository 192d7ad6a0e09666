/** Pushes over TLS to a server whose certificate is signed by a temporary authority. */
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority } from "../../support/sources/authority.ts";
import { hintLine, keptLog, startSender, startTestWarmer, unsettled, until } from "../../support/warmer.ts";

const authority = createAuthority();

describe("pushes over TLS", () => {
  let server: Server;
  let url: string;
  const paths: string[] = [];
  const sockets: { protocol: string | null; alpn: string | false | null; servername: unknown; resumed: boolean }[] = [];

  beforeAll(async () => {
    const { cert, key } = authority.issue(["localhost"]);
    server = createServer({ cert, key, ALPNProtocols: ["http/1.1"] }, (request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        paths.push(...(JSON.parse(body) as { paths: string[] }).paths);
        // Two writes without a length: the response is chunked.
        response.writeHead(202).write('{"accepted":1,');
        response.end('"refused":[]}');
      });
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      sockets.push({
        protocol: socket.getProtocol(),
        alpn: socket.alpnProtocol,
        servername: (socket as TLSSocket & { servername?: unknown }).servername,
        resumed: socket.isSessionReused(),
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `https://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const env = () => ({ WARM_REGIONS: `weur=${url}`, WARM_CONNECTIONS: "2", WARM_MAX_AGE_MS: "5000" });

  test("a server with HTTP/1.1 only: kept-alive connections, the name in the handshake, TLS resumed on a reopened connection", async () => {
    const warmer = await startTestWarmer(env(), { tls: { ca: authority.root } });
    const sender = startSender(warmer.udp.port);
    await until(() => warmer.pushers[0]?.connections.open === 2);
    for (let n = 0; n < 20; n++) {
      await sender.send(hintLine(`/tls/${n}`));
      await until(() => paths.length === n + 1);
    }
    expect(sockets).toHaveLength(2);
    expect(sockets[0]).toMatchObject({ protocol: "TLSv1.3", alpn: "http/1.1", servername: "localhost" });
    await until(() => unsettled(warmer) === 0);
    server.closeIdleConnections();
    await until(() => sockets.length === 4);
    expect(sockets.slice(2).map(({ resumed }) => resumed)).toEqual([true, true]);
    await sender.send(hintLine("/tls/again"));
    await until(() => warmer.counts.pushed === 21);
    expect(warmer.counts).toMatchObject({ failed: 0, requests: 21 });
    sender.close();
    await warmer.stop();
  });

  test("a certificate of an unknown authority: nothing is sent, the region counts as down", async () => {
    const log = keptLog();
    const before = paths.length;
    const warmer = await startTestWarmer(env(), { log });
    const sender = startSender(warmer.udp.port);
    await until(() => log.lines.some((line) => line.includes("region is down")));
    await sender.send(hintLine("/secret"));
    await until(() => warmer.counts.ended() === 1, 8_000);
    expect(paths).toHaveLength(before);
    expect(log.lines.join("\n")).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/);
    sender.close();
    await warmer.stop();
  });
});
