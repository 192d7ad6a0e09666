import { afterEach, describe, expect, test } from "vitest";
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

describe("with a map of the regions", () => {
  const MAP = { v: 1, version: 4, colos: { MAD: "enam" }, moving: { MAD: "weur" } } as const;
  function moved() {
    const made = make();
    const adds: string[] = [];
    const keys: string[] = [];
    places.use(MAP);
    for (const pusher of made.pushers) {
      const add = pusher.add.bind(pusher);
      pusher.add = (format, path, expiry, keyLow, keyHigh, now) => {
        adds.push(`${pusher.region} ${format} ${path}`);
        keys.push(`${pusher.region} ${path} ${keyLow} ${keyHigh}`);
        add(format, path, expiry, keyLow, keyHigh, now);
      };
    }
    return { ...made, adds, keys };
  }
  afterEach(() => places.use(undefined));
  const at = (fields: object) => ({ r: undefined, ...fields });

  test("a hint for a data centre in a change goes to both regions, and is told from one by region", () => {
    const { take, hint, adds, counts } = moved();
    take(hint(at({ colo: "MAD", p: ["/a", "/b"] })));
    take(hint({ r: "weur", p: "/c" }));
    expect(adds).toEqual(["enam 3 /a", "enam 3 /b", "weur 3 /a", "weur 3 /b", "weur 0 /c"]);
    expect(counts).toMatchObject({ received: 5, parsed: 5, copied: 2 });
  });

  test("however a hint comes to a region, its path has one key there, so that it is pushed once", () => {
    const { take, hint, adds, keys, counts } = moved();
    // JSON.parse reads a line with an escape.
    take(hint(at({ colo: "MAD", p: '/a"' })).replace('"MAD"', '"\\u004dAD"'));
    take(hint(at({ colo: "MAD", p: "/b" })));
    take(hint({ r: "weur", p: ['/a"', "/b"] }));
    take(hint({ r: "enam", p: ['/a"', "/b"] }));
    expect(adds).toHaveLength(8);
    expect(new Set(keys).size).toBe(4);
    expect(counts).toMatchObject({ received: 8, copied: 2, rejected: 0 });
  });

  test("an old hint is old twice, and the clocks learn from it once", () => {
    const { take, hint, counts, adds } = moved();
    take(hint(at({ colo: "MAD", t: NOW - 51 })));
    expect(adds).toEqual([]);
    expect(counts).toMatchObject({ received: 2, oldAtReceipt: 2 });
  });
});
