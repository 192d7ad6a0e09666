import { describe, expect, test } from "vitest";
import {
  encodeFrame,
  encodeSettings,
  FLAG,
  FRAME,
  PREFACE,
  SETTING,
  uint32,
} from "../../../../warmer/push/h2/frames.ts";
import { answer, begin, HELLO } from "../../../support/http2Codec.ts";
import { seeded } from "../../../support/warmer.ts";

const { data, headers, continuation, settings, ping, windowUpdate } = FRAME;
const { endStream, endHeaders, ack } = FLAG;

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

/** Frames that may be valid, cut, flipped or shuffled. Each push must end once: answered, lost or returned. */
test("fuzzed frames never throw; every push ends exactly once; what we send is bounded; pieces are the body", () => {
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
    // Twelve steps: requests of 100 bytes, and at most one short reply for each frame.
    expect(t.read().payloads.join("").length).toBeLessThan(5_000);
    for (const line of t.events) {
      const [index, status] = line.split(" ");
      const told = t.pieces.filter((piece) => piece.startsWith(`${index} ${status} `));
      const before = told.map((piece) => piece.slice(`${index} ${status} `.length)).join("");
      expect(line.startsWith(`${index} ${status} ${before}`) || !/^\d+ \d{3} /.test(line)).toBe(true);
    }
  }
});
