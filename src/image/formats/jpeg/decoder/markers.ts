/** The one reader of a JPEG's marker segments (ITU-T T.81 annex B): bytes in, `JpegHeader` out. */
import { type ApplicationData, createApplicationReader } from "./applicationData.ts";
import type { FrameComponent, HuffmanTable, JpegHeader, JpegModel, JpegScan, ScanComponent } from "./header.ts";
import { type JpegReason, UnsupportedJpeg } from "./refusal.ts";

const TEM = 0x01;
/** Codes from TEM's to this one are reserved: no segment begins with them. In damaged data they are stray bytes. */
const FIRST_SEGMENT = 0xc0;
const RST0 = 0xd0;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
/** Baseline, extended sequential and progressive DCT with Huffman coding. */
const SOF0 = 0xc0;
const SOF2 = 0xc2;

/** Kinds of coding that are not decoded, by their start of frame (table B.1). */
const REFUSED_FRAMES: ReadonlyMap<number, JpegReason> = new Map([
  [0xc3, "lossless"],
  [0xc5, "hierarchical"],
  [0xc6, "hierarchical"],
  [0xc7, "hierarchical"],
  [0xc9, "arithmetic-coded"],
  [0xca, "arithmetic-coded"],
  [0xcb, "lossless"],
  [0xcd, "hierarchical"],
  [0xce, "hierarchical"],
  [0xcf, "hierarchical"],
  // JPEG-LS (ITU-T T.87).
  [0xf7, "lossless"],
]);

/** Scans after this many are counted and not read. libjpeg writes about 10, no encoder writes 100. */
export const MAX_SCANS = 256;

type Frame = Pick<JpegHeader, "width" | "height" | "progressive" | "components" | "across" | "down">;

/** A search costs much more to start than a look at some bytes. */
const LOOK_BYTES = 32;

/** Offset of the next 0xff at or after `from`, or -1. */
function nextFF(bytes: Uint8Array, from: number): number {
  const end = Math.min(from + LOOK_BYTES, bytes.length);
  for (let at = from; at < end; at++) if (bytes[at] === 0xff) return at;
  return bytes.indexOf(0xff, end);
}

/** Segments of one file. A profile has 255 pieces and each scan a few tables; metadata may be cut into some thousands. */
export const MAX_SEGMENTS = 65_536;
/** Fill bytes and repeated SOI of one file. Some cameras pad a header to a block of some KiB. */
export const MAX_FILL_BYTES = 1 << 20;

/** Finds the markers of one file, and counts the work. `next` throws UnsupportedJpeg over one of the two limits. */
function createMarkerFinder(bytes: Uint8Array): { next(from: number): number } {
  let segments = 0;
  let fill = 0;
  return {
    /**
     * Offset of the next segment's marker (its 0xff) at or after `from`, or the end of the file. Passes over fill bytes,
     * stuffed zeros and markers without a segment: TEM, RSTn, a repeated SOI and reserved ones (B.1.1.2, B.1.1.3).
     */
    next(from) {
      let at = bytes.indexOf(0xff, from);
      while (at >= 0) {
        const code = bytes[at + 1] ?? 0;
        if (code === 0xff || code === TEM || code === SOI) {
          if (++fill > MAX_FILL_BYTES) throw new UnsupportedJpeg("work", `more than ${MAX_FILL_BYTES} fill bytes`);
          at = nextFF(bytes, at + (code === 0xff ? 1 : 2));
          continue;
        }
        if (code >= FIRST_SEGMENT && (code < RST0 || code > SOI)) {
          if (++segments > MAX_SEGMENTS) throw new UnsupportedJpeg("work", `more than ${MAX_SEGMENTS} segments`);
          return at;
        }
        at = nextFF(bytes, at + 2);
      }
      return bytes.length;
    },
  };
}

function readQuantisers(segment: Uint8Array, into: (Uint16Array | undefined)[]): void {
  for (let at = 0; at < segment.length; ) {
    const selector = segment[at++] ?? 0;
    const wide = selector >> 4 !== 0;
    const table = new Uint16Array(64);
    if (at + (wide ? 128 : 64) > segment.length) return;
    for (let k = 0; k < 64; k++) {
      table[k] = wide ? ((segment[at + 2 * k] ?? 0) << 8) | (segment[at + 2 * k + 1] ?? 0) : (segment[at + k] ?? 0);
    }
    at += wide ? 128 : 64;
    into[selector & 3] = table;
  }
}

function readHuffmanTables(
  segment: Uint8Array,
  dc: (HuffmanTable | undefined)[],
  ac: (HuffmanTable | undefined)[],
): void {
  for (let at = 0; at + 17 <= segment.length; ) {
    const selector = segment[at] ?? 0;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, n) => sum + n, 0);
    if (total > 256 || at + 17 + total > segment.length) return;
    const symbols = segment.subarray(at + 17, at + 17 + total);
    (selector >> 4 === 0 ? dc : ac)[selector & 3] = { counts, symbols };
    at += 17 + total;
  }
}

