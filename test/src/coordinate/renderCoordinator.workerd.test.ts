import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { SingleFlight } from "../../../src/concurrency/singleFlight.ts";
import { askFlight, type MakeSteps, makeOnce } from "../../../src/coordinate/grant.ts";
import { type CoordinatorPort, coordinatorOf } from "../../../src/coordinate/renderCoordinator.ts";
import { Failure } from "../../../src/errors.ts";

let serial = 0;
const freshFlight = () => coordinatorOf(env.FLIGHT, "weur", `source-${++serial}`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the Durable Object", () => {
  test("answers a waiting request as soon as the picture is stored", async () => {
    const port = freshFlight();
    expect(await port.ask("a", "320", 0)).toEqual({ do: "fetch" });
    const waiting = port.ask("b", "320", 5_000);
    await pause(20);
    await port.report("a", "320", { kind: "stored" });
    expect(await waiting).toEqual({ do: "read" });
  });

  test("says wait when the time is over", async () => {
    const port = freshFlight();
    await port.ask("a", "320", 0);
    expect((await port.ask("b", "320", 30)).do).toBe("wait");
  });

  test("one of many who wait for a released lease gets it", async () => {
    const port = freshFlight();
    await port.ask("a", "320", 0);
    const waiting = ["b", "c", "d"].map((holder) => port.ask(holder, "320", 200));
    await pause(20);
    await port.report("a", "320", { kind: "released" });
    const verdicts = (await Promise.all(waiting)).map((verdict) => verdict.do);
    expect(verdicts.sort()).toEqual(["fetch", "wait", "wait"]);
  });

  test("regions and sources do not share a flight", async () => {
    const name = `source-${++serial}`;
    expect((await coordinatorOf(env.FLIGHT, "weur", name).ask("a", "k", 0)).do).toBe("fetch");
    expect((await coordinatorOf(env.FLIGHT, "apac", name).ask("b", "k", 0)).do).toBe("fetch");
    expect((await freshFlight().ask("c", "k", 0)).do).toBe("fetch");
  });

  test("tells the failure of the source with its facts", async () => {
    const port = freshFlight();
    await port.ask("a", "320", 0);
    const waiting = port.ask("b", "640", 5_000);
    await port.report("a", "320", { kind: "failed", reason: "source_missing", facts: { value: 404 }, seconds: 5 });
    expect(await waiting).toEqual({ do: "fail", reason: "source_missing", facts: { value: 404 } });
  });
});

/** A source, a region's bucket, and isolates that ask for sizes of one picture. */
function world(port: CoordinatorPort | null, over: Partial<MakeSteps<string, string>> = {}) {
  const stored = new Map<string, string>();
  const counts = { fetches: 0, renders: 0, originals: 0 };
  let original: string | null = null;
  const later: Promise<unknown>[] = [];
  const steps = (key: string): MakeSteps<string, string> => ({
    async readStored() {
      await pause(2);
      return stored.get(key) ?? null;
    },
    derive: async () => null,
    async getOriginal() {
      await pause(2);
      if (original !== null) counts.originals++;
      return original;
    },
    async fetchSource() {
      counts.fetches++;
      await pause(20);
      return "bytes";
    },
    async putOriginal(source) {
      await pause(5);
      original = source;
      return Date.now() + 60_000;
    },
    async render(source) {
      counts.renders++;
      await pause(10);
      return `${key} of ${source}`;
    },
    async store(made) {
      await pause(5);
      stored.set(key, made);
    },
    waitUntil: (work) => later.push(work),
    ...over,
  });
  const isolate = () => {
    const single = new SingleFlight<string>(10_000);
    return async (key: string, waitMs = 5_000) => {
      const work = async () => {
        const lease = askFlight(port, crypto.randomUUID(), key, waitMs);
        return (await makeOnce(lease, steps(key))).made;
      };
      return (await single.run(key, Date.now, work)).value;
    };
  };
  return { counts, stored, isolate, settled: () => Promise.all(later) };
}

