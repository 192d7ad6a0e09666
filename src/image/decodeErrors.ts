/** Separates failures of the source, which are cached, from failures of our own engine, which are not. */
import { Failure } from "../errors.ts";
import { dropAllEngines } from "./engines.ts";

/** What a decoder throws for a file that it does not support. The next decoder of the format is tried then. */
export class UnsupportedByDecoder extends Error {
  constructor(why: string) {
    super(why);
    this.name = "UnsupportedByDecoder";
  }
}

/** What our encoder threw while the source was still being read. */
export class EncoderFault extends Error {
  constructor(cause: unknown) {
    super(String(cause));
    this.name = "EncoderFault";
  }
}

/** What V8 says when there is no memory left for an array, a memory or an instance. */
const NO_MEMORY = /allocat|out of memory/i;

/** Errors of WebAssembly's JavaScript interface for a module that cannot be instantiated. */
const NOT_STARTED: readonly string[] = ["CompileError", "LinkError"];

/**
 * Runs the engine and turns everything it throws into a Failure. `work` starts with the source's bytes and calls
 * `sourceDone` when it goes on with our own pixels.
 *
 * A trap on the source's bytes, and everything else that a decoder throws for bytes it does not understand, becomes
 * `image_damaged`. Failures of our own become `internal`: no memory, a module that does not start, or any error
 * after `sourceDone`. In both cases all instances are dropped: after a trap their memory cannot be trusted.
 */
export async function withDecodeErrors<T>(work: (sourceDone: () => void) => Promise<T>): Promise<T> {
  let atSource = true;
  const sourceDone = () => {
    atSource = false;
  };
  try {
    return await work(sourceDone);
  } catch (error) {
    if (error instanceof Failure) throw error;
    dropAllEngines();
    if (atSource && !isOurs(error)) throw new Failure("image_damaged", { why: "its decoder gave up" }, String(error));
    throw new Failure("internal", {}, `engine: ${error}`);
  }
}

/** Whether the fault is our own: no memory, a module that does not start, or our encoder. */
export function isOurs(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof EncoderFault) return true;
  return NOT_STARTED.includes(error.name) || (error instanceof RangeError && NO_MEMORY.test(error.message));
}
