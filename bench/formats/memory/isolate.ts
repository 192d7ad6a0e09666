/** What an isolate holds: the JavaScript heap, its array buffers, and every WebAssembly memory, in bytes. */
import { connectInspector } from "./inspector.ts";

export type Held = { readonly heap: number; readonly buffers: number; readonly wasm: readonly number[] };

type HeapUsage = {
  readonly usedSize: number;
  readonly embedderHeapUsedSize: number;
  readonly backingStorageSize: number;
};

type Created = { readonly context: { readonly id: number } };

export type MeasuredIsolate = {
  /** Now. `collected`: after a garbage collection. */
  held(collected: boolean): Promise<Held>;
  /** The most that was held at once while `work` ran, with all garbage of it. `before`: what it begins with. */
  peakOf(work: () => Promise<unknown>): Promise<Held>;
  close(): void;
};

export const total = ({ heap, buffers, wasm }: Held) => heap + buffers + wasm.reduce((sum, bytes) => sum + bytes, 0);

/** An isolate that runs MEASURED_ENTRY. `address`: where it answers; `inspector`: its inspector. Both without a slash at the end. */
export async function measureIsolate(address: string, inspectorAddress: string): Promise<MeasuredIsolate> {
  let peak: Held | null = null;
  let contextId = 0;
  const evaluate = (expression: string) =>
    inspector.send("Runtime.evaluate", { expression, contextId, returnByValue: true });
  const sample = async (): Promise<Held> => {
    const usage = (await inspector.send("Runtime.getHeapUsage")) as HeapUsage;
    const { result } = (await evaluate("wasmMemories()")) as { readonly result: { readonly value: number[] } };
    const { usedSize, embedderHeapUsedSize, backingStorageSize } = usage;
    const held = { heap: usedSize + embedderHeapUsedSize, buffers: backingStorageSize, wasm: result.value };
    if (peak === null || total(held) > total(peak)) peak = held;
    return held;
  };
  const inspector = await connectInspector(inspectorAddress, (method, params) => {
    if (method === "Debugger.paused") void sample().then(() => inspector.send("Debugger.resume"));
    if (method === "Runtime.executionContextCreated") contextId = (params as Created).context.id;
  });
  await inspector.send("Runtime.enable");
  await inspector.send("Debugger.enable");
  const stopping = (value: boolean) => evaluate(`isStopping = ${value}`);
  // What a call of RPC held is free for the second collection.
  const collect = async () => {
    for (let i = 0; i < 2; i++) await (await fetch(`${address}/collect`)).text();
  };
  return {
    async held(collected) {
      if (collected) await collect();
      return sample();
    },
    async peakOf(work) {
      peak = null;
      await stopping(true);
      await work();
      await sample();
      await stopping(false);
      if (peak === null) throw new Error("nothing was measured");
      return peak;
    },
    close: () => inspector.close(),
  };
}
