/** JPEG bytes to a small picture: the driver of assembly/decoder. docs/inside/jpeg.md describes the whole way. */
import type { JpegEngine } from "./engine.ts";
import type { JpegHeader, JpegModel } from "./header.ts";
import { allocate, clearFields, placeWindow, ringBands, type Window, windowsOf } from "./layout.ts";
import type { JpegPicture, JpegPlan } from "./plan.ts";
import { UnsupportedJpeg } from "./refusal.ts";
import { type BlockSize, blockSizes } from "./scale.ts";
import { SCAN_KINDS } from "./scans.ts";
import { MAX_STORE_BYTES, placeStore, type Store, storeOf } from "./store.ts";
import { placeQuantiser, placeTables, tablePlaces } from "./tables.ts";

/** Kinds of output in assembly/decoder/colour.ts. */
const MODELS = { grey: 0, ycbcr: 1, rgb: 2, cmyk: 3, ycck: 4 } as const satisfies Record<JpegModel, number>;
const COMPONENTS = 5;

/** What `advance` returns when it stops. */
const DONE = 0;
const NEEDS_BYTES = 1;

const WINDOW_BYTES = 65536;
const OUTPUT_BYTES = 128 * 1024;

/** Gives the module the next window of the file, from `at` on. Called whenever the module asks for bytes. */
function feeder(engine: JpegEngine, bytes: Uint8Array, at: number): () => void {
  const { exports } = engine;
  return () => {
    at += exports.windowUsed();
    const next = bytes.subarray(at, at + WINDOW_BYTES);
    new Uint8Array(exports.memory.buffer).set(next, exports.windowAddress());
    exports.windowFilled(next.length, at + next.length >= bytes.length ? 1 : 0);
  };
}

/**
 * The windows, and for a file with several scans the store of coefficients. As long as the store is over its limit, the
 * block sizes are halved. A softer picture is better than none.
 */
function fitting(
  header: JpegHeader,
  sizes: readonly BlockSize[],
  plan: JpegPlan,
  stored: boolean,
): { windows: readonly Window[]; store: Store | undefined } {
  const windows = windowsOf(header, sizes, plan);
  if (!stored) return { windows, store: undefined };
  const store = storeOf(header, windows);
  if (store.bytes <= MAX_STORE_BYTES || sizes.every((size) => size === 1)) return { windows, store };
  const halves = sizes.map((size) => Math.max(1, size / 2) as BlockSize);
  return fitting(header, halves, plan, stored);
}

/**
 * Decodes what the plan asks for. The engine may have been used before, but not by a decode that trapped.
 * Throws UnsupportedJpeg if a table is missing or there is not enough memory.
 */
export function decodeJpeg(engine: JpegEngine, bytes: Uint8Array, header: JpegHeader, plan: JpegPlan): JpegPicture {
  const { exports } = engine;
  const { width, height } = plan;
  const count = header.components.length;
  const scan = header.scans[0];
  if (scan === undefined) throw new UnsupportedJpeg("no-picture", "JPEG with no scan");
  const stored = header.progressive || scan.components.length < count;
  const sizes = plan.sizes ?? blockSizes(header, plan.dctScale, plan.crop, width, height);
  const { windows, store } = fitting(header, sizes, plan, stored);
  const bands = ringBands(header, windows, height);

  exports.reset();
  clearFields(engine);
  windows.forEach((window, i) => {
    placeWindow(engine, i, window, bands[i] ?? 1, header);
    placeQuantiser(engine, header, i, window.size);
  });
  const places = tablePlaces(engine);
  const capacity = Math.max(1, Math.floor(OUTPUT_BYTES / (width * 4)));
  const output = allocate(engine, capacity * width * 4 + 32);
  const model = plan.output === "components" ? COMPONENTS : MODELS[header.model];
  const inverted = header.inverted && model !== COMPONENTS ? 1 : 0;
  exports.setOutput(count, model, inverted, width, height, output, capacity);
  const mcusAcross = Math.ceil(header.width / (8 * header.across));
  const mcusDown = Math.ceil(header.height / (8 * header.down));
  exports.startPicture();

  let truncated = false;
  if (store !== undefined) {
    placeStore(engine, header, store);
    for (const [i, { scan, kind }] of store.scans.entries()) {
      try {
        placeTables(engine, places, scan, kind, windows);
      } catch (error) {
        if (i === 0 || !(error instanceof UnsupportedJpeg)) throw error;
        truncated = true;
        break;
      }
      const indexes = scan.components.reduce((bits, { index }, i) => bits | (index << (4 * i)), 0);
      const { first, last, low, interval } = scan;
      const members = scan.components.length;
      exports.startStoredScan(SCAN_KINDS[kind], members, indexes, mcusAcross, mcusDown, interval, first, last, low);
      const feed = feeder(engine, bytes, scan.at);
      while (exports.advanceScan() === NEEDS_BYTES) feed();
    }
  } else placeTables(engine, places, scan, "sequential", windows);

  exports.startRows(count, mcusAcross, mcusDown, scan.interval, stored ? 1 : 0);
  const feed = feeder(engine, bytes, scan.at);
  const pixels = new Uint8Array(width * height * 4);
  for (let written = 0; ; ) {
    const stopped = exports.advance();
    const rows = exports.takeRows() * width * 4;
    if (rows > 0) pixels.set(new Uint8Array(exports.memory.buffer, output, rows), written);
    written += rows;
    if (stopped === DONE) break;
    if (stopped === NEEDS_BYTES) feed();
  }
  return {
    width,
    height,
    pixels,
    colour: header.model === "cmyk" || header.model === "ycck" ? "inks" : "rgba",
    truncated: truncated || exports.missingUnits() > 0,
    memoryBytes: engine.memoryBytes(),
  };
}
