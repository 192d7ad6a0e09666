/** Lays out one decode in the module's memory: component fields, filters, rings of rows, tables. */
import type { JpegEngine } from "./engine.ts";
import type { JpegHeader } from "./header.ts";
import type { JpegPlan } from "./plan.ts";
import { UnsupportedJpeg } from "./refusal.ts";
import type { BlockSize } from "./scale.ts";
import { lanczosTaps, type Reach, type Taps } from "./taps.ts";

/** The fields of assembly/decoder/component.ts in their order. Each has 4 bytes. */
const COMPONENT_FIELDS = [
  "h",
  "v",
  "size",
  "limit",
  "positions",
  "quant",
  "dc",
  "ac",
  "skip",
  "predictor",
  "blocksAcross",
  "blocksDown",
  "left",
  "right",
  "top",
  "bottom",
  "coefficients",
  "history",
  "ring",
  "ringRows",
  "stride",
  "band",
  "rows",
  "rowStarts",
  "rowEnds",
  "rowTaps",
  "tapsDown",
  "columnStarts",
  "columnTaps",
  "tapsAcross",
  "rowPointers",
  "tall",
  "line",
] as const;
export type ComponentField = (typeof COMPONENT_FIELDS)[number];

/** Zigzag index -> index in the 8 x 8 block (T.81, figure A.6). */
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
];

/** Zigzag index -> index in the kept corner of size x size. What is not kept goes to the slot after it. */
export function keptPositions(size: BlockSize): Uint8Array {
  const positions = new Uint8Array(128).fill(size * size);
  ZIGZAG.forEach((at, k) => {
    const row = at >> 3;
    const column = at & 7;
    if (row < size && column < size) positions[k] = row * size + column;
  });
  return positions;
}

/** Zigzag index after the last coefficient that is kept. */
export function keptLimit(size: BlockSize): number {
  return keptPositions(size).findLastIndex((at) => at < size * size) + 1;
}

/** What a module that resamples planes exports: this one, and that of WebP. */
export type PlaneEngine = {
  readonly exports: Pick<JpegEngine["exports"], "memory" | "allocate" | "componentFields" | "componentBytes">;
};

export function allocate(engine: PlaneEngine, bytes: number): number {
  const address = engine.exports.allocate(bytes);
  if (address === 0) throw new UnsupportedJpeg("memory", `it needs ${bytes} bytes more than there are`);
  return address;
}

/** Copies an array to newly allocated memory, with `spare` bytes after it, and gives its address. */
export function place(engine: PlaneEngine, data: ArrayBufferView, spare = 0): number {
  const address = allocate(engine, data.byteLength + spare);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  new Uint8Array(engine.exports.memory.buffer).set(bytes, address);
  return address;
}

export function setField(engine: PlaneEngine, index: number, field: ComponentField, value: number): void {
  const fields = engine.exports.componentFields(index);
  new Int32Array(engine.exports.memory.buffer, fields, COMPONENT_FIELDS.length)[COMPONENT_FIELDS.indexOf(field)] =
    value;
}

/** Clears all fields. Throws if the module's struct is not the one listed here. */
export function clearFields(engine: PlaneEngine): void {
  const bytes = engine.exports.componentBytes();
  if (bytes !== COMPONENT_FIELDS.length * 4) throw new Error(`the module has ${bytes} bytes of component fields`);
  for (let i = 0; i < 4; i++)
    new Uint8Array(engine.exports.memory.buffer, engine.exports.componentFields(i), bytes).fill(0);
}

