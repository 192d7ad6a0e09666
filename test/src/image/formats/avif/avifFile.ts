/** AVIF files written box by box (ISO/IEC 23008-12), around AV1 pictures that sharp encodes. */
import sharp, { type Sharp } from "sharp";

const ascii = (text: string) => Buffer.from(text, "latin1");
const u8 = (...values: readonly number[]) => Buffer.from(values);
const u16 = (value: number) => u8(value >> 8, value & 255);
export const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};

export function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), ascii(type), body]);
}
const full = (type: string, version: number, flags: number, ...parts: readonly Uint8Array[]) =>
  box(type, u8(version, flags >> 16, (flags >> 8) & 255, flags & 255), ...parts);

/** A coded AV1 picture: its data and its `av1C` box. */
export type Coded = { readonly data: Buffer; readonly av1C: Buffer; readonly width: number; readonly height: number };

/** Encodes a picture without alpha. */
export async function coded(picture: Sharp): Promise<Coded> {
  const { data: file, info } = await picture
    .avif({ quality: 90, chromaSubsampling: "4:4:4", effort: 0 })
    .toBuffer({ resolveWithObject: true });
  const part = (type: string) => {
    const at = file.indexOf(ascii(type)) - 4;
    return file.subarray(at, at + file.readUInt32BE(at));
  };
  return { data: part("mdat").subarray(8), av1C: part("av1C"), width: info.width, height: info.height };
}

export type AvifOptions = {
  /** Tiles of equal size, row by row. One: a plain picture. */
  readonly tiles: readonly Coded[];
  /** Of several tiles: how many in a row, and the size of the whole. */
  readonly grid?: { readonly columns: number; readonly width: number; readonly height: number };
  /** Further properties of the picture, such as `irot`. */
  readonly properties?: readonly Uint8Array[];
  /** Of a single tile: its gain map (ISO 21496-1), and the picture that both make, `tmap`. */
  readonly gainMap?: Coded;
};

export function avifFile({ tiles, grid, properties = [], gainMap }: AvifOptions): Uint8Array {
  const [first] = tiles;
  if (first === undefined) throw new Error("a file needs a tile");
  const ispe = (width: number, height: number) => full("ispe", 0, 0, u32(width), u32(height));
  const layout =
    grid === undefined
      ? null
      : u8(
          0,
          0,
          tiles.length / grid.columns - 1,
          grid.columns - 1,
          grid.width >> 8,
          grid.width & 255,
          grid.height >> 8,
          grid.height & 255,
        );
  const data = [
    ...(layout === null ? [] : [layout]),
    ...tiles.map((tile) => tile.data),
    // Version 0 and its parameters: one channel, HDR four times as bright.
    ...(gainMap === undefined ? [] : [gainMap.data, u8(0, 0, 0, 0, 0, ...new Uint8Array(57).fill(1))]),
  ];
  const pixi = full("pixi", 0, 0, u8(3, 8, 8, 8));
  const own = [
    ispe(grid?.width ?? first.width, grid?.height ?? first.height),
    pixi,
    ...(grid ? [] : [first.av1C]),
    ...properties,
  ];
  const second = gainMap ?? (grid === undefined ? undefined : first);
  const ofTiles = second === undefined ? [] : [ispe(second.width, second.height), pixi, second.av1C];
  const numbers = (from: number, count: number) => u8(count, ...Array.from({ length: count }, (_, i) => from + i));
  const entries = data.map((_, i) =>
    Buffer.concat([u16(i + 1), i === 0 ? numbers(1, own.length) : numbers(1 + own.length, ofTiles.length)]),
  );
  const head = box("ftyp", ascii("avif"), u32(0), ascii("avifmif1miaf"));
  const typeOf = (i: number) => {
    if (gainMap !== undefined && i === 2) return "tmap";
    return layout !== null && i === 0 ? "grid" : "av01";
  };
  const meta = (base: number) => {
    let at = base;
    const places = data.map((bytes, i) => {
      const place = Buffer.concat([u16(i + 1), u16(0), u16(1), u32(at), u32(bytes.length)]);
      at += bytes.length;
      return place;
    });
    const infos = data.map((_, i) => full("infe", 2, i === 0 ? 0 : 1, u16(i + 1), u16(0), ascii(typeOf(i)), u8(0)));
    const links =
      gainMap === undefined
        ? box("dimg", u16(1), u16(tiles.length), ...tiles.map((_, i) => u16(i + 2)))
        : box("dimg", u16(3), u16(2), u16(1), u16(2));
    return full(
      "meta",
      0,
      0,
      full("hdlr", 0, 0, u32(0), ascii("pict"), u32(0), u32(0), u32(0), u8(0)),
      full("pitm", 0, 0, u16(1)),
      full("iloc", 0, 0, u8(0x44, 0), u16(data.length), ...places),
      full("iinf", 0, 0, u16(data.length), ...infos),
      ...(layout === null && gainMap === undefined ? [] : [full("iref", 0, 0, links)]),
      box("iprp", box("ipco", ...own, ...ofTiles), full("ipma", 0, 0, u32(data.length), ...entries)),
      ...(gainMap === undefined ? [] : [box("grpl", full("altr", 0, 0, u32(9), u32(2), u32(3), u32(1)))]),
    );
  };
  const base = head.length + meta(0).length + 8;
  return new Uint8Array(Buffer.concat([head, meta(base), box("mdat", ...data)]));
}

export const irot = (quarters: number) => box("irot", u8(quarters));
export const imir = (axis: number) => box("imir", u8(axis));
/** Width and height of the part, and how far its centre is from that of the picture. */
export const clap = (width: number, height: number, x: number, y: number, by = 1) =>
  box("clap", u32(width), u32(1), u32(height), u32(1), u32(x), u32(by), u32(y), u32(by));

const CORNERS = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [255, 255, 0],
] as const;

/** Four colours in the corners: red, lime, blue, yellow, from the upper left on by rows. */
export function quarters(width: number, height: number): Sharp {
  const data = Buffer.alloc(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const corner = (i % width >= width / 2 ? 1 : 0) + (i >= (width * height) / 2 ? 2 : 0);
    data.set(CORNERS[corner] ?? [], 3 * i);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}
