/** Damaged TIFFs: each ends in a picture or a Failure of its own. FIRSTLIGHT_LONG=1 takes 50 000. */
import sharp from "sharp";
import type { Head, Mutate } from "../damage/mutations.ts";
import { testDamage } from "../damage/suite.ts";
import { seeded } from "../jpeg/decoder/random.ts";
import { type TiffOf, tiffFile } from "./tiffFile.ts";

/** Small files of every kind, coding and layout. */
function goodFiles(): Uint8Array[] {
  const random = seeded(1);
  const smaller: TiffOf = { ...base(3, 8, 2), width: 20, height: 16, fields: { 254: [1] } };
  const kinds: readonly Partial<TiffOf>[] = [
    { ...base(3, 8, 2) },
    { ...base(3, 8, 2), compression: 5, predictor: true, rowsPerStrip: 8 },
    { ...base(4, 8, 2), compression: 5, tile: [16, 16], fields: { 338: [1] } },
    { ...base(3, 16, 2), compression: 8, predictor: true, rowsPerStrip: 10, little: false },
    { ...base(2, 8, 1), compression: 32_773, fields: { 338: [2] } },
    { ...base(1, 8, 1), compression: 5, oldLzw: true },
    { ...base(1, 4, 3), compression: 32_773, rowsPerStrip: 9, fields: { 320: palette(4) } },
    { ...base(1, 8, 3), compression: 8, tile: [32, 16], fields: { 320: palette(8) } },
    { ...base(1, 12, 1), big: true },
    { ...base(4, 8, 5), compression: 5, planar: true, rowsPerStrip: 16 },
    { ...base(3, 8, 2), compression: 8, planar: true, tile: [16, 32], big: true, little: false },
    { ...base(3, 8, 6), compression: 5, subsampling: [2, 2], rowsPerStrip: 8 },
    { ...base(3, 8, 6), subsampling: [4, 1], tile: [16, 16] },
    { ...base(1, 1, 0), compression: 4, rowsPerStrip: 20 },
    { ...base(1, 1, 0), compression: 3, faxOptions: 1, reverse: true },
    { ...base(1, 1, 1), compression: 3, faxOptions: 4 },
    { ...base(1, 1, 0), compression: 2, rowsPerStrip: 5 },
    { ...base(1, 1, 0), compression: 32_771 },
    { ...base(3, 32, 2), float: true, rowsPerStrip: 7 },
    { ...base(1, 16, 1), float: true, compression: 5, predictor: 3, little: false },
    { ...base(4, 24, 2), float: true, compression: 8, predictor: 3, tile: [16, 16], fields: { 338: [1] } },
    { ...base(3, 64, 2), float: true, compression: 8, predictor: true, planar: true, rowsPerStrip: 9 },
    { ...base(4, 32, 5), float: true, compression: 5, planar: true, tile: [16, 32] },
    { ...base(3, 32, 2), compression: 8, predictor: true },
    { ...base(3, 8, 8), compression: 5, predictor: true },
    { ...base(4, 16, 8), compression: 8, planar: true, fields: { 338: [2] } },
    { ...base(3, 16, 9), tile: [16, 16], little: false },
    { ...base(3, 32, 8), float: true, compression: 32_773 },
    { ...base(3, 8, 6), compression: 8, planar: true, rowsPerStrip: 9, fields: { 530: [1, 1] } },
    { ...base(3, 8, 2), compression: 8, next: smaller },
    { ...base(3, 8, 2), subDirectories: [smaller, { ...smaller, width: 10, height: 8 }] },
  ];
  return kinds.flatMap((kind) => {
    const noise = random.between(1, 250);
    const integer: TiffOf["sample"] = (x, y, channel) =>
      ((x >> 2) * 9 + y * 5 + channel * 70 + ((x * y) % noise)) & (2 ** Math.min(16, kind.bits ?? 8) - 1);
    const sample: TiffOf["sample"] = kind.float ? (x, y, channel) => integer(x, y, channel) / 300 : integer;
    const [width, height] =
      kind.next || kind.subDirectories ? [40, 32] : [random.between(20, 50), random.between(20, 50)];
    const picture = { ...base(1, 8, 1), ...kind, width, height, sample };
    return kind.next || kind.subDirectories
      ? [tiffFile(picture)]
      : [tiffFile(picture), tiffFile({ ...picture, directoryFirst: true })];
  });
}

