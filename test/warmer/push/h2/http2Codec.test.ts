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
  const told: string[] = [];
  const batches: PushBatch[] = [];
  let out = "";
  const index = (batch: PushBatch): number => batches.indexOf(batch);
  const session = new Http2Codec(
    { fields: FIELDS, streams: 64, ...options },
    {
      write: (text) => (out += text),
      changed: () => told.push("changed"),
      answered: (batch, answer) => told.push(`${index(batch)} ${answer.status} ${answer.body}`),
      lost: (lost, reason) => told.push(`lost ${lost.map(index).join(",")} ${reason}`),
      end: (reason) => told.push(`end ${reason}`),
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
  if (hello !== "") session.receive(hello);
  read();
  told.length = 0;
  return {
    session,
    told,
    preface,
    read,
    /** Sends a body. Returns the DATA frames that left. */
    push(body = "{}", sentAt = 0) {
      const batch = new PushBatch();
      batch.sentAt = sentAt;
      batches.push(batch);
      session.send({ body, time: 0, signature: null }, batch);
      return read().frames.filter((frame) => frame.startsWith("0 "));
    },
  };
}

const answer = (stream: number, body = "ok", status = "\x89"): string =>
  encodeFrame(headers, endHeaders, stream, status) + encodeFrame(data, endStream, stream, body);

describe("a session", () => {
  test("begins with the preface, its settings and a wide window", () => {
    const { preface } = begin();
    expect(preface.startsWith(PREFACE)).toBe(true);
    const ours = encodeSettings([
      [SETTING.headerTableSize, 0],
      [SETTING.enablePush, 0],
    ]);
    expect(preface.slice(PREFACE.length)).toBe(ours + encodeFrame(windowUpdate, 0, 0, uint32(2 ** 24 - 65_535)));
  });
  test("takes requests once the server's SETTINGS have come, and acknowledges them", () => {
    const t = begin("");
    expect([t.session.capacity, t.session.free]).toEqual([0, 0]);
    t.session.receive(HELLO);
    expect([t.session.capacity, t.session.free, t.told, t.read().frames]).toEqual([64, 64, ["changed"], ["4 1 0 0"]]);
  });
  test("a request is HEADERS and DATA on the next odd stream; answers come in any order", () => {
    const t = begin();
    expect([t.push("{}"), t.push("abc")]).toEqual([["0 1 1 2"], ["0 1 3 3"]]);
    t.session.receive(answer(3, "b") + answer(1, "a"));
    expect(t.told).toEqual(["1 204 b", "0 204 a"]);
    expect(t.session.free).toBe(64);
  });
  test("an answer byte by byte, with padding, an interim one, trailers and CONTINUATION", () => {
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
    for (const byte of text) t.session.receive(byte);
    expect(t.told).toEqual(["0 202 ok"]);
  });
  test("an answer without a body", () => {
    const t = begin();
    t.push();
    t.session.receive(encodeFrame(headers, endHeaders | endStream, 1, "\x89"));
    expect(t.told).toEqual(["0 204 "]);
  });
  test("PING is answered, acknowledgements and what is unknown are passed over", () => {
    const t = begin();
    t.session.receive(encodeFrame(ping, 0, 0, "12345678") + encodeFrame(ping, ack, 0, "12345678"));
    t.session.receive(encodeFrame(settings, ack, 0, "") + encodeFrame(2, 0, 1, "12345") + encodeFrame(99, 255, 9, "?"));
    expect([t.read(), t.told]).toEqual([{ frames: ["6 1 0 8"], payloads: ["12345678"] }, []]);
  });
  test("as many streams as the server allows, and as soon as it allows more", () => {
    const t = begin(encodeSettings([[SETTING.maxConcurrentStreams, 2]]));
    t.push();
    t.push();
    expect([t.session.capacity, t.session.free]).toEqual([2, 0]);
    t.session.receive(encodeSettings([[SETTING.maxConcurrentStreams, 1]]));
    expect(t.session.free).toBe(0);
    t.session.receive(encodeSettings([[SETTING.maxConcurrentStreams, 1000]]));
    expect([t.session.capacity, t.session.free]).toEqual([64, 62]);
  });
});

describe("windows", () => {
  test("a body longer than the stream's waits for WINDOW_UPDATE", () => {
    const t = begin(encodeSettings([[SETTING.initialWindowSize, 10]]));
    expect(t.push("x".repeat(25))).toEqual(["0 0 1 10"]);
    t.session.receive(encodeFrame(windowUpdate, 0, 1, uint32(10)));
    expect(t.read().frames).toEqual(["0 0 1 10"]);
    t.session.receive(encodeFrame(windowUpdate, 0, 1, uint32(100)));
    expect(t.read().frames).toEqual(["0 1 1 5"]);
  });
  test("a new initial size holds for open streams too, even below nothing", () => {
    const t = begin(encodeSettings([[SETTING.initialWindowSize, 10]]));
    t.push("x".repeat(25));
    t.session.receive(encodeSettings([[SETTING.initialWindowSize, 5]]));
    t.session.receive(encodeFrame(windowUpdate, 0, 1, uint32(5)));
    expect(t.read().frames).toEqual(["4 1 0 0"]);
    t.session.receive(encodeSettings([[SETTING.initialWindowSize, 50]]));
    expect(t.read().frames).toEqual(["4 1 0 0", "0 1 1 15"]);
  });
  test("the connection's 65 535 bytes hold for all; nothing is free while it is shut", () => {
    const t = begin(
      encodeSettings([
        [SETTING.initialWindowSize, 100_000],
        [SETTING.maxFrameSize, 100_000],
      ]),
    );
    expect(t.push("x".repeat(65_535))).toEqual(["0 1 1 65535"]);
    expect(t.session.free).toBe(0);
    t.session.receive(encodeFrame(windowUpdate, 0, 0, uint32(3)));
    expect(t.push("12345")).toEqual(["0 0 3 3"]);
    t.session.receive(encodeFrame(windowUpdate, 0, 0, uint32(10)));
    expect(t.read().frames).toEqual(["0 1 3 2"]);
  });
  test("frames of 16 KB unless the server takes larger ones", () => {
    expect(begin().push("x".repeat(20_000))).toEqual(["0 0 1 16384", "0 1 1 3616"]);
    expect(begin(encodeSettings([[SETTING.maxFrameSize, 20_000]])).push("x".repeat(20_000))).toEqual(["0 1 1 20000"]);
  });
  test("an answer to half a request cancels the other half", () => {
    const t = begin(encodeSettings([[SETTING.initialWindowSize, 10]]));
    t.push("x".repeat(25));
    t.session.receive(answer(1));
    expect([t.told, t.read()]).toEqual([["0 204 ok"], { frames: ["3 0 1 4"], payloads: [uint32(8)] }]);
    t.session.receive(encodeFrame(windowUpdate, 0, 1, uint32(100)));
    expect(t.read().frames).toEqual([]);
  });
  test("what was received is given back; an answer as long as the stream's window is cancelled", () => {
    const t = begin();
    for (let n = 0; n < 17; n++) t.push();
    for (let n = 0; n < 17; n++) {
      const piece = encodeFrame(data, 0, n * 2 + 1, "x".repeat(16_384));
      t.session.receive(encodeFrame(headers, endHeaders, n * 2 + 1, "\x88") + piece.repeat(4));
    }
    const { frames, payloads } = t.read();
    expect(frames.filter((frame) => frame.startsWith("3 "))).toHaveLength(17);
    expect(payloads[frames.indexOf("8 0 0 4")]).toBe(uint32(65 * 16_384));
    expect(t.told[0]).toBe("lost 0 response too long");
  });
});

describe("endings", () => {
  test("RST_STREAM loses one, those of one turn together", () => {
    const t = begin();
    for (let n = 0; n < 3; n++) t.push();
    t.session.receive(encodeFrame(rstStream, 0, 1, uint32(7)) + encodeFrame(rstStream, 0, 5, uint32(7)) + answer(3));
    expect(t.told).toEqual(["1 204 ok", "lost 0,2 stream reset"]);
  });
  test("GOAWAY: what is above its stream is lost, the others are answered, then it ends", () => {
    const t = begin();
    for (let n = 0; n < 3; n++) t.push();
    t.session.receive(encodeFrame(goaway, 0, 0, uint32(3) + uint32(0)));
    expect([t.told, t.session.capacity]).toEqual([["changed", "lost 2 GOAWAY"], 0]);
    t.session.receive(answer(1));
    t.session.receive(answer(3));
    expect(t.told.slice(2)).toEqual(["0 204 ok", "1 204 ok", "end GOAWAY"]);
  });
  test("the stream numbers run out: it ends when all are answered", () => {
    const t = begin(HELLO, { lastStream: 3 });
    t.push();
    expect(t.session.free).toBe(63);
    t.push();
    expect(t.session.free).toBe(0);
    t.session.receive(answer(3));
    expect(t.told).toEqual(["1 204 ok"]);
    t.session.receive(answer(1));
    expect(t.told.slice(1)).toEqual(["0 204 ok", "end GOAWAY"]);
  });
  test("a late one is cancelled, the others stay; what still comes for it is passed over", () => {
    const t = begin();
    t.push("{}", 0);
    t.push("{}", 900);
    t.session.expire(1_000, 1_000);
    expect(t.told).toEqual([]);
    t.session.expire(1_001, 1_000);
    expect([t.told, t.read().frames]).toEqual([["lost 0 timeout"], ["3 0 1 4", "6 0 0 8"]]);
    t.session.receive(answer(1) + answer(3));
    expect(t.told.slice(1)).toEqual(["1 204 ok"]);
  });
  test("silence after a late one ends it; any byte does not", () => {
    const [silent, slow] = [begin(), begin()];
    for (const t of [silent, slow]) {
      t.push();
      t.session.expire(1_001, 1_000);
    }
    slow.session.receive(encodeFrame(ping, ack, 0, "firstlgt"));
    for (const t of [silent, slow]) t.session.expire(2_002, 1_000);
    expect(silent.told).toEqual(["lost 0 timeout", "end timeout"]);
    expect(slow.told).toEqual(["lost 0 timeout"]);
  });
  test("abandoned: everything in flight is handed back", () => {
    const t = begin();
    t.push();
    t.push();
    expect(t.session.abandon()).toHaveLength(2);
    expect([t.session.capacity, t.session.abandon()]).toEqual([0, []]);
  });
  const { protocol, flowControl, frameSize, compression, enhanceYourCalm } = ERROR;
  const toTheBrim = encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1 - 65_535 + 2));
  test.each([
    ["SETTINGS on a stream", protocol, encodeFrame(settings, 0, 1, "")],
    ["SETTINGS of seven bytes", frameSize, encodeFrame(settings, 0, 0, "1234567")],
    ["an initial window over 2^31-1", flowControl, encodeSettings([[SETTING.initialWindowSize, 2 ** 31]])],
    [
      "one too large with what was added",
      flowControl,
      toTheBrim + encodeSettings([[SETTING.initialWindowSize, 65_536]]),
    ],
    ["a frame size below the least", protocol, encodeSettings([[SETTING.maxFrameSize, 16_383]])],
    ["a frame size above the most", protocol, encodeSettings([[SETTING.maxFrameSize, 2 ** 24]])],
    ["push enabled", protocol, encodeSettings([[SETTING.enablePush, 1]])],
    ["an acknowledgement with settings", frameSize, encodeFrame(settings, ack, 0, "123456")],
    ["a frame of more than 16 KB", frameSize, frameHead(data, 0, 1, 16_385)],
    ["HEADERS of the connection", protocol, encodeFrame(headers, endHeaders, 0, "\x88")],
    ["HEADERS of a stream we did not open", protocol, encodeFrame(headers, endHeaders, 3, "\x88")],
    ["HEADERS of a stream of the server's", protocol, encodeFrame(headers, endHeaders, 2, "\x88")],
    ["HEADERS too short for a priority", frameSize, encodeFrame(headers, endHeaders | FLAG.priority, 1, "1234")],
    ["HEADERS with too much padding", protocol, encodeFrame(headers, endHeaders | FLAG.padded, 1, "\x02\x88")],
    ["a malformed header block", compression, encodeFrame(headers, endHeaders, 1, "\x88\xbe")],
    ["malformed trailers", compression, encodeFrame(headers, endHeaders, 1, "\x88") + answer(1, "", "\x80")],
    ["a malformed block that no one waits for", compression, answer(1) + encodeFrame(headers, endHeaders, 1, "\x80")],
    ["CONTINUATION of nothing", protocol, encodeFrame(continuation, endHeaders, 1, "\x88")],
    ["a block broken off", protocol, encodeFrame(headers, 0, 1, "\x88") + encodeFrame(ping, 0, 0, "12345678")],
    [
      "another stream's CONTINUATION",
      protocol,
      encodeFrame(headers, 0, 1, "\x88") + encodeFrame(continuation, endHeaders, 3, ""),
    ],
    [
      "a block without an end",
      enhanceYourCalm,
      encodeFrame(headers, 0, 1, "\x88") + encodeFrame(continuation, 0, 1, "x".repeat(16_384)).repeat(4),
    ],
    ["DATA of the connection", protocol, encodeFrame(data, 0, 0, "x")],
    ["DATA of a stream we did not open", protocol, encodeFrame(data, 0, 3, "x")],
    ["too much padding", protocol, encodeFrame(data, FLAG.padded, 1, "\x09x")],
    ["padding without a length", frameSize, encodeFrame(data, FLAG.padded, 1, "")],
    ["a window opened by nothing", protocol, encodeFrame(windowUpdate, 0, 0, uint32(0))],
    ["a window of more than 2^31-1", flowControl, encodeFrame(windowUpdate, 0, 0, uint32(2 ** 31 - 1))],
    ["WINDOW_UPDATE of three bytes", frameSize, encodeFrame(windowUpdate, 0, 0, "123")],
    ["WINDOW_UPDATE of a stream we did not open", protocol, encodeFrame(windowUpdate, 0, 3, uint32(1))],
    ["PING of seven bytes", frameSize, encodeFrame(ping, 0, 0, "1234567")],
    ["PING on a stream", protocol, encodeFrame(ping, 0, 1, "12345678")],
    ["RST_STREAM of three bytes", frameSize, encodeFrame(rstStream, 0, 1, "123")],
    ["RST_STREAM of a stream we did not open", protocol, encodeFrame(rstStream, 0, 3, uint32(0))],
    ["GOAWAY of seven bytes", frameSize, encodeFrame(goaway, 0, 0, "1234567")],
    ["GOAWAY on a stream", protocol, encodeFrame(goaway, 0, 1, "12345678")],
    ["PUSH_PROMISE", protocol, encodeFrame(pushPromise, endHeaders, 1, "\0\0\0\x02\x88")],
  ])("%s ends it, nothing after it is read, and the server is told why", (_, code, text) => {
    const t = begin();
    t.push();
    t.session.receive(text);
    expect(t.told.at(-1)).toMatch(/^end HTTP\/2: /);
    const { length } = t.told;
    t.session.receive(answer(1));
    expect([t.told.length, t.session.free]).toEqual([length, 0]);
    expect(t.session.close()).toBe(encodeFrame(goaway, 0, 0, uint32(0) + uint32(code)));
    expect(t.session.abandon()).toHaveLength(t.told.some((line) => line.startsWith("0 ")) ? 0 : 1);
  });
  test.each([
    ["HEADERS without a status", protocol, encodeFrame(headers, endHeaders, 1, "\x87")],
    ["an interim answer that ends", protocol, encodeFrame(headers, endHeaders | endStream, 1, "\x08\x03100")],
    ["a status in trailers", protocol, encodeFrame(headers, endHeaders, 1, "\x88").repeat(2)],
    [
      "trailers that do not end",
      protocol,
      encodeFrame(headers, endHeaders, 1, "\x88") + encodeFrame(headers, 4, 1, "\0\x01a\0"),
    ],
    ["DATA before HEADERS", protocol, encodeFrame(data, 0, 1, "x")],
    ["its window opened by nothing", protocol, encodeFrame(windowUpdate, 0, 1, uint32(0))],
    ["its window of more than 2^31-1", flowControl, encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1))],
  ])("%s costs the stream, not the connection", (_, code, text) => {
    const t = begin();
    t.push();
    t.push();
    t.session.receive(text + answer(3));
    expect(t.told.filter((line) => line !== "changed")).toEqual(["1 204 ok", expect.stringMatching(/^lost 0 /)]);
    expect(t.read()).toEqual({ frames: ["3 0 1 4"], payloads: [uint32(code)] });
    expect(t.session.free).toBe(64);
  });
  test("a window of 2^31-1 is no more than there can be, of the connection and of a stream", () => {
    const t = begin();
    t.push();
    t.session.receive(encodeFrame(windowUpdate, 0, 0, uint32(2 ** 31 - 1 - 65_535 + 2)));
    t.session.receive(encodeFrame(windowUpdate, 0, 1, uint32(2 ** 31 - 1 - 65_535 + 2)));
    expect(t.told).toEqual(["changed", "changed"]);
  });
  test("we leave: GOAWAY without an error, and nothing more is taken", () => {
    const t = begin();
    t.push();
    expect(t.session.close()).toBe(encodeFrame(goaway, 0, 0, uint32(0) + uint32(0)));
    t.session.receive(answer(1));
    expect([t.session.free, t.told, t.session.abandon().length]).toEqual([0, [], 1]);
  });
  test("a server that speaks something else", () => {
    const t = begin("");
    t.session.receive("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    expect(t.told.at(-1)).toMatch(/^end HTTP\/2: /);
  });
});

/** Frames that may be valid, cut, flipped or shuffled. Each push must end once: answered, lost or returned. */
test("fuzzed frames: never a throw, no push forgotten, none twice", () => {
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
      if (t.session.free > 0 && random() < 0.5) {
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
      t.session.receive(text.slice(0, at));
      t.session.receive(text.slice(at));
      if (random() < 0.05) t.session.expire(below(20), 5);
    }
    const ended = t.told.flatMap((line) => (/^(?:lost )?([\d,]+) /.exec(line)?.[1] ?? "").split(",").filter(Boolean));
    expect(new Set(ended).size, t.told.join("; ")).toBe(ended.length);
    expect(ended.length + t.session.abandon().length).toBe(sent);
    expect(t.told.filter((line) => line.startsWith("end")).length).toBeLessThanOrEqual(1);
  }
});
