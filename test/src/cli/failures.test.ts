/** Errors as Node and the S3 client really throw them, against real sockets. */
import { once } from "node:events";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectionFailure, storeFailure } from "../../../src/cli/failures.ts";

async function portOf(server: Server | TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.unreachable("it succeeded"),
    (error: unknown) => error,
  );
}

const wordsFor = async (address: string) => connectionFailure(await thrownBy(fetch(address)), address);

describe("connectionFailure", () => {
  test("nothing listens", async () => {
    const server = createTcpServer();
    const address = `http://127.0.0.1:${await portOf(server)}`;
    server.close();
    await once(server, "close");
    expect(await wordsFor(address)).toEqual({
      text: `${address}: nothing listens there. Is the address right, and does the server run? (ECONNREFUSED)`,
      passes: true,
    });
  });

  test("nothing listens at any address of a name", async () => {
    const server = createTcpServer();
    const port = await portOf(server);
    server.close();
    await once(server, "close");
    expect((await wordsFor(`http://localhost:${port}`))?.text).toContain("nothing listens there");
  });

  test.each([
    ["http://127.0.0.1:1", "http://127.0.0.1:1: fetch may not call this port. Is the address right? (bad port)"],
    ["http://a b", "http://a b: it is no URL (ERR_INVALID_URL)"],
  ])("%s, which cannot pass", async (address, text) => {
    expect(await wordsFor(address)).toEqual({ text, passes: false });
  });

  test("the connection is cut", async () => {
    const port = await portOf(createTcpServer((socket) => socket.destroy()));
    expect(await wordsFor(`http://127.0.0.1:${port}`)).toMatchObject({
      text: expect.stringContaining("the connection was cut"),
      passes: true,
    });
  });

  test("https: where only HTTP is spoken", async () => {
    const port = await portOf(createHttpServer((_, response) => response.end()));
    expect(await wordsFor(`https://127.0.0.1:${port}`)).toMatchObject({
      text: expect.stringContaining("it does not speak TLS. Is it http:// and not https://?"),
      passes: false,
    });
  });

  test("http: where only TLS is spoken", async () => {
    const port = await portOf(createHttpsServer((_, response) => response.end()));
    expect((await wordsFor(`http://127.0.0.1:${port}`))?.text).toMatch(/does not speak HTTP|the connection was cut/);
  });

  test("no answer in time", async () => {
    const port = await portOf(createTcpServer());
    const address = `http://127.0.0.1:${port}`;
    const error = await thrownBy(fetch(address, { signal: AbortSignal.timeout(50) }));
    expect(connectionFailure(error, address)).toEqual({ text: `${address}: it did not answer in time`, passes: true });
  });

  test.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "it is self-signed", false],
    ["SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS", false],
    ["CERT_HAS_EXPIRED", "has expired", false],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "another host name", false],
    ["ENOTFOUND", "no such host name is known", false],
    ["EAI_AGAIN", "Is this machine online?", true],
  ])("%s", (code, words, passes) => {
    const error = new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
    expect(connectionFailure(error, "https://a.test")).toEqual({ text: expect.stringContaining(words), passes });
  });

  test.each([[new Error("another")], ["a text"], [undefined], [Object.assign(new Error("x"), { code: "toString" })]])(
    "%s is of another kind",
    (error) => expect(connectionFailure(error, "https://a.test")).toBeNull(),
  );
});

describe("storeFailure, from answers of an S3 server", () => {
  const answering = async (status: number, code: string | null) => {
    const body =
      code === null ? "" : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>said so</Message></Error>`;
    const port = await portOf(
      createHttpServer((_, response) => response.writeHead(status, { "content-type": "application/xml" }).end(body)),
    );
    const endpoint = `http://127.0.0.1:${port}`;
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const s3 = new S3Client({ endpoint, region: "auto", forcePathStyle: true, maxAttempts: 1, credentials });
    onTestFinished(() => s3.destroy());
    const error = await thrownBy(s3.send(new ListObjectsV2Command({ Bucket: "my-bucket" })));
    return { endpoint, text: storeFailure(error, endpoint, ["my-bucket"]) };
  };
  test.each([
    [404, "NoSuchBucket", "there is no such bucket at this endpoint"],
    [403, "SignatureDoesNotMatch", "the secret key does not belong to the access key ID"],
    [403, "InvalidAccessKeyId", "the access key ID is not known there"],
    [401, "Unauthorized", "the access key ID is not known there"],
    [403, "AccessDenied", 'give its token the right "Object Read & Write"'],
    [403, "Forbidden", 'give its token the right "Object Read & Write"'],
    [403, "SomethingNew", 'give its token the right "Object Read & Write"'],
    [403, "RequestTimeTooSkewed", "this machine's clock is wrong"],
    [503, "SlowDown", "lower --concurrency"],
    [400, "SomethingElse", "said so"],
  ])("%i %s", async (status, code, words) => {
    const { endpoint, text } = await answering(status, code);
    expect(text).toBe(
      `my-bucket at ${endpoint}: ${
        words === "said so"
          ? words
          : text
              .split(": ")
              .slice(1)
              .join(": ")
              .replace(/ \(\d+ \w+\)$/, "")
      } (${status} ${code})`,
    );
    expect(text).toContain(words);
  });
  test("a 403 without a body", async () => {
    expect((await answering(403, null)).text).toContain("the key may not do this");
  });
  test("no server", async () => {
    const endpoint = "http://127.0.0.1:9";
    const error = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    expect(storeFailure(error, endpoint, ["b"])).toContain(`${endpoint}: nothing listens there`);
  });
  test("what is no error of a store keeps its message", () => {
    expect(storeFailure(new Error("state file is broken"), "http://a.test", ["b"])).toBe("state file is broken");
  });
});
