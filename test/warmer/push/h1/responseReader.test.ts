import { describe, expect, test } from "vitest";
import { RESPONSE_LIMITS, ResponseReader } from "../../../../warmer/push/h1/responseReader.ts";
import { seeded } from "../../../support/warmer.ts";

/** Reads a text in pieces of the given length. */
function read(text: string, length = text.length) {
  const reader = new ResponseReader();
  let state: ReturnType<ResponseReader["feed"]> = "incomplete";
  for (let at = 0; at < text.length && state === "incomplete"; at += length) {
    state = reader.feed(text.slice(at, at + length));
  }
  const { status, body, keepAlive } = reader;
  return { state, status, body, keepAlive };
}

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
    expect(read(text)).toEqual({ state: "done", status, body, keepAlive });
  });
  test.each(COMPLETE)("%s: every prefix of it is incomplete", (_name, text) => {
    for (let length = 1; length < text.length; length++) expect(read(text.slice(0, length)).state).toBe("incomplete");
  });
  test.each(COMPLETE)("%s: any pieces give the same response", (_name, text, status, body, keepAlive) => {
    for (let length = 1; length < text.length; length++) {
      expect(read(text, length)).toEqual({ state: "done", status, body, keepAlive });
    }
  });
  test("the body grows with each chunk, before the response ends", () => {
    const reader = new ResponseReader();
    reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na");
    expect(reader.body).toBe("a");
    reader.feed("bc\r\n2\r\nd");
    expect([reader.status, reader.body]).toEqual([200, "abcd"]);
  });
});

describe("limits", () => {
  const { interim, headBytes, bodyBytes, framingBytes, chunkLineBytes } = RESPONSE_LIMITS;
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
  const rows = [
    ["interim responses", "HTTP/1.1 103 Early\r\n\r\n".repeat(interim) + WITH_LENGTH, `HTTP/1.1 100\r\n\r\n`],
    ["a head", `${head}${"y".repeat(headBytes - head.length)}\r\n\r\n`, ""],
    ["a body in chunks", `${chunked}${bodyBytes.toString(16)}\r\n${"x".repeat(bodyBytes)}\r\n0\r\n\r\n`, ""],
    ["a chunk extension", `${chunked}1;${"x".repeat(chunkLineBytes - 2)}\r\na\r\n0\r\n\r\n`, ""],
    ["framing", `${chunked}${"1\r\na\r\n".repeat(framingBytes / 5 - 1)}0\r\n\r\n`, ""],
  ] as const;
  test.each(rows)("%s: exactly at the limit", (_name, text) => {
    expect(read(text).state).toBe("done");
  });
  test.each([
    ["interim responses", `HTTP/1.1 103 Early\r\n\r\n${rows[0][1]}`],
    ["a head", rows[1][1].replace("X: y", "X: yy")],
    ["a body in chunks", rows[2][1].replace("\r\n0\r\n", "\r\n1\r\nx\r\n0\r\n")],
    ["a chunk extension", rows[3][1].replace("1;x", "1;xx")],
    ["framing", rows[4][1].replace("\r\n\r\n1", "\r\n\r\n1\r\na\r\n1\r\na\r\n1")],
  ] as const)("%s: one above the limit is malformed", (_name, text) => {
    expect(read(text).state).toBe("malformed");
  });
  test("12 200 interim responses, at once and in pieces, end the response and do not recurse", () => {
    const flood = "HTTP/1.1 100\r\n\r\n".repeat(12_200);
    expect([read(flood).state, read(flood, 1_000).state, read(flood, 7).state]).toEqual(Array(3).fill("malformed"));
  });
});

describe("what is malformed", () => {
  const rows = [
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["a status out of range", "HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n"],
    ["no length: the body would end with the connection", "HTTP/1.1 200 OK\r\n\r\nhello"],
    ["a length that is not a number", "HTTP/1.1 200 OK\r\nContent-Length: 1e3\r\n\r\n"],
    ["a length above the limit", `HTTP/1.1 200 OK\r\nContent-Length: ${RESPONSE_LIMITS.bodyBytes + 1}\r\n\r\n`],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"],
    ["bytes after the response", `${WITH_LENGTH}HTTP`],
    ["bytes after the last chunk", `${CHUNKED}x`],
    ["a chunk size that is not a number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"],
    ["a chunk longer than its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"],
    ["a head that does not end", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(RESPONSE_LIMITS.bodyBytes)}`],
  ] as const;
  test.each(rows)("%s", (_name, text) => {
    expect(read(text).state).toBe("malformed");
  });
});

/** Valid responses with bytes flipped, cut, repeated or joined, in pieces of any length. */
test("fuzzed responses never throw, are bounded, and do not depend on how they are cut", () => {
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 100_000 : 2_000;
  const random = seeded(9112);
  const below = (n: number): number => Math.floor(random() * n);
  const seeds = [...COMPLETE.map(([, text]) => text), "HTTP/1.1 100\r\n\r\n", "0\r\n\r\n", "\r\n", "ffffffff\r\n"];
  for (let round = 0; round < rounds; round++) {
    let text = "";
    for (let n = below(4); n >= 0; n--) {
      const part = seeds[below(seeds.length)] ?? "";
      text += random() < 0.3 ? part.slice(below(part.length)) : part;
    }
    for (let n = below(3); n > 0; n--) {
      const at = below(text.length);
      text = text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + below(3));
    }
    // A reader that is done gets no more bytes, so both read the same prefix.
    const whole = new ResponseReader();
    const state = whole.feed(text);
    const cut = new ResponseReader();
    let last: string = "incomplete";
    for (let at = 0; at < text.length && last !== "malformed"; ) {
      const length = 1 + below(20);
      last = cut.feed(text.slice(at, at + length));
      at += length;
    }
    if (text !== "") expect(last, text).toBe(state);
    expect(whole.body.length).toBeLessThanOrEqual(text.length);
    if (state === "done")
      expect([cut.status, cut.body, cut.keepAlive]).toEqual([whole.status, whole.body, whole.keepAlive]);
  }
});
