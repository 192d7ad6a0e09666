import { afterEach, describe, expect, test } from "vitest";
import {
  defineEngine,
  dropAllEngines,
  engineMemory,
  type Lifetime,
  takePeakMemory,
  trimEngines,
} from "../../../src/image/engines.ts";

const PAGE = 65536;

function fake(name: string, pages: number, lifetime: Lifetime = "kept") {
  const made = { count: 0 };
  const engine = defineEngine(
    name,
    () => {
      made.count++;
      const memory = new WebAssembly.Memory({ initial: pages });
      return { value: { memory }, memory };
    },
    lifetime,
  );
  return { engine, made };
}

describe("engines", () => {
  afterEach(dropAllEngines);

  test("an instance is made once, at its first use", async () => {
    const { engine, made } = fake("a", 1);
    expect(made.count).toBe(0);
    await engine.use();
    await engine.use();
    expect(made.count).toBe(1);
    expect(engineMemory()).toEqual({ a: PAGE });
  });

  test("the largest is dropped until the rest is within the limit; the peak is remembered once", async () => {
    takePeakMemory();
    const [a, b, c] = [fake("a", 2), fake("b", 10), fake("c", 3)];
    for (const { engine } of [a, b, c]) await engine.use();
    trimEngines(15 * PAGE);
    expect(Object.keys(engineMemory())).toEqual(["a", "b", "c"]);
    trimEngines(14 * PAGE);
    expect(Object.keys(engineMemory())).toEqual(["a", "c"]);
    expect([takePeakMemory(), takePeakMemory()]).toEqual([15 * PAGE, 0]);
    await b.engine.use();
    expect(b.made.count).toBe(2);
  });

  test("an instance for one picture goes after it, before larger ones that are kept, and counts for the peak", async () => {
    takePeakMemory();
    const [kept, single] = [fake("kept", 10), fake("single", 2, "one picture")];
    for (const { engine } of [kept, single]) await engine.use();
    trimEngines(10 * PAGE);
    expect(Object.keys(engineMemory())).toEqual(["kept"]);
    expect(takePeakMemory()).toBe(12 * PAGE);
    await single.engine.use();
    expect(single.made.count).toBe(2);
  });

  test("a dropped instance is made anew at its next use", async () => {
    const { engine, made } = fake("a", 1);
    await engine.use();
    engine.drop();
    expect(engineMemory()).toEqual({});
    await engine.use();
    expect(made.count).toBe(2);
  });
});
