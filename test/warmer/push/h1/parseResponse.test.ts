import { describe, expect, test } from "vitest";
import { MAX_RESPONSE_BYTES, parseResponse } from "../../../../warmer/push/h1/parseResponse.ts";

const BODY = '{"accepted":1,"refused":[]}';
const WITH_LENGTH = `HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const CHUNKED = `HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n${BODY.slice(0, 5)}\r\n${(BODY.length - 5).toString(16)};x=y\r\n${BODY.slice(5)}\r\n0\r\n\r\n`;

const COMPLETE = [
  ["with a length", WITH_LENGTH, 202, BODY, true],
  ["in chunks", CHUNKED, 202, BODY, true],
  ["header names in any case", WITH_LENGTH.replace("Content-Length", "content-LENGTH"), 202, BODY, true],
  ["an empty body", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", 503, "", true],
  ["204 has no body", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true],
  ["after an interim response", `HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n${WITH_LENGTH}`, 202, BODY, true],
  ["Connection: close", WITH_LENGTH.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"), 202, BODY, false],
  ["HTTP/1.0 is not kept alive", WITH_LENGTH.replace("1.1", "1.0"), 202, BODY, false],
] as const;

describe("a complete response", () => {
  test.each(COMPLETE)("%s", (_name, text, status, body, keepAlive) => {
    expect(parseResponse(text)).toEqual({ status, body, keepAlive });
  });
  test.each(COMPLETE)("%s: every prefix of it is incomplete", (_name, text) => {
    for (let length = 0; length < text.length; length++)
      expect(parseResponse(text.slice(0, length))).toBe("incomplete");
  });
});

describe("what is malformed", () => {
  const rows = [
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["a status out of range", "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"],
    ["no length: the body would end with the connection", "HTTP/1.1 200 OK\r\n\r\nhello"],
    ["a length that is not a number", "HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n"],
    ["a length above the limit", `HTTP/1.1 200 OK\r\nContent-Length: ${MAX_RESPONSE_BYTES + 1}\r\n\r\n`],
    ["bytes after the response", `${WITH_LENGTH}HTTP`],
    ["bytes after the last chunk", `${CHUNKED}x`],
    ["a chunk size that is not a number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"],
    ["a chunk longer than its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"],
    ["a head that does not end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(MAX_RESPONSE_BYTES)}`],
  ] as const;
  test.each(rows)("%s", (_name, text) => {
    expect(parseResponse(text)).toBe("malformed");
  });
});
