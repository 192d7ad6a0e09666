/** Reads a JPEG's marker segments (ITU T.81, annex B) into a `JpegHeader`. */
import type { FrameComponent, HuffmanTable, JpegHeader, JpegModel, JpegScan, ScanComponent } from "./header.ts";
import { type JpegReason, UnsupportedJpeg } from "./refusal.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
const DHT = 0xc4;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP14 = 0xee;

/** What is refused by its start of frame (table B.1). */
const REFUSED_FRAMES: ReadonlyMap<number, JpegReason> = new Map([
  [0xc3, "lossless"],
  [0xc5, "hierarchical"],
  [0xc6, "hierarchical"],
  [0xc7, "hierarchical"],
  [0xc9, "arithmetic"],
  [0xca, "arithmetic"],
  [0xcb, "arithmetic"],
  [0xcc, "arithmetic"],
  [0xcd, "arithmetic"],
  [0xce, "arithmetic"],
  [0xcf, "arithmetic"],
]);

/** Scans after this many are not looked at: a libjpeg file has about 10, the finest any encoder writes has under 100. */
export const MAX_SCANS = 256;

type Frame = Pick<JpegHeader, "width" | "height" | "progressive" | "components" | "across" | "down">;

/** Where the next marker is at or after `from`: the offset of its 0xff, or the end. Restart markers and stuffing pass. */
export function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff && code !== 1 && (code < 0xd0 || code > 0xd7)) return at;
  }
  return bytes.length;
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
  if (precision !== 8)
    throw new UnsupportedJpeg("precision", `JPEG of ${precision} bits a sample; 8 is what is decoded`);
  const height = ((segment[1] ?? 0) << 8) | (segment[2] ?? 0);
  const width = ((segment[3] ?? 0) << 8) | (segment[4] ?? 0);
  const count = segment[5] ?? 0;
  if (width === 0 || height === 0) throw new UnsupportedJpeg("dimensions", `JPEG of ${width}x${height} pixels`);
  if ((count !== 1 && count !== 3 && count !== 4) || segment.length < 6 + 3 * count) {
    throw new UnsupportedJpeg("components", `JPEG of ${count} components; 1, 3 and 4 are decoded`);
  }
  const components: FrameComponent[] = [];
  for (let i = 0; i < count; i++) {
    const [id = 0, factors = 0, quantiser = 0] = segment.subarray(6 + 3 * i, 9 + 3 * i);
    const h = factors >> 4;
    const v = factors & 15;
    if (h < 1 || h > 4 || v < 1 || v > 4) throw new UnsupportedJpeg("sampling", `JPEG sampling factors ${h}x${v}`);
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
    throw new UnsupportedJpeg("sampling", `JPEG of ${blocks} blocks a unit; 10 is the limit (T.81, B.2.3)`);
  }
  return components;
}

/** Which colours the components are, by the rules every decoder shares with libjpeg. */
function modelOf(frame: Frame, jfif: boolean, adobe: number | undefined): JpegModel {
  const ids = frame.components.map((c) => c.id);
  if (ids.length === 1) return "grey";
  if (ids.length === 4) return adobe === undefined || adobe === 0 ? "cmyk" : "ycck";
  if (jfif) return "ycbcr";
  if (adobe !== undefined) return adobe === 0 ? "rgb" : "ycbcr";
  return String.fromCharCode(...ids) === "RGB" ? "rgb" : "ycbcr";
}

/**
 * Reads all headers of a JPEG. If its first scan has all components of a sequential frame, reading stops there;
 * else every scan is listed (the bytes between are searched for markers, nothing is decoded).
 * Throws JpegRefusal for a file that is no JPEG, of a process that is not decoded, or with no scan at all.
 */
export function readJpeg(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new UnsupportedJpeg("not-a-jpeg", "No SOI marker at the start");
  const quantisers: (Uint16Array | undefined)[] = [undefined, undefined, undefined, undefined];
  const dcTables: (HuffmanTable | undefined)[] = [undefined, undefined, undefined, undefined];
  const acTables: (HuffmanTable | undefined)[] = [undefined, undefined, undefined, undefined];
  const scans: JpegScan[] = [];
  let frame: Frame | undefined;
  let interval = 0;
  let jfif = false;
  let adobe: number | undefined;
  let firstScan = 0;

  for (let at = nextMarker(bytes, 2); at + 4 <= bytes.length; ) {
    const code = bytes[at + 1] ?? 0;
    if (code === EOI) break;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = Math.min(at + 2 + Math.max(2, length), bytes.length);
    const segment = bytes.subarray(at + 4, end);
    const refused = REFUSED_FRAMES.get(code);
    if (refused !== undefined && frame === undefined) throw new UnsupportedJpeg(refused, `JPEG with ${refused} coding`);
    if (code === DQT) readQuantisers(segment, quantisers);
    else if (code === DHT) readHuffmanTables(segment, dcTables, acTables);
    else if (code === DRI) interval = ((segment[0] ?? 0) << 8) | (segment[1] ?? 0);
    else if (code === APP0) jfif ||= String.fromCharCode(...segment.subarray(0, 4)) === "JFIF";
    else if (code === APP14 && segment.length >= 12) {
      if (String.fromCharCode(...segment.subarray(0, 5)) === "Adobe") adobe = segment[11] ?? 0;
    } else if (code >= 0xc0 && code <= 0xc2) frame ??= readFrame(segment, code === 0xc2);
    else if (code === SOS && frame !== undefined) {
      const components = readScanComponents(segment, frame);
      if (components !== undefined) {
        const [first = 0, last = 63, approximation = 0] = segment.subarray(1 + 2 * components.length);
        if (scans.length === 0) firstScan = at;
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
      if (scans.length >= MAX_SCANS) break;
    }
    at = nextMarker(bytes, end);
  }
  if (frame === undefined || scans.length === 0) throw new UnsupportedJpeg("no-picture", "JPEG with no picture data");
  return { ...frame, model: modelOf(frame, jfif, adobe), inverted: adobe !== undefined, firstScan, scans };
}
