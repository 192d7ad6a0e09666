import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { RequestEncoder } from "../../../warmer/push/h1/http1Codec.ts";
import { PushRequestBuilder } from "../../../warmer/push/pushRequest.ts";

const OPTIONS = { region: "weur", secret: null, deadlineMs: 800 };
const HTTP = new RequestEncoder(new URL("https://images.example.org"));

test("a push is one request with the body of the protocol", () => {
  const text = HTTP.encode(new PushRequestBuilder(OPTIONS, "avif").build(["/a", '/b\\"c'], 1_763_760_000_999));
  const [head, body] = text.split("\r\n\r\n") as [string, string];
  expect(JSON.parse(body)).toEqual({ v: 1, region: "weur", format: "avif", deadlineMs: 800, paths: ["/a", '/b"c'] });
  expect(head.split("\r\n")).toEqual([
    "POST /warm HTTP/1.1",
    "Host: images.example.org",
    "User-Agent: firstlight-warmer",
    "Accept: application/x-ndjson",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ]);
});

test("with a secret, it carries the time and the signature of its body", () => {
  const secret = "0123456789abcdef";
  const text = HTTP.encode(new PushRequestBuilder({ ...OPTIONS, secret }, "webp").build(["/a"], 1_763_760_000_999));
  const [head, body] = text.split("\r\n\r\n") as [string, string];
  const hash = createHash("sha256").update(body).digest("hex");
  const signature = createHmac("sha256", secret).update(`POST\n/warm\n1763760000\n${hash}`).digest("base64url");
  expect(head).toContain("\r\nX-Firstlight-Time: 1763760000\r\n");
  expect(head.endsWith(`\r\nX-Firstlight-Signature: ${signature}`)).toBe(true);
});