function base(samples: number, bits: number, photometric: number): TiffOf {
  return { width: 0, height: 0, samples, bits, photometric, sample: () => 99 };
}

function palette(bits: number): number[] {
  return Array.from({ length: 3 * 2 ** bits }, (_, i) => (i * 7_919) % 65_536);
}

async function jpegFiles(): Promise<Uint8Array[]> {
  const noise = { type: "gaussian", mean: 120, sigma: 40 } as const;
  const image = sharp({ create: { width: 60, height: 44, channels: 3, background: "teal", noise } });
  const png = await image.png().toBuffer();
  const jpeg = new Uint8Array(await sharp(png).jpeg().toBuffer());
  const picture = { ...base(3, 8, 6), width: 60, height: 44 };
  const ways = [
    { tile: false },
    { tile: true, tileWidth: 32, tileHeight: 16 },
    { tile: true, pyramid: true, tileWidth: 16, tileHeight: 16 },
  ];
  return [
    ...(await Promise.all(
      ways.map(
        async (way) =>
          new Uint8Array(
            await sharp(png)
              .tiff({ compression: "jpeg", quality: 70, ...way })
              .toBuffer(),
          ),
      ),
    )),
    tiffFile({ ...picture, compression: 6, segments: [jpeg], fields: { 513: [8], 514: [jpeg.length] } }),
  ];
}

type Layout = {
  readonly at: number;
  readonly entry: number;
  readonly count: number;
  readonly little: boolean;
  readonly big: boolean;
};

/** Where the first directory of an undamaged file is. */
function directoryOf(bytes: Uint8Array): Layout {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const little = bytes[0] === 0x49;
  const big = view.getUint16(2, little) === 43;
  const at = big ? Number(view.getBigUint64(8, little)) : view.getUint32(4, little);
  const count = big ? Number(view.getBigUint64(at, little)) : view.getUint16(at, little);
  return { at, entry: big ? 20 : 12, count, little, big };
}

/** The directory, and the values before it that did not fit into it. */
function headOf(bytes: Uint8Array): Head {
  const { at, entry, count } = directoryOf(bytes);
  return { from: Math.max(4, at - 60), end: Math.min(bytes.length, at + 8 + count * entry + 8) };
}

const EXTREMES = [0, 1, 2, 7, 16, 255, 256, 4_096, 32_767, 65_535, 65_536, 0x7fffffff, 0x80000000, 0xffffffff];

/** Changes one to three fields of the directory: a tag, a type, a count or a value. */
const fields: Mutate = (bytes, random) => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const { at, entry, count, little, big } = directoryOf(bytes);
  for (let n = random.between(1, 3); n > 0; n--) {
    const to = at + (big ? 8 : 2) + entry * random.between(0, count - 1);
    const what = random.pick(["tag", "type", "count", "value", "value", "value", "offset"]);
    const other = at + (big ? 8 : 2) + entry * random.between(0, count - 1);
    if (what === "tag") view.setUint16(to, view.getUint16(other, little), little);
    else if (what === "type") view.setUint16(to + 2, random.pick([1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 18, 99]), little);
    else if (what === "count") view.setUint32(to + 4 + (big && !little ? 4 : 0), random.pick(EXTREMES), little);
    else {
      const value = what === "offset" ? random.between(0, bytes.length + 20) : random.pick(EXTREMES);
      if (random.next() < 0.5) view.setUint16(to + (big ? 12 : 8), value & 0xffff, little);
      else view.setUint32(to + (big ? 12 : 8), value, little);
    }
  }
  return copy;
};

/** The directory that follows the first one is at a place that does not suit it. */
const nextDirectory: Mutate = (bytes, random) => {
  const copy = bytes.slice();
  const { at, entry, count, little, big } = directoryOf(bytes);
  const to = at + (big ? 8 : 2) + entry * count + (big && !little ? 4 : 0);
  new DataView(copy.buffer).setUint32(
    to,
    random.pick([at, 4, 8, at + entry, at - 2, random.between(0, bytes.length)]),
    little,
  );
  return copy;
};

testDamage({
  good: [...goodFiles(), ...(await jpegFiles())],
  head: headOf,
  files: 50_000,
  more: { "fields of the directory": fields, "the next directory": nextDirectory },
});