describe("makeOnce", () => {
  test("1 000 requests for 4 sizes from 4 isolates: one fetch, four renders", async () => {
    const { counts, isolate, settled } = world(freshFlight());
    const isolates = [isolate(), isolate(), isolate(), isolate()];
    const sizes = ["160", "320", "640", "1024"];
    const asked = Array.from({ length: 1_000 }, (_, i) => {
      const size = sizes[Math.floor(i / 4) % 4] ?? "";
      return isolates[i % 4]?.(size).then((made) => expect(made).toBe(`${size} of bytes`));
    });
    await Promise.all(asked);
    await settled();
    expect(counts).toMatchObject({ fetches: 1, renders: 4 });
  });

  test("no Durable Object bound: each isolate makes it once, and it works", async () => {
    const { counts, isolate } = world(null);
    const one = isolate();
    await Promise.all([one("320"), one("320"), one("320")]);
    expect(counts).toMatchObject({ fetches: 1, renders: 1 });
  });

  test.each([
    ["throws", () => Promise.reject(new Error("Durable Object is overloaded"))],
    ["says a word of a newer Worker", () => Promise.resolve({ do: "later" } as never)],
  ])("a Durable Object that %s: the request succeeds", async (_name, ask) => {
    const port: CoordinatorPort = { ask, report: () => Promise.reject(new Error("gone")) };
    const { counts, isolate, settled } = world(port);
    expect(await isolate()("320")).toBe("320 of bytes");
    await settled();
    expect(counts).toMatchObject({ fetches: 1, renders: 1 });
  });

  test("a binding that is not there: the request succeeds", async () => {
    const port = coordinatorOf(undefined as never, "weur", "source");
    expect(await world(port).isolate()("320")).toBe("320 of bytes");
  });

  test("a Durable Object that says nothing: the request goes on a second after its wait", async () => {
    const port: CoordinatorPort = { ask: () => new Promise(() => {}), report: async () => {} };
    const started = Date.now();
    expect(await world(port).isolate()("320", 50)).toBe("320 of bytes");
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  test("a Durable Object that forgets everything: another fetch, nothing worse", async () => {
    const port = freshFlight();
    await port.ask("dead", "320", 0);
    await abortAllDurableObjects();
    expect(await world(coordinatorOf(env.FLIGHT, "weur", `source-${serial}`)).isolate()("320")).toBe("320 of bytes");
  });

  test("a holder that died: who waits goes on alone past its deadline", async () => {
    const port = freshFlight();
    await port.ask("dead", "320", 0);
    const { counts, isolate } = world(port);
    expect(await isolate()("320", 50)).toBe("320 of bytes");
    expect(counts.fetches).toBe(1);
  });

  test("past the deadline it looks once more before it fetches", async () => {
    const port = freshFlight();
    await port.ask("slow", "320", 0);
    const { counts, isolate, stored } = world(port);
    const asked = isolate()("320", 60);
    stored.set("320", "made by the slow one");
    expect(await asked).toBe("made by the slow one");
    expect(counts.fetches).toBe(0);
  });

  test("a failing source is asked once and its failure told to all", async () => {
    let fetches = 0;
    const fetchSource = async () => {
      fetches++;
      await pause(20);
      throw new Failure("source_missing", { value: 404 });
    };
    const { isolate, settled } = world(freshFlight(), { fetchSource });
    const all = await Promise.allSettled([isolate()("320"), isolate()("320"), isolate()("640")]);
    await settled();
    for (const one of all) expect(one).toMatchObject({ status: "rejected", reason: { reason: "source_missing" } });
    expect(fetches).toBe(1);
  });

  test("a result too large for one is not told to others", async () => {
    const port = freshFlight();
    const render = () => Promise.reject(new Failure("result_too_large", { value: "9000 px", limit: 4096 }));
    const big = world(port, { render });
    await expect(big.isolate()("9000")).rejects.toThrow("result_too_large");
    await big.settled();
    expect(await world(port).isolate()("320")).toBe("320 of bytes");
  });

  test("an original that cannot be kept: others fetch for themselves without waiting for the lease to end", async () => {
    const putOriginal = () => Promise.reject(new Error("R2"));
    const { counts, isolate } = world(freshFlight(), { putOriginal });
    const started = Date.now();
    await Promise.all([isolate()("320"), isolate()("640")]);
    expect(counts.fetches).toBe(2);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  test("a rendition that cannot be stored is still answered, and the next one makes it", async () => {
    const store = () => Promise.reject(new Error("R2"));
    const { counts, isolate, settled } = world(freshFlight(), { store });
    expect(await isolate()("320")).toBe("320 of bytes");
    await settled();
    expect(await isolate()("320")).toBe("320 of bytes");
    expect(counts).toMatchObject({ fetches: 1, renders: 2, originals: 1 });
  });

  test("a lease not needed after all is given back", async () => {
    const port = freshFlight();
    await askFlight(port, "a", "320").release();
    expect((await port.ask("b", "320", 0)).do).toBe("fetch");
  });

  test("a size derived from a larger one asks for no source, and nobody waits for it", async () => {
    const { counts, isolate } = world(freshFlight(), { derive: async () => "derived" });
    expect(await Promise.all([isolate()("320"), isolate()("160")])).toEqual(["derived", "derived"]);
    expect(counts).toMatchObject({ fetches: 0, renders: 0 });
  });

  test("a derivation that fails is none", async () => {
    const { counts, isolate } = world(freshFlight(), { derive: () => Promise.reject(new Error("R2")) });
    expect(await isolate()("320")).toBe("320 of bytes");
    expect(counts.fetches).toBe(1);
  });
});
