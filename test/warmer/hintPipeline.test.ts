import { describe, expect, test } from "vitest";
import { HintPipeline } from "../../warmer/hintPipeline.ts";
import { Counts } from "../../warmer/observe/counts.ts";
import { RegionPusher } from "../../warmer/push/regionPusher.ts";
import { DedupTable } from "../../warmer/queue/dedupTable.ts";
import { KEY, places } from "../support/reading.ts";
import { keptLog } from "../support/warmer.ts";

const NOW = 1_763_760_000_000;
const SENDER = 5;

/** A pipeline whose pushers have no connections, so hints that pass wait in their queues. */
function make(time = { now: NOW }, skew = false) {
  const queue = { ms: 0 };
  const counts = new Counts();
  const clock = { wall: () => time.now, steady: () => time.now - NOW, precise: () => time.now - NOW, idle: () => 0 };
  const keys = new DedupTable(1_000, 30_000, 0);
  const pushers = ["enam", "weur", "apac"].map((region) => {
    return new RegionPusher(
      {
        region,
        url: new URL("http://127.0.0.1:9"),
        http: "auto",
        tls: {},
        secret: null,
        deadlineMs: 800,
        connections: 1,
        timeoutMs: 1_000,
        queue: { capacity: 512, limit: 20, waitMs: 3, maxAgeMs: 50 },
        random: () => 0,
      },
      { keys, counts, clock, log: keptLog() },
    );
  });
  const options = { places, key: KEY, format: "webp", hintSecret: null, maxAgeMs: 50, skew } as const;
  const pipeline = new HintPipeline(options, keys, pushers, counts, clock);
  return {
    counts,
    queue,
    pushers,
    pipeline,
    take(text: string, sender = SENDER) {
      pipeline.begin();
      pipeline.datagram(0, pipeline.slotMemory.write(text), sender, queue.ms);
      pipeline.end();
    },
    hint: (fields: object) => JSON.stringify({ v: 1, t: time.now, p: "/a", r: "weur", ...fields }),
  };
}

describe("HintPipeline", () => {
  test("each path of a hint goes to the queue of its region", () => {
    const { take, hint, pushers, counts } = make();
    take(`${hint({ p: ["/a", "/b"] })}\n${hint({ r: "oc" })}`);
    expect(pushers.map(({ waiting }) => waiting)).toEqual([0, 2, 1]);
    expect(counts).toMatchObject({ datagrams: 1, received: 3, parsed: 3 });
  });
  const ages = [
    [-50, "passes", { oldAtReceipt: 0, future: 0 }, 1],
    [-51, "is old", { oldAtReceipt: 1, future: 0 }, 0],
    [50, "passes", { oldAtReceipt: 0, future: 0 }, 1],
    [51, "is from the future", { oldAtReceipt: 0, future: 1 }, 0],
  ] as const;
  test.each(ages)("a hint stamped %d ms from now %s", (offset, _what, expected, waiting) => {
    const { take, hint, pushers, counts } = make();
    take(hint({ t: NOW + offset }));
    expect(counts).toMatchObject({ received: 1, ...expected });
    expect(pushers[1]?.waiting).toBe(waiting);
  });
  test("a hint dropped as old is not remembered: a fresh one after it passes", () => {
    const { take, hint, pushers, counts } = make();
    take(hint({ t: NOW - 1_000 }));
    take(hint({}));
    expect(counts).toMatchObject({ oldAtReceipt: 1, duplicate: 0 });
    expect(pushers[1]?.waiting).toBe(1);
  });
  test("an old line of three paths counts as three", () => {
    const { take, hint, counts } = make();
    take(hint({ t: NOW - 51, p: ["/a", "/b", "/c"] }));
    expect(counts).toMatchObject({ received: 3, oldAtReceipt: 3 });
  });
  test("lines of a sender that is not allowed are not read", () => {
    const { take, hint, counts } = make();
    take(`${hint({})}\n${hint({})}`, 0);
    expect(counts).toMatchObject({ received: 1, rejected: 1 });
    expect(counts.rejectedBy.sender).toBe(1);
  });
  test("a hint of a known sender that waited in the kernel longer than the limit is old, whatever its stamp says", () => {
    const time = { now: NOW };
    const { take, hint, counts, queue } = make(time, true);
    for (; time.now <= NOW + 2_100; time.now += 50) take(hint({ t: time.now - 5_000 }));
    const { oldAtReceipt } = counts;
    take(hint({ t: time.now - 5_000 }));
    expect(counts.oldAtReceipt).toBe(oldAtReceipt);
    queue.ms = 51;
    take(hint({ t: time.now - 5_000 }));
    expect(counts.oldAtReceipt).toBe(oldAtReceipt + 1);
  });

  test("tells its receiver how many hints were dropped from full queues", () => {
    const { take, hint, pipeline } = make();
    for (let i = 0; i < 512; i++) take(hint({ p: `/${i}` }));
    expect(pipeline.overflow).toBe(0);
    take(hint({ p: "/512" }));
    expect(pipeline.overflow).toBe(1);
  });
});