/** The filters and the window of blocks of one component. */
export type Window = {
  readonly size: BlockSize;
  readonly across: Taps;
  readonly down: Taps;
  /** Wanted blocks: columns [left, right), rows [top, bottom). */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

/** The samples that cover an interval of a line of `length`: at least one. */
export function reachOf(from: number, to: number, length: number): Reach {
  const low = Math.min(Math.max(0, Math.floor(from)), length - 1);
  return { low, high: Math.min(Math.max(low + 1, Math.ceil(to)), length) };
}

export function windowsOf(
  header: JpegHeader,
  sizes: readonly BlockSize[],
  { crop, bounds, width, height }: Pick<JpegPlan, "crop" | "bounds" | "width" | "height">,
): readonly Window[] {
  const { x, y, ...side } = bounds ?? { x: 0, y: 0, width: header.width, height: header.height };
  const known = new Map<string, Window>();
  return header.components.map((component, i) => {
    const size = sizes[i] ?? 8;
    const key = `${component.h} ${component.v} ${size}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    // Samples per pixel of the full picture. The padding of the last block does not count (T.81, A.1.1 and A.2.4).
    const across = (component.h / header.across) * (size / 8);
    const down = (component.v / header.down) * (size / 8);
    const columns = Math.ceil((Math.ceil((header.width * component.h) / header.across) * size) / 8);
    const rows = Math.ceil((Math.ceil((header.height * component.v) / header.down) * size) / 8);
    const reachAcross = reachOf(x * across, (x + side.width) * across, columns);
    const reachDown = reachOf(y * down, (y + side.height) * down, rows);
    const horizontal = lanczosTaps(reachAcross, crop.x * across, (crop.width / width) * across, width, 8);
    const vertical = lanczosTaps(reachDown, crop.y * down, (crop.height / height) * down, height, 2);
    const window: Window = {
      size,
      across: horizontal,
      down: vertical,
      left: Math.floor((horizontal.starts[0] ?? 0) / size),
      right: Math.ceil((horizontal.ends[width - 1] ?? 0) / size),
      top: Math.floor((vertical.starts[0] ?? 0) / size),
      bottom: Math.ceil((vertical.ends[height - 1] ?? 0) / size),
    };
    known.set(key, window);
    return window;
  });
}

/**
 * How many bands (of one MCU row) the ring of each component must hold. A component's rows wait for those of the
 * others, so this goes through the whole decode.
 */
export function ringBands(header: JpegHeader, windows: readonly Window[], height: number): readonly number[] {
  const most = windows.map(() => 1);
  const band = windows.map((w, i) => (header.components[i]?.v ?? 1) * w.size);
  const mcuRows = Math.ceil(header.height / (8 * header.down));
  for (let y = 0, mcu = 0; mcu < mcuRows && y < height; mcu++) {
    windows.forEach((w, i) => {
      const rows = band[i] ?? 1;
      const oldest = Math.min(Math.floor((w.down.starts[y] ?? 0) / rows), mcu);
      most[i] = Math.max(most[i] ?? 1, mcu + 1 - oldest);
    });
    while (y < height && windows.every((w, i) => (w.down.ends[y] ?? 0) <= (mcu + 1) * (band[i] ?? 1))) y++;
  }
  return most;
}

/** Allocates a component's ring and filters and fills its fields. */
export function placeWindow(
  engine: JpegEngine,
  index: number,
  window: Window,
  bands: number,
  header: JpegHeader,
): void {
  const set = (field: ComponentField, value: number) => setField(engine, index, field, value);
  const { h = 1, v = 1 } = header.components[index] ?? {};
  const { size, across, down } = window;
  const columns = (window.right - window.left) * size;
  const stride = (columns + 15) & ~15;
  const ringRows = bands * v * size;
  set("h", h);
  set("v", v);
  set("size", size);
  set("limit", keptLimit(size));
  set(
    "positions",
    place(
      engine,
      keptPositions(size).map((at) => at * 2),
    ),
  );
  set("left", window.left);
  set("right", window.right);
  set("top", window.top);
  set("bottom", window.bottom);
  set("stride", stride);
  set("ringRows", ringRows);
  const ring = allocate(engine, ringRows * stride);
  set("ring", ring);
  set("band", ring);
  set("rowStarts", place(engine, down.starts));
  set("rowEnds", place(engine, down.ends));
  set("rowTaps", place(engine, down.weights));
  set("tapsDown", down.width);
  const starts = new Int32Array((across.starts.length + 3) & ~3);
  starts.set(across.starts.map((start) => (start - window.left * size) * 2));
  set("columnStarts", place(engine, starts));
  set("columnTaps", place(engine, across.weights, 8 * across.width));
  set("tapsAcross", across.width);
  set("rowPointers", allocate(engine, 4 * down.width));
  set("tall", allocate(engine, 2 * (stride + across.width + 16)));
  set("line", allocate(engine, 2 * (across.starts.length + 16)));
}
