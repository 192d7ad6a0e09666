/** ColorMap (TIFF 6.0, section 5): all reds, then all greens, then all blues, 16 bits each. */
import { damaged } from "../../byteReader.ts";
import type { Values } from "./directory.ts";

/**
 * 256 RGBA words (bytes R, G, B, A in memory). A map whose values are all below 256 was written with 8 bits, as libtiff
 * decides it. Entries that the file does not have are black. Throws image_damaged without a map.
 */
export function readPalette(map: Values | null, bits: number): Uint32Array {
  if (map === null) throw damaged("no palette");
  const entries = 2 ** bits;
  const all = Array.from({ length: Math.min(map.length, 3 * entries) }, (_, i) => map.get(i));
  const shift = all.some((value) => value > 255) ? 8 : 0;
  const channel = (index: number) => ((all[index] ?? 0) >> shift) & 255;
  return Uint32Array.from({ length: 256 }, (_, i) => {
    if (i >= entries) return 0xff000000;
    return (0xff000000 | (channel(2 * entries + i) << 16) | (channel(entries + i) << 8) | channel(i)) >>> 0;
  });
}
