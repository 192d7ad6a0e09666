/** An instance of the JPEG module. Its memory never shrinks: the owner drops an instance that has become too large. */

/** What assembly/decoder/index.ts exports. Addresses and sizes are bytes in the module's memory. */
type JpegExports = {
  readonly memory: WebAssembly.Memory;
  reset(): void;
  allocate(bytes: number): number;
  componentFields(index: number): number;
  componentBytes(): number;
  windowAddress(): number;
  windowUsed(): number;
  windowFilled(length: number, last: number): void;
  tableBytes(): number;
  skipTableBytes(): number;
  buildTable(table: number, kind: number, counts: number, symbols: number): number;
  buildSkipTable(skip: number, table: number): void;
  setOutput(
    components: number,
    model: number,
    inverted: number,
    width: number,
    height: number,
    pixels: number,
    capacity: number,
  ): void;
  takeRows(): number;
  startPicture(): void;
  startStoredScan(
    kind: number,
    count: number,
    indexes: number,
    mcusAcross: number,
    mcusDown: number,
    interval: number,
    first: number,
    last: number,
    low: number,
  ): void;
  advanceScan(): number;
  startRows(components: number, mcusAcross: number, mcusDown: number, interval: number, stored: number): void;
  advance(): number;
  missingUnits(): number;
};

export type JpegEngine = {
  readonly exports: JpegExports;
  /** Linear memory held, in bytes. */
  memoryBytes(): number;
};

/** Makes an instance of `src/image/formats/jpeg/wasm/decoder.wasm`. */
export function jpegEngine(module: WebAssembly.Module): JpegEngine {
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as JpegExports;
  return { exports, memoryBytes: () => exports.memory.buffer.byteLength };
}
