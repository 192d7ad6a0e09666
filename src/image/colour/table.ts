/**
 * Ink profiles that are tables: A2B0 of type lut8 and lut16 (ICC.1:2022 10.10, 10.11; 'mft1' and 'mft2'), from four
 * inks to Lab. Press profiles are made like this.
 */
import { type Lab, labToSrgb } from "./lab.ts";
import { tag } from "./tag.ts";

const INKS = 4;
const OUTPUTS = 3;
const HEADER_BYTES = 128;
const MAX_TAGS = 100;
/** Press profiles have 9 to 17 points for each ink. More than 21 would cost more than the picture. */
const MAX_POINTS = 21;
/** The highest L* that the darkest colour may have (ISO 18619 6.2). */
const MAX_BLACK = 50;

/** Four inks (0..255; 255 is all of an ink) -> sRGB bytes, written to `to` at `at`. */
export type InkTable = (c: number, m: number, y: number, k: number, to: Uint8Array, at: number) => void;

/** Profile bytes -> table, or null when it is no CMYK profile with such a table. Never throws. */
export function readInkTable(bytes: Uint8Array): InkTable | null {
  if (bytes.length < HEADER_BYTES + 4) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tag(view, 36) !== "acsp" || tag(view, 16) !== "CMYK" || tag(view, 20) !== "Lab ") return null;
  const body = findTable(view);
  if (body === null || body.byteLength < 52) return null;
  const type = tag(body, 0);
  const [inputs, outputs, points] = [body.getUint8(8), body.getUint8(9), body.getUint8(10)];
  if (inputs !== INKS || outputs !== OUTPUTS || points < 2 || points > MAX_POINTS) return null;
  if (type === "mft1") return build(body, 48, 1, 256, 256, points);
  if (type === "mft2") return build(body, 52, 2, body.getUint16(48), body.getUint16(50), points);
  return null;
}

function findTable(view: DataView): DataView | null {
  const count = Math.min(view.getUint32(HEADER_BYTES), MAX_TAGS);
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + 4 + 12 * i;
    if (at + 12 > view.byteLength) return null;
    if (tag(view, at) !== "A2B0") continue;
    const [offset, size] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    return offset + size > view.byteLength ? null : new DataView(view.buffer, view.byteOffset + offset, size);
  }
  return null;
}

/** Input curves, grid and output curves from `start` on, `width` bytes a number. */
function build(
  body: DataView,
  start: number,
  width: 1 | 2,
  inputEntries: number,
  outputEntries: number,
  points: number,
): InkTable | null {
  const nodes = points ** INKS;
  const gridAt = start + INKS * inputEntries * width;
  const outAt = gridAt + nodes * OUTPUTS * width;
  if (inputEntries < 2 || outputEntries < 2 || outAt + OUTPUTS * outputEntries * width > body.byteLength) return null;
  const top = width === 1 ? 255 : 65535;
  const number = (at: number) => (width === 1 ? body.getUint8(at) : body.getUint16(at)) / top;
  const curve = (at: number, entries: number, x: number) => {
    const place = x * (entries - 1);
    const low = Math.min(entries - 2, Math.floor(place));
    const [a, b] = [number(at + low * width), number(at + (low + 1) * width)];
    return a + (b - a) * (place - low);
  };
  // Each ink value as a place on the grid, and each node in sRGB. A pixel is then one interpolation.
  const places = Float32Array.from({ length: INKS * 256 }, (_, i) => {
    const [ink, value] = [i >> 8, i & 255];
    return curve(start + ink * inputEntries * width, inputEntries, value / 255) * (points - 1);
  });
  const labOf = (node: number): Lab => {
    const [l = 0, a = 0, b = 0] = [0, 1, 2].map((output) =>
      curve(outAt + output * outputEntries * width, outputEntries, number(gridAt + (node * OUTPUTS + output) * width)),
    );
    return decodeLab(l, a, b, width);
  };
  // All inks together give the darkest colour. If a profile makes it too light, MAX_BLACK is used instead.
  const black = Math.min(MAX_BLACK, Math.max(0, labOf(nodes - 1)[0]));
  const colours = new Float32Array(nodes * OUTPUTS);
  for (let node = 0; node < nodes; node++) colours.set(labToSrgb(labOf(node), black), node * OUTPUTS);
  return interpolator(places, colours, points);
}

/** Encoded PCS values 0..1 -> L* a* b*. lut16 keeps the legacy encoding, whose 0xFF00 is 100 (ICC.1 6.3.4.2). */
function decodeLab(l: number, a: number, b: number, width: 1 | 2): Lab {
  if (width === 1) return [l * 100, a * 255 - 128, b * 255 - 128];
  return [(l * 65535 * 100) / 65280, (a * 65535) / 256 - 128, (b * 65535) / 256 - 128];
}

/** Linear interpolation between the 16 nodes around a point. The last ink varies fastest (ICC.1 10.10). */
function interpolator(places: Float32Array, colours: Float32Array, points: number): InkTable {
  const steps = [points ** 3, points ** 2, points, 1].map((step) => step * OUTPUTS) as [number, number, number, number];
  return (c, m, y, k, to, at) => {
    const p = [places[c] ?? 0, places[256 + m] ?? 0, places[512 + y] ?? 0, places[768 + k] ?? 0];
    let base = 0;
    const parts = [0, 0, 0, 0];
    for (let i = 0; i < INKS; i++) {
      const low = Math.min(points - 2, Math.floor(p[i] ?? 0));
      parts[i] = (p[i] ?? 0) - low;
      base += low * (steps[i] ?? 0);
    }
    let [r, g, b] = [0, 0, 0];
    for (let corner = 0; corner < 16; corner++) {
      let node = base;
      let weight = 1;
      for (let i = 0; i < INKS; i++) {
        const part = parts[i] ?? 0;
        if ((corner >> i) & 1) {
          node += steps[i] ?? 0;
          weight *= part;
        } else weight *= 1 - part;
      }
      if (weight === 0) continue;
      r += weight * (colours[node] ?? 0);
      g += weight * (colours[node + 1] ?? 0);
      b += weight * (colours[node + 2] ?? 0);
    }
    to[at] = r + 0.5;
    to[at + 1] = g + 0.5;
    to[at + 2] = b + 0.5;
  };
}
