/** JPEG bytes to a small picture: the driver of assembly/jpeg (docs/jpeg.md tells the whole way). */
import type { JpegEngine } from "./engine.ts";
import type { HuffmanTable, JpegHeader, JpegModel, JpegScan } from "./header.ts";
import {
  allocate,
  clearFields,
  keptLimit,
  keptPositions,
  place,
  ringBands,
  setField,
  type Window,
  windowsOf,
} from "./layout.ts";
import { JpegRefusal } from "./refusal.ts";
import { type BlockSize, blockSizes, type Crop, type JpegScale } from "./scale.ts";

export type JpegPlan = {
  readonly scale: JpegScale;
  readonly crop: Crop;
  /** The result, in pixels as stored (before orientation). */
  readonly width: number;
  readonly height: number;
  /** Instead of what `scale` gives, for tests: samples per block side of each component. */
  readonly sizes?: readonly BlockSize[];
  /** `components`: four bytes a pixel are the file's components as they are, not converted. For tests. */
  readonly output?: "rgba" | "components";
};

export type JpegPicture = {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: R, G, B and 255; or for CMYK and YCCK files the inks C, M, Y, K, 255 being all of it. */
  readonly pixels: Uint8Array;
  readonly colour: "rgba" | "inks";
  /** Data were missing or damaged: part of the picture is grey. */
  readonly truncated: boolean;
  /** The module's linear memory after the decode. */
  readonly memoryBytes: number;
};

/** Kinds of table and of output in the module. */
const DC = 0;
const AC = 1;
const MODELS = { grey: 0, ycbcr: 1, rgb: 2, cmyk: 3, ycck: 4 } as const satisfies Record<JpegModel, number>;
const COMPONENTS = 5;

const WINDOW_BYTES = 65536;
const TABLE_BYTES = 4096 + 80 + 80 + 256;
const SKIP_BYTES = 4 * 4096;
const OUTPUT_BYTES = 128 * 1024;
const NEEDS_BYTES = 1;
const DONE = 0;

function placeTable(engine: JpegEngine, table: HuffmanTable | undefined, kind: number): number {
  if (table === undefined) throw new JpegRefusal("table", "JPEG scan without its Huffman table");
  const source = new Uint8Array(16 + 256);
  source.set(table.counts);
  source.set(table.symbols, 16);
  const from = place(engine, source);
  const address = allocate(engine, TABLE_BYTES);
  if (engine.exports.buildTable(address, kind, from, from + 16) === 0) {
    throw new JpegRefusal("table", "JPEG Huffman table with more codes than fit their lengths");
  }
  return address;
}

function placeWindow(engine: JpegEngine, index: number, window: Window, bands: number, header: JpegHeader): void {
  const set = (field: Parameters<typeof setField>[2], value: number) => setField(engine, index, field, value);
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
  set("ring", allocate(engine, ringRows * stride));
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

function placeQuantiser(engine: JpegEngine, index: number, scan: JpegScan, header: JpegHeader, size: BlockSize): void {
  const quantiser = scan.quantisers[header.components[index]?.quantiser ?? 0];
  if (quantiser === undefined) throw new JpegRefusal("table", "JPEG component without its quantisation table");
  const values = new Int16Array(size * size + 1);
  keptPositions(size).forEach((at, k) => {
    if (k < 64) values[at] = quantiser[k] ?? 0;
  });
  setField(engine, index, "quant", place(engine, values, 16));
}

/** Copies the next window of the file in. `at` is the offset in the file of the window's first byte. */
function feed(engine: JpegEngine, bytes: Uint8Array, at: number): void {
  const next = bytes.subarray(at, at + WINDOW_BYTES);
  new Uint8Array(engine.exports.memory.buffer, engine.exports.windowAddress(), WINDOW_BYTES).set(next);
  engine.exports.windowFilled(next.length, at + next.length >= bytes.length ? 1 : 0);
}

/**
 * Decodes what the plan asks for. The engine may have been used before, but not by a decode that trapped.
 * Throws JpegRefusal if a table is missing or the memory does not suffice.
 */
export function decodeJpeg(engine: JpegEngine, bytes: Uint8Array, header: JpegHeader, plan: JpegPlan): JpegPicture {
  const { exports } = engine;
  const { width, height } = plan;
  const scan = header.scans[0];
  if (scan === undefined) throw new JpegRefusal("no-picture", "JPEG with no scan");
  if (header.progressive || scan.components.length < header.components.length) {
    throw new JpegRefusal("scans", "JPEG of several scans");
  }
  const sizes = plan.sizes ?? blockSizes(header, plan.scale, plan.crop, width, height);
  const windows = windowsOf(header, sizes, plan.crop, width, height);
  const bands = ringBands(header, windows, height);

  exports.reset();
  clearFields(engine);
  windows.forEach((window, i) => {
    placeWindow(engine, i, window, bands[i] ?? 1, header);
    placeQuantiser(engine, i, scan, header, window.size);
  });
  const tables = new Map<string, number>();
  const table = (kind: number, selector: number): number => {
    const key = `${kind} ${selector}`;
    const address =
      tables.get(key) ?? placeTable(engine, (kind === DC ? scan.dcTables : scan.acTables)[selector], kind);
    tables.set(key, address);
    return address;
  };
  for (const { index, dc, ac } of scan.components) {
    setField(engine, index, "dc", table(DC, dc));
    setField(engine, index, "ac", table(AC, ac));
    const key = `skip ${ac}`;
    let skip = tables.get(key);
    if (skip === undefined) {
      skip = allocate(engine, SKIP_BYTES);
      exports.buildSkipTable(skip, table(AC, ac));
      tables.set(key, skip);
    }
    setField(engine, index, "skip", skip);
  }

  const capacity = Math.max(1, Math.floor(OUTPUT_BYTES / (width * 4)));
  const output = allocate(engine, capacity * width * 4 + 32);
  const model = plan.output === "components" ? COMPONENTS : MODELS[header.model];
  const inverted = header.inverted && model !== COMPONENTS ? 1 : 0;
  exports.setOutput(header.components.length, model, inverted, width, height, output, capacity);
  const mcusAcross = Math.ceil(header.width / (8 * header.across));
  const mcusDown = Math.ceil(header.height / (8 * header.down));
  exports.startScan(header.components.length, mcusAcross, mcusDown, scan.interval);

  const pixels = new Uint8Array(width * height * 4);
  let written = 0;
  let at = scan.at;
  for (;;) {
    const stopped = exports.advance();
    const rows = exports.takeRows() * width * 4;
    if (rows > 0) {
      pixels.set(new Uint8Array(exports.memory.buffer, output, rows), written);
      written += rows;
    }
    if (stopped === DONE) break;
    if (stopped === NEEDS_BYTES) {
      at += exports.windowUsed();
      feed(engine, bytes, at);
    }
  }
  return {
    width,
    height,
    pixels,
    colour: header.model === "cmyk" || header.model === "ycck" ? "inks" : "rgba",
    truncated: exports.missingUnits() > 0,
    memoryBytes: engine.memoryBytes(),
  };
}
