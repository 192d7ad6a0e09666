/** What needs a made-up stream: room for bytes, and a clock. Real lengths, cuts and bombs: fetch.test.ts. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { readBody } from "../../../src/origin/body.ts";
import { Deadline } from "../../../src/origin/deadline.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A body of so many chunks of so many bytes, one every `everyMs`. */
function body(chunks: number, size: number, everyMs: number, headers: Record<string, string> = {}): Response {
  let sent = 0;
  const stream = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      if (sent === chunks) {
        controller.close();
        // A read that waits for bytes ends only when it is told so.
        (controller as ReadableByteStreamController).byobRequest?.respond(0);
        return;
      }
      if (everyMs > 0) await new Promise((wake) => setTimeout(wake, everyMs));
      controller.enqueue(new Uint8Array(size).fill(++sent));
    },
  });
  return new Response(stream, { headers });
}

const newDeadline = (ms = 60_000) => new Deadline(ms, Date.now);
const reasonOf = async (promise: Promise<unknown>) => {
  const settled = promise.then(
    () => "ok",
    (error: unknown) => (error instanceof Failure ? error.reason : String(error)),
  );
  await vi.advanceTimersByTimeAsync(120_000);
  return settled;
};

test.each([
  ["4 KiB in every 5 s is progress", 4_096, "ok"],
  ["one byte less is a slow loris", 4_095, "source_timeout"],
])("%s", async (_name, size, expected) => {
  // Each chunk comes a moment before its 5 s are over.
  const read = readBody(body(6, size, 4_999), 1 << 20, newDeadline());
  expect(await reasonOf(read)).toBe(expected);
});

test("room is asked for before so many bytes are held, first for what is expected, then for twice as much", async () => {
  const asked: number[] = [];
  const room = async (bytes: number) => void asked.push(bytes);
  const read = readBody(body(6, 40_000, 0), 1 << 20, newDeadline(), room);
  expect(await reasonOf(read)).toBe("ok");
  expect(asked).toEqual([65_536, 131_072, 262_144]);
});

test("who gets no room lets go of the source", async () => {
  let ended: unknown = null;
  const stream = new ReadableStream({ type: "bytes", cancel: (why) => void (ended = why) });
  const full = new Failure("queue_full", { retryAfter: 1 });
  const read = readBody(new Response(stream), 1 << 20, newDeadline(), () => Promise.reject(full));
  expect(await reasonOf(read)).toBe("queue_full");
  expect(ended).toBe(full);
});

test("of a declared length at most about twice what has come; and the claim is known from the start", async () => {
  const asked: number[][] = [];
  const room = async (bytes: number, claim: number) => void asked.push([bytes, claim]);
  const length = { "content-length": "1600000" };
  const read = readBody(body(16, 100_000, 0, length), 1 << 24, newDeadline(), room);
  await vi.advanceTimersByTimeAsync(1);
  expect((await read).bytes.length).toBe(1_600_000);
  expect(asked).toEqual([
    [100_000, 1_600_000],
    [200_000, 1_600_000],
    [400_000, 1_600_000],
    [800_000, 1_600_000],
    [1_600_000, 1_600_000],
  ]);
});

test.each([
  ["a short one is taken at once", 65_536, [[65_536, 65_536]]],
  [
    "steps are no smaller than 64 KiB",
    131_072,
    [
      [65_536, 131_072],
      [131_072, 131_072],
    ],
  ],
  ["an empty one", 0, [[1, 0]]],
])("%s", async (_, declared, expected) => {
  const asked: number[][] = [];
  const room = async (bytes: number, claim: number) => void asked.push([bytes, claim]);
  const read = readBody(
    body(declared / 65_536, 65_536, 0, { "content-length": `${declared}` }),
    1 << 24,
    newDeadline(),
    room,
  );
  await vi.advanceTimersByTimeAsync(1);
  expect((await read).bytes.length).toBe(declared);
  expect(asked).toEqual(expected);
});

test("of a large one the buffer grows by 8 MiB at most", async () => {
  const asked: number[] = [];
  const room = async (bytes: number) => void asked.push(bytes >> 20);
  const length = { "content-length": `${32 << 20}` };
  const read = readBody(body(16, 2 << 20, 0, length), 32 << 20, newDeadline(), room);
  await vi.advanceTimersByTimeAsync(1);
  expect((await read).bytes.length).toBe(32 << 20);
  expect(asked).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 16, 24, 32]);
});

test("never for more than may come", async () => {
  const asked: number[] = [];
  const room = async (bytes: number) => void asked.push(bytes);
  await reasonOf(readBody(body(5, 20_000, 0), 100_000, newDeadline(), room));
  expect(asked).toEqual([65_536, 100_000]);
});

test("a long wait for room is neither the source's time nor its slowness", async () => {
  const room = (bytes: number) => new Promise<void>((wake) => setTimeout(wake, bytes > 65_536 ? 30_000 : 0));
  const read = readBody(body(3, 40_000, 10), 1 << 20, newDeadline(1_000), room);
  expect(await reasonOf(read)).toBe("ok");
});

test("no room is said in its own words, and the bytes are let go", async () => {
  const room = async () => {
    throw new Failure("queue_full", { retryAfter: 1 });
  };
  expect(await reasonOf(readBody(body(1, 10, 0), 1 << 20, newDeadline(), room))).toBe("queue_full");
});

test("the bytes, in order and no longer than they came", async () => {
  const read = readBody(body(3, 50_000, 0), 1 << 20, newDeadline());
  await vi.advanceTimersByTimeAsync(1);
  const { bytes, truncated } = await read;
  expect([bytes.length, bytes.buffer.byteLength, truncated]).toEqual([150_000, 150_000, false]);
  expect([bytes[0], bytes[50_000], bytes[149_999]]).toEqual([1, 2, 3]);
});

test("no timer is left when it is over", async () => {
  const deadline = newDeadline();
  const read = readBody(body(1, 10, 0), 1 << 20, deadline);
  await vi.advanceTimersByTimeAsync(1);
  await read;
  deadline.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ["a length", { "content-length": "300000" }],
  ["no length", {}],
])("with %s a gauge is never passed, and waiting for it is not the source's time", async (_, headers) => {
  let allowed = 100_000;
  let read = 0;
  let most = 0;
  const gauge = {
    get mayRead() {
      return allowed;
    },
    expect: () => undefined,
    received(bytes: number) {
      read += bytes;
      most = Math.max(most, read - allowed);
    },
    async waitToRead(bytes: number) {
      expect(bytes).toBeGreaterThan(read);
      await new Promise((wake) => setTimeout(wake, 8_000));
      allowed += 100_000;
    },
  };
  const deadline = newDeadline(1_000);
  const reading = readBody(body(3, 100_000, 0, headers), 1 << 20, deadline, undefined, undefined, gauge);
  await vi.advanceTimersByTimeAsync(60_000);
  const { bytes, truncated } = await reading;
  expect([bytes.length, truncated, read, most]).toEqual([300_000, false, 300_000, 0]);
});

test("a gauge that opens no more ends the body", async () => {
  const gauge = {
    mayRead: 10_000,
    expect: () => undefined,
    received: () => undefined,
    waitToRead: () => Promise.reject(new Failure("source_saturated")),
  };
  const reading = readBody(body(3, 100_000, 0), 1 << 20, newDeadline(), undefined, undefined, gauge);
  expect(await reasonOf(reading)).toBe("source_saturated");
});
