import { describe, expect, test } from "vitest";
import { ERROR } from "../../../../warmer/push/h2/errors.ts";
import {
  encodeFrame,
  encodeSettings,
  FLAG,
  FRAME,
  frameHead,
  PREFACE,
  SETTING,
  uint32,
} from "../../../../warmer/push/h2/frames.ts";
import { RequestFields } from "../../../../warmer/push/h2/hpack.ts";
import { Http2Codec, type Http2CodecOptions } from "../../../../warmer/push/h2/http2Codec.ts";
import { PushBatch } from "../../../../warmer/queue/pushBatch.ts";
import { seeded } from "../../../support/warmer.ts";

const FIELDS = new RequestFields(new URL("http://a.example"));
const { data, headers, continuation, rstStream, settings, ping, goaway, windowUpdate, pushPromise } = FRAME;
const { endStream, endHeaders, ack } = FLAG;
const HELLO = encodeSettings([]);

/** A codec, what it wrote (each frame as `type flags stream length`), and the events it sent. */
function begin(hello = HELLO, options: Partial<Http2CodecOptions> = {}) {
  const events: string[] = [];
  const batches: PushBatch[] = [];
  let out = "";
  const index = (batch: PushBatch): number => batches.indexOf(batch);
  const codec = new Http2Codec(
    { fields: FIELDS, streams: 64, ...options },
    {
      write: (text) => (out += text),
      changed: () => events.push("changed"),
      answered: (batch, answer) => events.push(`${index(batch)} ${answer.status} ${answer.body}`),
      lost: (lost, reason) => events.push(`lost ${lost.map(index).join(",")} ${reason}`),
      end: (reason) => events.push(`end ${reason}`),
    },
  );
  const preface = out;
  const read = (): { frames: string[]; payloads: string[] } => {
    const bytes = Buffer.from(out, "latin1");
    out = "";
    const [frames, payloads]: [string[], string[]] = [[], []];
    for (let at = 0; at < bytes.length; ) {
      const length = bytes.readUIntBE(at, 3);
      frames.push(`${bytes[at + 3]} ${bytes[at + 4]} ${bytes.readUInt32BE(at + 5)} ${length}`);
      payloads.push(bytes.toString("latin1", at + 9, at + 9 + length));
      at += 9 + length;
    }
    return { frames, payloads };
  };
  if (hello !== "") codec.receive(hello);
  read();
  events.length = 0;
  return {
    codec,
    events,
    preface,
    read,
    /** Sends a body. Returns the DATA frames that left. */
    push(body = "{}", sentAt = 0) {
      const batch = new PushBatch();
      batch.sentAt = sentAt;
      batches.push(batch);
      codec.send({ body, time: 0, signature: null }, batch);
      return read().frames.filter((frame) => frame.startsWith("0 "));
    },
  };
}

const answer = (stream: number, body = "ok", status = "\x89"): string =>
  encodeFrame(headers, endHeaders, stream, status) + encodeFrame(data, endStream, stream, body);

