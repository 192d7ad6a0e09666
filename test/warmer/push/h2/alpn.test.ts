/** The HTTP version that the TLS handshake selects. test/warmer/push/connection.test.ts shows the fallback to HTTP/1.1. */
import { once } from "node:events";
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { createAuthority } from "../../../support/sources/authority.ts";
import { hintLine, startSender, startTestWarmer, until } from "../../../support/warmer.ts";

describe("over TLS", () => {
  const authority = createAuthority();
  const { cert, key } = authority.issue(["localhost"]);

  /** Pushes once. Returns what the server saw. */
  async function pushOnce(http: string, allowHTTP1: boolean): Promise<string[]> {
    const seen: string[] = [];
    const options = { cert, key, allowHTTP1 };
    const server = createSecureServer(options, (request, response) => {
      request.resume().on("end", () => {
        seen.push(`${request.httpVersion} ${(request.socket as TLSSocket).alpnProtocol}`);
        response.writeHead(202, { "Content-Length": 2 }).end("{}");
      });
    });
    const sessions: ServerHttp2Session[] = [];
    server.on("session", (session) => {
      sessions.push(session);
      session.on("goaway", (code: number) => seen.push(`GOAWAY ${code}`));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const env = { WARM_REGIONS: `weur=${url}`, WARM_HTTP: http, WARM_CONNECTIONS: "3", WARM_MAX_AGE_MS: "5000" };
    const warmer = await startTestWarmer(env, { tls: { ca: authority.root } });
    const sender = startSender(warmer.udp.port);
    await until(() => warmer.pushers[0]?.connections.open === 3);
    await sender.send(hintLine("/tls"));
    await until(() => warmer.counts.pushed === 1);
    sender.close();
    seen.push(`${warmer.pushers[0]?.connections.opened} opened`);
    await warmer.stop();
    for (const session of sessions) session.destroy();
    server.close();
    return seen;
  }

  test("auto selects HTTP/2 if the server speaks it", async () => {
    const seen = await pushOnce("auto", true);
    expect(seen[0]).toBe("2.0 h2");
  });
  test("1.1 does not offer HTTP/2", async () => {
    expect((await pushOnce("1.1", true))[0]).toBe("1.1 http/1.1");
  });
  test("2 accepts nothing else", async () => {
    const seen = await pushOnce("2", false);
    expect(seen[0]).toBe("2.0 h2");
    // GOAWAY comes before TLS closes: the warmer has stopped, and the server knows.
    expect(seen.slice(-2)).toEqual(["GOAWAY 0", "GOAWAY 0"]);
  });
});
