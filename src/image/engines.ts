/**
 * WebAssembly instances by name. One is made from the compiled module when it is first needed. It is dropped after a
 * trap, or when all instances together hold too much memory (linear memory never shrinks).
 */

/** The linear memory that all instances may keep between two pictures. Above it the largest are dropped first. */
export const KEPT_BYTES = 48 * 1024 * 1024;

type Live = { readonly value: unknown; readonly memory: WebAssembly.Memory; readonly lifetime: Lifetime };

/**
 * How long an instance lives: until memory is short, or for one picture. The second is for decoders of others that may
 * have faults in how they use memory: then a hostile file can spoil no other picture.
 */
export type Lifetime = "kept" | "one picture";

const live = new Map<string, Live>();

/** A named engine: `use` gives the live instance and makes it if there is none, `drop` forgets it. */
export type Engine<T> = { use(): Promise<T>; drop(): void };

/** `create` makes the instance: it gives the value to call and the memory that it works in. */
export function defineEngine<T>(
  name: string,
  create: () => { value: T; memory: WebAssembly.Memory } | Promise<{ value: T; memory: WebAssembly.Memory }>,
  lifetime: Lifetime = "kept",
): Engine<T> {
  return {
    async use() {
      const found = live.get(name);
      if (found) return found.value as T;
      const made = await create();
      live.set(name, { ...made, lifetime });
      return made.value;
    },
    drop() {
      live.delete(name);
    },
  };
}

/** The linear memory of every live instance in bytes, by name. */
export function engineMemory(): Readonly<Record<string, number>> {
  return Object.fromEntries([...live].map(([name, { memory }]) => [name, memory.buffer.byteLength]));
}

let peak = 0;

/** The most linear memory, in bytes, that all instances together held after a picture since the last call. */
export function takePeakMemory(): number {
  const bytes = peak;
  peak = 0;
  return bytes;
}

/** For use after a trap: what the instances hold cannot be trusted any more. */
export function dropAllEngines(): void {
  live.clear();
}

/**
 * For use after a picture: drops the instances that live for one picture, and then the largest until the rest holds at
 * most `kept` bytes. The instance called `except` stays, and does not count.
 */
export function trimEngines(kept: number = KEPT_BYTES, except?: string): void {
  peak = Math.max(peak, liveBytes());
  for (const [name, { lifetime }] of [...live]) if (lifetime === "one picture") live.delete(name);
  const others = [...live].filter(([name]) => name !== except);
  others.sort(([, a], [, b]) => b.memory.buffer.byteLength - a.memory.buffer.byteLength);
  for (const [name] of others) {
    if (liveBytes(except) <= kept) return;
    live.delete(name);
  }
}

function liveBytes(except?: string): number {
  return [...live].reduce((sum, [name, { memory }]) => sum + (name === except ? 0 : memory.buffer.byteLength), 0);
}

/** Makes an instance and gives its exports as the type the caller knows them to be; the platform's type is wider. */
export function exportsOf<T>(module: WebAssembly.Module, imports: WebAssembly.Imports): T {
  return new WebAssembly.Instance(module, imports).exports as T;
}

/** What each glue file of Emscripten exports. */
type Factory = (options: object) => Promise<unknown>;

/**
 * Starts an Emscripten encoder of jSquash on a module we hold: no network, no import.meta.url, no console.
 * Gives the encoder's functions and its memory.
 */
export async function startEmscripten<T>(
  factory: unknown,
  module: WebAssembly.Module,
): Promise<{ value: T; memory: WebAssembly.Memory }> {
  let memory: WebAssembly.Memory | null = null;
  const silent = () => undefined;
  const value = await (factory as Factory)({
    noInitialRun: true,
    print: silent,
    printErr: silent,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      for (const exported of Object.values(instance.exports)) {
        if (exported instanceof WebAssembly.Memory) memory = exported;
      }
      done(instance);
      return instance.exports;
    },
  });
  if (memory === null) throw new Error("the encoder exports no memory");
  return { value: value as T, memory };
}
