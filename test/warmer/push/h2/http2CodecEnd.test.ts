/** How requests and connections end: responses, losses, timeouts, and errors of the server. */
import { describe, expect, test } from "vitest";
import { ERROR } from "../../../../warmer/push/h2/errors.ts";
import {
  encodeFrame,
  encodeSettings,
  FLAG,
  FRAME,
  frameHead,
  SETTING,
  uint32,
} from "../../../../warmer/push/h2/frames.ts";
import { answer, begin, HELLO } from "../../../support/http2Codec.ts";

const { data, headers, continuation, rstStream, settings, ping, goaway, windowUpdate, pushPromise } = FRAME;
const { endStream, endHeaders, ack } = FLAG;

describe("endings", () => {
  test("RST_STREAM loses one request; those received together are reported together", () => {
    const t = begin();
    for (let n = 0; n < 3; n++) t.push();
    t.codec.receive(encodeFrame(rstStream, 0, 1, uint32(7)) + encodeFrame(rstStream, 0, 5, uint32(7)) + answer(3));
    expect(t.events).toEqual(["1 204 ok", "lost 0,2 stream reset"]);
  });
  test("GOAWAY: streams above its last one are lost, the others are answered, then the connection ends", () => {
    const t = begin();
    for (let n = 0; n < 3; n++) t.push();
    t.codec.receive(encodeFrame(goaway, 0, 0, uint32(3) + uint32(0)));
    expect([t.events, t.codec.capacity]).toEqual([["changed", "lost 2 GOAWAY"], 0]);
    t.codec.receive(answer(1));
    t.codec.receive(answer(3));
    expect(t.events.slice(2)).toEqual(["0 204 ok", "1 204 ok", "end GOAWAY"]);
  });
  test("when the stream numbers are used up, it ends after the last response", () => {
    const t = begin(HELLO, { lastStream: 3 });
    t.push();
    expect(t.codec.free).toBe(63);
    t.push();
    expect(t.codec.free).toBe(0);
    t.codec.receive(answer(3));
    expect(t.events).toEqual(["1 204 ok"]);
    t.codec.receive(answer(1));
    expect(t.events.slice(1)).toEqual(["0 204 ok", "end GOAWAY"]);
  });
  test("a late request is cancelled, the others continue; later frames for it are ignored", () => {
    const t = begin();
    t.push("{}", 0);
    t.push("{}", 900);
    t.codec.expire(1_000, 1_000);
    expect(t.events).toEqual([]);
    t.codec.expire(1_001, 1_000);
    expect([t.events, t.read().frames]).toEqual([["lost 0 timeout"], ["3 0 1 4", "6 0 0 8"]]);
    t.codec.receive(answer(1) + answer(3));
    expect(t.events.slice(1)).toEqual(["1 204 ok"]);
  });
  test("silence after a late request ends the connection; any received byte prevents this", () => {
    const [silent, slow] = [begin(), begin()];
    for (const t of [silent, slow]) {
      t.push();
      t.codec.expire(1_001, 1_000);
    }
    slow.codec.receive(encodeFrame(ping, ack, 0, "firstlgt"));
    for (const t of [silent, slow]) t.codec.expire(2_002, 1_000);
    expect(silent.events).toEqual(["lost 0 timeout", "end timeout"]);
    expect(slow.events).toEqual(["lost 0 timeout"]);
  });
  test("abandon returns everything in flight", () => {
    const t = begin();
    t.push();
    t.push();
    expect(t.codec.abandon()).toHaveLength(2);
    expect([t.codec.capacity, t.codec.abandon()]).toEqual([0, []]);
  });
  const { protocol, flowControl, frameSize, compression, enhanceYourCalm } = ERROR;
  const toTheBrim = encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1 - 65_535 + 2));
  test.each([
    ["SETTINGS on a stream", protocol, encodeFrame(settings, 0, 1, "")],
    ["SETTINGS of seven bytes", frameSize, encodeFrame(settings, 0, 0, "1234567")],
    ["an initial window over 2^31-1", flowControl, encodeSettings([[SETTING.initialWindowSize, 2 ** 31]])],
    [
      "an initial window that is too large after WINDOW_UPDATE",
      flowControl,
      toTheBrim + encodeSettings([[SETTING.initialWindowSize, 65_536]]),
    ],
    ["a frame size below the minimum", protocol, encodeSettings([[SETTING.maxFrameSize, 16_383]])],
    ["a frame size above the maximum", protocol, encodeSettings([[SETTING.maxFrameSize, 2 ** 24]])],
    ["server push enabled", protocol, encodeSettings([[SETTING.enablePush, 1]])],
    ["an acknowledgement with settings", frameSize, encodeFrame(settings, ack, 0, "123456")],
    ["a frame of more than 16 KB", frameSize, frameHead(data, 0, 1, 16_385)],
    ["HEADERS on stream 0", protocol, encodeFrame(headers, endHeaders, 0, "\x88")],
    ["HEADERS on a stream that was not opened", protocol, encodeFrame(headers, endHeaders, 3, "\x88")],
    ["HEADERS on a stream of the server", protocol, encodeFrame(headers, endHeaders, 2, "\x88")],
    ["HEADERS too short for a priority", frameSize, encodeFrame(headers, endHeaders | FLAG.priority, 1, "1234")],
    ["HEADERS with too much padding", protocol, encodeFrame(headers, endHeaders | FLAG.padded, 1, "\x02\x88")],
    ["a malformed header block", compression, encodeFrame(headers, endHeaders, 1, "\x88\xbe")],
    ["malformed trailers", compression, encodeFrame(headers, endHeaders, 1, "\x88") + answer(1, "", "\x80")],
    ["a malformed block on an ended stream", compression, answer(1) + encodeFrame(headers, endHeaders, 1, "\x80")],
    ["CONTINUATION without HEADERS", protocol, encodeFrame(continuation, endHeaders, 1, "\x88")],
    ["an interrupted header block", protocol, encodeFrame(headers, 0, 1, "\x88") + encodeFrame(ping, 0, 0, "12345678")],
    [
      "CONTINUATION on another stream",
      protocol,
      encodeFrame(headers, 0, 1, "\x88") + encodeFrame(continuation, endHeaders, 3, ""),
    ],
    [
      "a header block that does not end",
      enhanceYourCalm,
      encodeFrame(headers, 0, 1, "\x88") + encodeFrame(continuation, 0, 1, "x".repeat(16_384)).repeat(4),
    ],
    ["DATA on stream 0", protocol, encodeFrame(data, 0, 0, "x")],
    ["DATA on a stream that was not opened", protocol, encodeFrame(data, 0, 3, "x")],
    ["too much padding", protocol, encodeFrame(data, FLAG.padded, 1, "\x09x")],
    ["padding without a length", frameSize, encodeFrame(data, FLAG.padded, 1, "")],
    ["a window increment of 0", protocol, encodeFrame(windowUpdate, 0, 0, uint32(0))],
    ["a window above 2^31-1", flowControl, encodeFrame(windowUpdate, 0, 0, uint32(2 ** 31 - 1))],
    ["WINDOW_UPDATE of three bytes", frameSize, encodeFrame(windowUpdate, 0, 0, "123")],
    ["WINDOW_UPDATE on a stream that was not opened", protocol, encodeFrame(windowUpdate, 0, 3, uint32(1))],
    ["PING of seven bytes", frameSize, encodeFrame(ping, 0, 0, "1234567")],
    ["PING on a stream", protocol, encodeFrame(ping, 0, 1, "12345678")],
    ["RST_STREAM of three bytes", frameSize, encodeFrame(rstStream, 0, 1, "123")],
    ["RST_STREAM on a stream that was not opened", protocol, encodeFrame(rstStream, 0, 3, uint32(0))],
    ["GOAWAY of seven bytes", frameSize, encodeFrame(goaway, 0, 0, "1234567")],
    ["GOAWAY on a stream", protocol, encodeFrame(goaway, 0, 1, "12345678")],
    ["PUSH_PROMISE", protocol, encodeFrame(pushPromise, endHeaders, 1, "\0\0\0\x02\x88")],
  ])("%s ends the connection, nothing after it is read, and GOAWAY tells the server the reason", (_, code, text) => {
    const t = begin();
    t.push();
    t.codec.receive(text);
    expect(t.events.at(-1)).toMatch(/^end HTTP\/2: /);
    const { length } = t.events;
    t.codec.receive(answer(1));
    expect([t.events.length, t.codec.free]).toEqual([length, 0]);
    expect(t.codec.close()).toBe(encodeFrame(goaway, 0, 0, uint32(0) + uint32(code)));
    expect(t.codec.abandon()).toHaveLength(t.events.some((line) => line.startsWith("0 ")) ? 0 : 1);
  });
  test.each([
    ["HEADERS without a status", protocol, encodeFrame(headers, endHeaders, 1, "\x87")],
    ["an interim response with END_STREAM", protocol, encodeFrame(headers, endHeaders | endStream, 1, "\x08\x03100")],
    ["a status in trailers", protocol, encodeFrame(headers, endHeaders, 1, "\x88").repeat(2)],
    [
      "trailers without END_STREAM",
      protocol,
      encodeFrame(headers, endHeaders, 1, "\x88") + encodeFrame(headers, 4, 1, "\0\x01a\0"),
    ],
    ["DATA before HEADERS", protocol, encodeFrame(data, 0, 1, "x")],
    ["a window increment of 0 for the stream", protocol, encodeFrame(windowUpdate, 0, 1, uint32(0))],
    ["a window above 2^31-1 for the stream", flowControl, encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1))],
  ])("%s ends the stream, not the connection", (_, code, text) => {
    const t = begin();
    t.push();
    t.push();
    t.codec.receive(text + answer(3));
    expect(t.events.filter((line) => line !== "changed")).toEqual(["1 204 ok", expect.stringMatching(/^lost 0 /)]);
    expect(t.read()).toEqual({ frames: ["3 0 1 4"], payloads: [uint32(code)] });
    expect(t.codec.free).toBe(64);
  });
  test("a window of exactly 2^31-1 is allowed, for the connection and for a stream", () => {
    const t = begin();
    t.push();
    t.codec.receive(encodeFrame(windowUpdate, 0, 0, uint32(2 ** 31 - 1 - 65_535 + 2)));
    t.codec.receive(encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1 - 65_535 + 2)));
    expect(t.events).toEqual(["changed", "changed"]);
  });
  test("close: GOAWAY without an error, and no more requests", () => {
    const t = begin();
    t.push();
    expect(t.codec.close()).toBe(encodeFrame(goaway, 0, 0, uint32(0) + uint32(0)));
    t.codec.receive(answer(1));
    expect([t.codec.free, t.events, t.codec.abandon().length]).toEqual([0, [], 1]);
  });
  test("a server that speaks another protocol", () => {
    const t = begin("");
    t.codec.receive("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    expect(t.events.at(-1)).toMatch(/^end HTTP\/2: /);
  });
});