function readFrame(segment: Uint8Array, progressive: boolean): Frame {
  const precision = segment[0] ?? 0;
  if (precision !== 8) throw new UnsupportedJpeg("precision", `${precision}-bit`);
  const height = ((segment[1] ?? 0) << 8) | (segment[2] ?? 0);
  const width = ((segment[3] ?? 0) << 8) | (segment[4] ?? 0);
  const count = segment[5] ?? 0;
  if (width === 0 || height === 0) throw new UnsupportedJpeg("dimensions", `size ${width}x${height}`);
  if (count === 0 || segment.length < 6 + 3 * count)
    throw new UnsupportedJpeg("dimensions", "its frame header is cut short");
  if (count !== 1 && count !== 3 && count !== 4) {
    throw new UnsupportedJpeg("components", `${count} colour components`);
  }
  const components: FrameComponent[] = [];
  for (let i = 0; i < count; i++) {
    const [id = 0, factors = 0, quantiser = 0] = segment.subarray(6 + 3 * i, 9 + 3 * i);
    const h = factors >> 4;
    const v = factors & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4) throw new UnsupportedJpeg("sampling", `sampling factors ${h}x${v}`);
    components.push({ id, h, v, quantiser: quantiser & 3 });
  }
  // The factors of a single component say nothing: its scans are not interleaved (A.2.2).
  if (count === 1) components[0] = { ...(components[0] as FrameComponent), h: 1, v: 1 };
  const across = Math.max(...components.map((c) => c.h));
  const down = Math.max(...components.map((c) => c.v));
  return { width, height, progressive, components, across, down };
}

function readScanComponents(segment: Uint8Array, frame: Frame): ScanComponent[] | undefined {
  const count = segment[0] ?? 0;
  if (count < 1 || count > 4 || segment.length < 4 + 2 * count) return undefined;
  const components: ScanComponent[] = [];
  for (let i = 0; i < count; i++) {
    const id = segment[1 + 2 * i];
    const tables = segment[2 + 2 * i] ?? 0;
    const index = frame.components.findIndex((c) => c.id === id);
    if (index < 0 || components.some((c) => c.index === index)) return undefined;
    components.push({ index, dc: (tables >> 4) & 3, ac: tables & 3 });
  }
  const blocks = components.reduce((sum, { index }) => {
    const c = frame.components[index];
    return sum + (c === undefined ? 0 : c.h * c.v);
  }, 0);
  if (count > 1 && blocks > 10) {
    throw new UnsupportedJpeg("sampling", `${blocks} blocks in a unit, the limit is 10`);
  }
  return components;
}

/** Which colours the components are. The rules are libjpeg's. */
function modelOf(frame: Frame, { jfif, adobe }: ApplicationData): JpegModel {
  const ids = frame.components.map((c) => c.id);
  if (ids.length === 1) return "grey";
  if (ids.length === 4) return adobe === undefined || adobe === 0 ? "cmyk" : "ycck";
  if (jfif) return "ycbcr";
  if (adobe !== undefined) return adobe === 0 ? "rgb" : "ycbcr";
  return String.fromCharCode(...ids) === "RGB" ? "rgb" : "ycbcr";
}

/**
 * JPEG bytes -> header. Reading stops at the first scan when that has all components of a sequential frame. Else every
 * scan is listed: the data between scans are searched for markers, and nothing is decoded.
 * Throws UnsupportedJpeg for a file that is no JPEG, uses a coding that is not decoded, or has no scan.
 */
export function readJpeg(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new UnsupportedJpeg("not-a-jpeg", "no SOI marker at the start");
  const quantisers: (Uint16Array | undefined)[] = [undefined, undefined, undefined, undefined];
  const dcTables: (HuffmanTable | undefined)[] = [undefined, undefined, undefined, undefined];
  const acTables: (HuffmanTable | undefined)[] = [undefined, undefined, undefined, undefined];
  const scans: JpegScan[] = [];
  const application = createApplicationReader();
  let frame: Frame | undefined;
  let interval = 0;
  let scanCount = 0;

  const markers = createMarkerFinder(bytes);
  for (let at = markers.next(2); at + 4 <= bytes.length; ) {
    const code = bytes[at + 1] ?? 0;
    if (code === EOI) break;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = Math.min(at + 2 + Math.max(2, length), bytes.length);
    const segment = bytes.subarray(at + 4, end);
    const refused = REFUSED_FRAMES.get(code);
    if (refused !== undefined && frame === undefined) throw new UnsupportedJpeg(refused, refused);
    if (code === DQT) readQuantisers(segment, quantisers);
    else if (code === DHT) readHuffmanTables(segment, dcTables, acTables);
    else if (code === DRI) interval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
    else if (code >= SOF0 && code <= SOF2) frame ??= readFrame(segment, code === SOF2);
    else if (code === SOS && frame !== undefined) {
      scanCount++;
      const components = scans.length < MAX_SCANS ? readScanComponents(segment, frame) : undefined;
      if (components !== undefined) {
        const [first = 0, last = 63, approximation = 0] = segment.subarray(1 + 2 * components.length);
        scans.push({
          components,
          ...(frame.progressive
            ? { first, last, high: approximation >> 4, low: approximation & 15 }
            : { first: 0, last: 63, high: 0, low: 0 }),
          interval,
          at: end,
          dcTables: [...dcTables],
          acTables: [...acTables],
          quantisers: [...quantisers],
        });
        if (!frame.progressive && scans.length === 1 && components.length === frame.components.length) break;
      }
    } else if (scans.length === 0) application.take(code, segment);
    at = markers.next(end);
  }
  if (frame === undefined) throw new UnsupportedJpeg("no-picture", "no frame header");
  if (scans.length === 0) throw new UnsupportedJpeg("no-picture", "no scan");
  const data = application.data();
  // Every program stores inks inverted, also those that write no Adobe segment. Browsers and libvips read all files so.
  const inverted = frame.components.length === 4;
  const { orientation, icc } = data;
  return { ...frame, model: modelOf(frame, data), inverted, scans, scanCount, orientation, icc };
}
