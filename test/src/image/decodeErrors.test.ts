import { afterEach, describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import { withDecodeErrors } from "../../../src/image/decodeErrors.ts";
import { defineEngine, dropAllEngines, engineMemory } from "../../../src/image/engines.ts";

/** (module (func (export "trap") unreachable)) */
const TRAP = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 11],
]);

const throwing = (error: unknown) => async () => {
  throw error;
};

async function outcome(work: (sourceDone: () => void) => Promise<unknown>): Promise<unknown> {
  return withDecodeErrors(work).catch((error: unknown) => error);
}

/** The one rescue round the engine. */
describe("errors that are the source's fault", () => {
  afterEach(dropAllEngines);

  test("a trap, and no instance is used again", async () => {
    const engine = defineEngine("kept", () => ({ value: 1, memory: new WebAssembly.Memory({ initial: 1 }) }));
    await engine.use();
    const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(TRAP));
    const failure = await outcome(async () => (exports.trap as () => void)());
    expect(failure).toMatchObject({ reason: "image_damaged", detail: "RuntimeError: unreachable" });
    expect(engineMemory()).toEqual({});
  });
  test.each([
    ["an error that an engine throws in place of a trap", new Error("jpeg-turbo: longjmp")],
    ["reading beyond the end of the bytes", new RangeError("offset is out of bounds")],
    ["a value that is no Error", "oops"],
  ])("%s", async (_, error) => {
    expect(await outcome(throwing(error))).toMatchObject({ reason: "image_damaged" });
  });
});

describe("errors that are not the source's fault", () => {
  test("an array that is too large, as V8 words it", async () => {
    const failure = await outcome(async () => new Uint8Array(2 ** 43));
    expect(failure).toMatchObject({ reason: "internal", detail: expect.stringContaining("RangeError") });
  });
  test.each([
    "WebAssembly.Memory(): could not allocate memory",
    "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance",
  ])("%s", async (message) => {
    const failure = await outcome(throwing(new RangeError(message)));
    expect(failure).toMatchObject({ reason: "internal", detail: `engine: RangeError: ${message}` });
  });
  test("bytes that are no module", async () => {
    const failure = await outcome(() => WebAssembly.compile(Uint8Array.of(1)));
    expect(failure).toMatchObject({ reason: "internal", detail: expect.stringContaining("CompileError") });
  });
  test("every error after the source is done, and no instance is used again", async () => {
    const engine = defineEngine("kept", () => ({ value: 1, memory: new WebAssembly.Memory({ initial: 1 }) }));
    const failure = await outcome(async (sourceDone) => {
      await engine.use();
      sourceDone();
      throw new Error("the encoder gave up");
    });
    expect(failure).toMatchObject({ reason: "internal", detail: "engine: Error: the encoder gave up" });
    expect(engineMemory()).toEqual({});
  });
  test("a Failure keeps its reason", async () => {
    const failure = new Failure("result_too_large");
    expect(await outcome(throwing(failure))).toBe(failure);
  });
});
