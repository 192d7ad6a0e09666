/** A server that sends frames which bring no response forward: it costs us little, and its connection ends. */
import { describe, expect, test } from "vitest";
import { ERROR } from "../../../../warmer/push/h2/errors.ts";
import { FRAME_COST, FrameBudget, MAX_CONTINUATIONS } from "../../../../warmer/push/h2/frameBudget.ts";
import {
  encodeFrame,
  encodeReset,
  encodeSettings,
  encodeWindowUpdate,
  FLAG,
  FRAME,
  SETTING,
  uint32,
} from "../../../../warmer/push/h2/frames.ts";
import { answer, begin } from "../../../support/http2Codec.ts";

const { data, headers, continuation, settings, ping, goaway } = FRAME;
const { endStream, endHeaders, ack } = FLAG;
const MOST = 2_000;

/** Frames that a server may repeat, what one costs, and what was sent before them. */
const FLOODS = [
  ["SETTINGS", "settings", encodeSettings([]), ""],
  ["SETTINGS that change all windows", "settings", encodeSettings([[SETTING.initialWindowSize, 65_535]]), ""],
  ["acknowledgements of SETTINGS", "ignored", encodeFrame(settings, ack, 0, ""), ""],
  ["PING", "ping", encodeFrame(ping, 0, 0, "12345678"), ""],
  ["acknowledgements of PING", "ignored", encodeFrame(ping, ack, 0, "12345678"), ""],
  ["PRIORITY", "ignored", encodeFrame(2, 0, 1, "12345"), ""],
  ["unknown frames", "ignored", encodeFrame(99, 0, 0, ""), ""],
  ["WINDOW_UPDATE of the connection", "windowUpdate", encodeWindowUpdate(0, 1), ""],
  ["WINDOW_UPDATE of a stream", "windowUpdate", encodeWindowUpdate(1, 1), ""],
  ["WINDOW_UPDATE of an ended stream", "windowUpdate", encodeWindowUpdate(1, 1), answer(1)],
  ["empty DATA", "emptyData", encodeFrame(data, 0, 1, ""), encodeFrame(headers, endHeaders, 1, "\x88")],
  [
    "DATA with padding only",
    "emptyData",
    encodeFrame(data, FLAG.padded, 1, "\x01."),
    encodeFrame(headers, endHeaders, 1, "\x88"),
  ],
  ["DATA on an ended stream", "ended", encodeFrame(data, 0, 1, "x"), answer(1)],
  ["HEADERS on an ended stream", "ended", encodeFrame(headers, endHeaders | endStream, 1, "\x88"), answer(1)],
  ["RST_STREAM of an ended stream", "rstStream", encodeReset(1, 8), answer(1)],
  ["interim responses", "interim", encodeFrame(headers, endHeaders, 1, "\x08\x03103"), ""],
  ["GOAWAY that ends nothing", "goaway", encodeFrame(goaway, 0, 0, uint32(2 ** 31 - 1) + uint32(0)), ""],
] as const;

describe.each(FLOODS)("%s", (_name, kind, frame, before) => {
  const start = () => {
    const t = begin();
    // Requests give no credit above the most.
    t.push();
    t.push();
    t.codec.receive(before);
    t.read();
    return t;
  };
  const ended = (t: ReturnType<typeof begin>): boolean => t.events.some((event) => event.startsWith("end "));

  test("a few are allowed, and one too many ends the connection with ENHANCE_YOUR_CALM", () => {
    const t = start();
    // The two requests gave back what the SETTINGS of the greeting had cost.
    const allowed = Math.floor(MOST / FRAME_COST[kind]);
    for (let n = 0; n < allowed; n++) t.codec.receive(frame);
    expect(ended(t)).toBe(false);
    t.codec.receive(frame);
    expect(t.events.at(-1)).toMatch(/^end HTTP\/2: flood of /);
    expect(t.codec.close()).toBe(encodeFrame(goaway, 0, 0, uint32(0) + uint32(ERROR.enhanceYourCalm)));
  });
  test("100 MB at once cost less than 10 KB of acknowledgements", () => {
    const t = start();
    const block = frame.repeat(Math.ceil(1e6 / frame.length));
    for (let n = 0; n < 100; n++) t.codec.receive(block);
    expect(ended(t)).toBe(true);
    expect(t.read().payloads.join("").length).toBeLessThan(10_000);
  });
  test("it is no progress: a push and then the connection end in time, however many come", () => {
    const t = start();
    for (let now = 0; now <= 2_500; now += 100) {
      if (now % 1_000 === 0) t.codec.receive(frame);
      t.codec.expire(now, 1_000);
    }
    expect(ended(t)).toBe(true);
    expect(t.events.at(-1)).toMatch(/^end (timeout|GOAWAY)/);
  });
});

describe("CONTINUATION (CVE-2024-27316)", () => {
  const block = (count: number, piece: string): string =>
    encodeFrame(headers, 0, 1, "\x88") + encodeFrame(continuation, 0, 1, piece).repeat(count);
  test.each(["", "\0\x01a\x01b"])("%j: a block has at most 16 frames", (piece) => {
    const t = begin();
    t.push();
    t.codec.receive(block(MAX_CONTINUATIONS - 1, piece) + encodeFrame(continuation, endHeaders | endStream, 1, piece));
    expect(t.events).toEqual([]);
    t.codec.receive(encodeFrame(data, endStream, 1, "ok"));
    expect(t.events).toEqual(["0 200 ok"]);
    const other = begin();
    other.push();
    other.codec.receive(block(MAX_CONTINUATIONS + 1, piece));
    expect(other.events).toEqual(["end HTTP/2: flood of CONTINUATION"]);
  });
});

describe("a server that works is no flood", () => {
  test("two WINDOW_UPDATE, a PING and a SETTINGS now and then, 20 000 requests in a row", () => {
    const t = begin();
    for (let n = 0; n < 20_000; n++) {
      const stream = n * 2 + 1;
      t.push();
      const now = n % 100 === 0 ? encodeFrame(ping, 0, 0, "12345678") + encodeSettings([]) : "";
      t.codec.receive(now + encodeWindowUpdate(0, 100) + encodeWindowUpdate(stream, 100) + answer(stream));
    }
    expect(t.events.filter((event) => event.startsWith("end"))).toEqual([]);
    expect(t.codec.free).toBe(64);
  });
  test("a PING each second for an hour, without a request", () => {
    const t = begin();
    for (let now = 0; now < 3_600_000; now += 1_000) {
      t.codec.receive(encodeFrame(ping, 0, 0, "12345678"));
      t.codec.expire(now, 1_000);
    }
    expect(t.events).toEqual([]);
  });
});

describe("the budget", () => {
  test("a second gives 100, a request 10, and never more than 2 000", () => {
    const budget = new FrameBudget();
    budget.refill(0);
    expect([budget.spend(MOST), budget.spend(1)]).toEqual([true, false]);
    budget.refill(1_000);
    // The spent one above counts too.
    expect([budget.spend(99), budget.spend(1)]).toEqual([true, false]);
    budget.onRequest();
    expect([budget.spend(9), budget.spend(1)]).toEqual([true, false]);
    budget.refill(1e9);
    expect([budget.spend(MOST), budget.spend(1)]).toEqual([true, false]);
  });
});
