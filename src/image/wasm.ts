/**
 * WebAssembly instances by name: made from the compiled module when first needed, dropped after a trap or when their
 * memory has grown (linear memory never shrinks), and counted together.
 */

/** Linear memory all instances may keep between two pictures. The largest are dropped until they fit. */
export const KEPT_BYTES = 48 * 1024 * 1024;

type Live = { readonly value: unknown; readonly memory: WebAssembly.Memory };

const live = new Map<string, Live>();

/** A named engine: `use` gives the live instance, `drop` forgets it. */
export type Engine<T> = { use(): Promise<T>; drop(): void };

/** `create` instantiates: it gives the callable value and the memory it works in. */
export function defineEngine<T>(
  name: string,
  create: () => { value: T; memory: WebAssembly.Memory } | Promise<{ value: T; memory: WebAssembly.Memory }>,
): Engine<T> {
  return {
    async use() {
      const found = live.get(name);
      if (found) return found.value as T;
      const made = await create();
      live.set(name, made);
      return made.value;
    },
    drop() {
      live.delete(name);
    },
  };
}

/** Bytes of linear memory of every live instance, by name. */
export function engineMemory(): Readonly<Record<string, number>> {
  return Object.fromEntries([...live].map(([name, { memory }]) => [name, memory.buffer.byteLength]));
}

let peak = 0;

/** The most linear memory all instances together have had after any picture since the last call, in bytes. */
export function takePeakMemory(): number {
  const bytes = peak;
  peak = 0;
  return bytes;
}

/** After a trap: nothing an instance holds can be trusted any more. */
export function dropAllEngines(): void {
  live.clear();
}

/** After a picture: drops the largest instances until the rest is within `kept` bytes. */
export function trimEngines(kept: number = KEPT_BYTES): void {
  const bySize = [...live].sort(([, a], [, b]) => b.memory.buffer.byteLength - a.memory.buffer.byteLength);
  let total = bySize.reduce((sum, [, { memory }]) => sum + memory.buffer.byteLength, 0);
  peak = Math.max(peak, total);
  for (const [name, { memory }] of bySize) {
    if (total <= kept) return;
    total -= memory.buffer.byteLength;
    live.delete(name);
  }
}

/** The exports of an instance, as the type its author gives them; workerd and Node agree on nothing narrower. */
export function exportsOf<T>(module: WebAssembly.Module, imports: WebAssembly.Imports): T {
  return new WebAssembly.Instance(module, imports).exports as T;
}
