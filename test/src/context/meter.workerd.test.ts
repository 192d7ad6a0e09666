import { describe, expect, test } from "vitest";
import { Meter, meteredBindings } from "../../../src/context/meter.ts";

const answered = async (...args: unknown[]) => args;

/** Bindings with the methods that tell them apart. */
function bindings() {
  const kv = { get: answered, getWithMetadata: answered, put: answered, delete: answered, list: answered };
  const bucket = {
    ...{ get: answered, head: answered, put: answered, list: answered, delete: answered },
    createMultipartUpload: answered,
  };
  const object = { idFromName: (name: string) => name, get: (id: string) => ({ ask: async (x: number) => [id, x] }) };
  return { THUMBS: kv, R2_PRIMARY: bucket, GOVERNOR: object, REGIONS: "weur", LIMIT: { limit: answered } };
}

describe("meteredBindings", () => {
  const meter = new Meter();
  const env = meteredBindings(bindings() as unknown as Env, meter) as unknown as ReturnType<typeof bindings>;

  test.each([
    ["a key of KV", () => env.THUMBS.get("k"), { kvReads: 1 }],
    ["three keys of KV in one call", () => env.THUMBS.getWithMetadata(["a", "b", "c"]), { kvReads: 3 }],
    ["put of KV", () => env.THUMBS.put("k", "v"), { kvWrites: 1 }],
    ["delete of KV", () => env.THUMBS.delete("k"), { kvWrites: 1 }],
    ["list of KV", () => env.THUMBS.list(), { kvWrites: 1 }],
    ["get of R2", () => env.R2_PRIMARY.get("k"), { r2Reads: 1 }],
    ["head of R2", () => env.R2_PRIMARY.head("k"), { r2Reads: 1 }],
    ["put of R2", () => env.R2_PRIMARY.put("k"), { r2Writes: 1 }],
    ["list of R2", () => env.R2_PRIMARY.list(), { r2Writes: 1 }],
    ["a large upload of R2", () => env.R2_PRIMARY.createMultipartUpload("k"), { r2Writes: 1 }],
    ["delete of R2, which is free", () => env.R2_PRIMARY.delete(["a", "b"]), undefined],
    ["a call of an object", () => env.GOVERNOR.get(env.GOVERNOR.idFromName("h")).ask(7), { objectCalls: 1 }],
    ["a stub that is not called", async () => env.GOVERNOR.get("h"), undefined],
    ["a limiter, which is free", () => env.LIMIT.limit(), undefined],
    ["a variable", async () => env.REGIONS, undefined],
  ] as const)("%s", async (_, call, used) => {
    await call();
    expect(meter.take()).toEqual(used);
  });

  test("gives what the binding gives", async () => {
    expect(await env.GOVERNOR.get("h").ask(7)).toEqual(["h", 7]);
    expect(await env.THUMBS.put("k", "v")).toEqual(["k", "v"]);
    expect([env.REGIONS, "THUMBS" in env, Object.keys(env)]).toEqual(["weur", true, Object.keys(bindings())]);
  });
});

describe("Meter", () => {
  test("what is counted after the end is in the next line of the isolate, once", () => {
    const late = new Meter();
    const [first, second] = [new Meter(late), new Meter(late)];
    first.count("kvReads");
    expect(first.close()).toEqual({ kvReads: 1 });
    first.count("r2Writes", 2);
    second.count("r2Writes");
    expect(second.take()).toEqual({ r2Writes: 3 });
    expect([first.close(), second.close(), late.take()]).toEqual([undefined, undefined, undefined]);
  });
});
