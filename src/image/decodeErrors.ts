/** Whose fault a picture's failure is: what is the source's own is remembered against it, ours is not. */
import { Failure } from "../errors.ts";
import { dropAllEngines } from "./wasm.ts";

/** What V8 says when there is no memory left for an array, a memory or an instance. */
const NO_MEMORY = /allocat|out of memory/i;

/** Errors of WebAssembly's JavaScript interface for a module that cannot be made an instance of. */
const NOT_STARTED: readonly string[] = ["CompileError", "LinkError"];

/**
 * Runs the part of the engine that works on a source's own bytes. A trap there, or whatever else a decoder throws for
 * bytes it cannot make sense of, becomes Failure `image_damaged`; being short of memory, or unable to start an engine,
 * says nothing of the source and is thrown on as it is.
 */
export async function withDecodeErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure || isOurs(error)) throw error;
    // Nothing that an engine's memory holds after a trap can be trusted any more.
    dropAllEngines();
    throw new Failure("image_damaged", { why: "its decoder gave up" }, String(error));
  }
}

function isOurs(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return NOT_STARTED.includes(error.name) || (error instanceof RangeError && NO_MEMORY.test(error.message));
}