describe("an HTTP/2 codec", () => {
  test("starts with the preface, its settings and a large window", () => {
    const { preface } = begin();
    expect(preface.startsWith(PREFACE)).toBe(true);
    const ours = encodeSettings([
      [SETTING.headerTableSize, 0],
      [SETTING.enablePush, 0],
    ]);
    expect(preface.slice(PREFACE.length)).toBe(ours + encodeFrame(windowUpdate, 0, 0, uint32(2 ** 24 - 65_535)));
  });
  test("takes requests after the server's SETTINGS, and acknowledges them", () => {
    const t = begin("");
    expect([t.codec.capacity, t.codec.free]).toEqual([0, 0]);
    t.codec.receive(HELLO);
    expect([t.codec.capacity, t.codec.free, t.events, t.read().frames]).toEqual([64, 64, ["changed"], ["4 1 0 0"]]);
  });
  test("a request is HEADERS and DATA on the next odd stream; responses may come in any order", () => {
    const t = begin();
    expect([t.push("{}"), t.push("abc")]).toEqual([["0 1 1 2"], ["0 1 3 3"]]);
    t.codec.receive(answer(3, "b") + answer(1, "a"));
    expect(t.events).toEqual(["1 204 b", "0 204 a"]);
    expect(t.codec.free).toBe(64);
  });
  test("a response byte by byte, with padding, an interim response, trailers and CONTINUATION", () => {
    const t = begin();
    t.push();
    const text =
      encodeFrame(headers, endHeaders, 1, "\x08\x03103") +
      encodeFrame(headers, FLAG.padded, 1, "\x02\x08..") +
      encodeFrame(continuation, 0, 1, "\x032") +
      encodeFrame(continuation, endHeaders, 1, "02\x0f\x10\x01x") +
      encodeFrame(data, FLAG.padded, 1, "\x03o...") +
      encodeFrame(data, 0, 1, "k") +
      encodeFrame(headers, endHeaders | endStream, 1, "\0\x01a\x01b");
    for (const byte of text) t.codec.receive(byte);
    expect(t.events).toEqual(["0 202 ok"]);
  });
  test("a response without a body", () => {
    const t = begin();
    t.push();
    t.codec.receive(encodeFrame(headers, endHeaders | endStream, 1, "\x89"));
    expect(t.events).toEqual(["0 204 "]);
  });
  test("answers PING, ignores acknowledgements and unknown frames", () => {
    const t = begin();
    t.codec.receive(encodeFrame(ping, 0, 0, "12345678") + encodeFrame(ping, ack, 0, "12345678"));
    t.codec.receive(encodeFrame(settings, ack, 0, "") + encodeFrame(2, 0, 1, "12345") + encodeFrame(99, 255, 9, "?"));
    expect([t.read(), t.events]).toEqual([{ frames: ["6 1 0 8"], payloads: ["12345678"] }, []]);
  });
  test("opens as many streams as the server allows, and more as soon as it allows more", () => {
    const t = begin(encodeSettings([[SETTING.maxConcurrentStreams, 2]]));
    t.push();
    t.push();
    expect([t.codec.capacity, t.codec.free]).toEqual([2, 0]);
    t.codec.receive(encodeSettings([[SETTING.maxConcurrentStreams, 1]]));
    expect(t.codec.free).toBe(0);
    t.codec.receive(encodeSettings([[SETTING.maxConcurrentStreams, 1000]]));
    expect([t.codec.capacity, t.codec.free]).toEqual([64, 62]);
  });
});

