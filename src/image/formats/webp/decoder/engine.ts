/** An instance of the VP8 module. Its memory never shrinks: the owner drops an instance that has become too large. */

/** What assembly/decoder/index.ts exports. Addresses and sizes are bytes in the module's memory. */
type Vp8Exports = {
  readonly memory: WebAssembly.Memory;
  reset(): void;
  allocate(bytes: number): number;
  componentFields(index: number): number;
  componentBytes(): number;
  partitionPad(): number;
  startPartition(index: number, base: number, bytes: number): void;
  readHeader(): number;
  scratchBytes(macroblocks: number): number;
  setRing(plane: number, at: number, stride: number, bands: number): void;
  startRows(macroblocksAcross: number, macroblocksDown: number, partitions: number, scratch: number): void;
  setOutput(width: number, height: number, pixels: number, capacity: number): void;
  takeRows(): number;
  advance(): number;
  missingMacroblocks(): number;
};

export type Vp8Engine = { readonly exports: Vp8Exports };

/** Makes an instance of `src/image/formats/webp/wasm/decoder.wasm`. */
export function vp8Engine(module: WebAssembly.Module): Vp8Engine {
  return { exports: new WebAssembly.Instance(module, {}).exports as unknown as Vp8Exports };
}