describe("windows", () => {
  test("a body longer than the stream's window waits for WINDOW_UPDATE", () => {
    const t = begin(encodeSettings([[SETTING.initialWindowSize, 10]]));
    expect(t.push("x".repeat(25))).toEqual(["0 0 1 10"]);
    t.codec.receive(encodeFrame(windowUpdate, 0, 1, uint32(10)));
    expect(t.read().frames).toEqual(["0 0 1 10"]);
    t.codec.receive(encodeFrame(windowUpdate, 0, 1, uint32(100)));
    expect(t.read().frames).toEqual(["0 1 1 5"]);
  });
  test("a new initial window applies to open streams too, even below 0", () => {
    const t = begin(encodeSettings([[SETTING.initialWindowSize, 10]]));
    t.push("x".repeat(25));
    t.codec.receive(encodeSettings([[SETTING.initialWindowSize, 5]]));
    t.codec.receive(encodeFrame(windowUpdate, 0, 1, uint32(5)));
    expect(t.read().frames).toEqual(["4 1 0 0"]);
    t.codec.receive(encodeSettings([[SETTING.initialWindowSize, 50]]));
    expect(t.read().frames).toEqual(["4 1 0 0", "0 1 1 15"]);
  });
  test("the 65 535 bytes of the connection apply to all streams; nothing is free while its window is closed", () => {
    const t = begin(
      encodeSettings([
        [SETTING.initialWindowSize, 100_000],
        [SETTING.maxFrameSize, 100_000],
      ]),
    );
    expect(t.push("x".repeat(65_535))).toEqual(["0 1 1 65535"]);
    expect(t.codec.free).toBe(0);
    t.codec.receive(encodeFrame(windowUpdate, 0, 0, uint32(3)));
    expect(t.push("12345")).toEqual(["0 0 3 3"]);
    t.codec.receive(encodeFrame(windowUpdate, 0, 0, uint32(10)));
    expect(t.read().frames).toEqual(["0 1 3 2"]);
  });
  test("frames have 16 KB unless the server allows larger ones", () => {
    expect(begin().push("x".repeat(20_000))).toEqual(["0 0 1 16384", "0 1 1 3616"]);
    expect(begin(encodeSettings([[SETTING.maxFrameSize, 20_000]])).push("x".repeat(20_000))).toEqual(["0 1 1 20000"]);
  });
  test("a response to half a request cancels the other half", () => {
    const t = begin(encodeSettings([[SETTING.initialWindowSize, 10]]));
    t.push("x".repeat(25));
    t.codec.receive(answer(1));
    expect([t.events, t.read()]).toEqual([["0 204 ok"], { frames: ["3 0 1 4"], payloads: [uint32(8)] }]);
    t.codec.receive(encodeFrame(windowUpdate, 0, 1, uint32(100)));
    expect(t.read().frames).toEqual([]);
  });
  test("opens the window again for received bytes; cancels a response as long as the stream's window", () => {
    const t = begin();
    for (let n = 0; n < 17; n++) t.push();
    for (let n = 0; n < 17; n++) {
      const piece = encodeFrame(data, 0, n * 2 + 1, "x".repeat(16_384));
      t.codec.receive(encodeFrame(headers, endHeaders, n * 2 + 1, "\x88") + piece.repeat(4));
    }
    const { frames, payloads } = t.read();
    expect(frames.filter((frame) => frame.startsWith("3 "))).toHaveLength(17);
    expect(payloads[frames.indexOf("8 0 0 4")]).toBe(uint32(65 * 16_384));
    expect(t.events[0]).toBe("lost 0 response too long");
  });
});

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

/** Frames that may be valid, cut, flipped or shuffled. Each push must end once: answered, lost or returned. */
test("fuzzed frames never throw; every push ends exactly once", () => {
  const rounds = process.env.FIRSTLIGHT_LONG === "1" ? 200_000 : 5_000;
  const random = seeded(9113);
  const below = (n: number): number => Math.floor(random() * n);
  const payloads = [
    "",
    "\x88",
    "\x08\x03202",
    "12345678",
    uint32(5),
    uint32(2 ** 31 - 1),
    "\x02abc..",
    "x".repeat(300),
    HELLO.slice(9),
    "\0\x03\0\0\0\x02",
  ];
  for (let round = 0; round < rounds; round++) {
    const t = begin(random() < 0.9 ? HELLO : "");
    let sent = 0;
    for (let n = below(12); n >= 0; n--) {
      if (t.codec.free > 0 && random() < 0.5) {
        t.push("x".repeat(1 + below(100)), sent++);
        continue;
      }
      const payload = payloads[below(payloads.length)] as string;
      let text =
        random() < 0.4
          ? answer(1 + 2 * below(sent + 1), payload)
          : encodeFrame(below(11), below(64), random() < 0.7 ? 1 + 2 * below(sent + 1) : below(4), payload);
      const at = below(text.length);
      if (random() < 0.1) text = text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
      t.codec.receive(text.slice(0, at));
      t.codec.receive(text.slice(at));
      if (random() < 0.05) t.codec.expire(below(20), 5);
    }
    const ended = t.events.flatMap((line) => (/^(?:lost )?([\d,]+) /.exec(line)?.[1] ?? "").split(",").filter(Boolean));
    expect(new Set(ended).size, t.events.join("; ")).toBe(ended.length);
    expect(ended.length + t.codec.abandon().length).toBe(sent);
    expect(t.events.filter((line) => line.startsWith("end")).length).toBeLessThanOrEqual(1);
  }
});
