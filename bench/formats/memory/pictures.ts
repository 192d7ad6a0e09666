/** The pictures that show what the heavy Worker's isolate holds. Sizes are in pixels. */
import sharp from "sharp";
import { jxlFile } from "../../../test/src/image/formats/jxl/jxlFile.ts";

export type Made = { readonly label: string; readonly width: number; readonly make: () => Promise<Uint8Array> };

/** The width that all pictures of a series are asked for in. */
const WIDTH = 640;
const sides = (pixels: number): readonly [number, number] => {
  const width = Math.round(Math.sqrt((pixels * 4) / 3));
  return [width, Math.floor(pixels / width)];
};

/** Pictures out of one photograph (the path of a JPEG). */
export function picturesOf(photo: string) {
  const sized = (pixels: number) => sharp(photo).resize(...sides(pixels), { fit: "fill" });
  const avif =
    (pixels: number, alpha = 1, chromaSubsampling = "4:2:0", bitdepth: 8 | 10 = 8) =>
    async () => {
      const picture = alpha === 1 ? sized(pixels).removeAlpha() : sized(pixels).ensureAlpha(alpha);
      return new Uint8Array(await picture.avif({ quality: 60, effort: 2, chromaSubsampling, bitdepth }).toBuffer());
    };
  // The encoder always writes alpha, which is a fourth plane.
  const jxl = (pixels: number) => async () =>
    jxlFile(await sized(pixels).ensureAlpha().raw().toBuffer(), ...sides(pixels), 80);
  const svg = (name: string) => async () =>
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 900"><g opacity=".5"><rect width="900" height="700"
 fill="red"/><circle cx="600" cy="400" r="300" fill="blue"/></g><text x="9" y="300" font-size="200">${name}</text></svg>`);
  const pgm = (pixels: number) => async () => {
    const [width, height] = sides(pixels);
    return Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), Buffer.alloc(width * height, 99)]);
  };
  /** The largest that are accepted, in the size that they have. */
  const largest: readonly Made[] = [
    { label: "AVIF 4 MP -> 640 px", width: WIDTH, make: avif(4_000_000) },
    { label: "AVIF 4.5 MP in its own size", width: 4096, make: avif(4_500_000) },
    { label: "AVIF with alpha, 2.5 MP in its own size", width: 4096, make: avif(2_500_000, 0.5) },
    { label: "AVIF 4:4:4, 3.8 MP in its own size", width: 4096, make: avif(3_800_000, 1, "4:4:4") },
    { label: "AVIF of 10 bit, 3.4 MP in its own size", width: 4096, make: avif(3_400_000, 1, "4:2:0", 10) },
    { label: "JPEG XL with alpha, 2.5 MP in its own size", width: 4096, make: jxl(2_500_000) },
    { label: "SVG -> 2048 px", width: 2048, make: svg("large") },
    { label: "PNM 5 MP in its own size", width: 4096, make: pgm(5_000_000) },
  ];
  /** 18 AVIFs up to 2.5 megapixels, 6 SVGs and 6 JPEG XLs up to 0.9. */
  const series: readonly Made[] = Array.from({ length: 30 }, (_, i) => {
    const step = (i * 7) % 10;
    if (i % 5 === 3) return { label: `SVG ${i}`, width: WIDTH, make: svg(`no ${i}`) };
    if (i % 5 === 4) return { label: `JPEG XL ${i}`, width: WIDTH, make: jxl(300_000 + 66_000 * step) };
    return { label: `AVIF ${i}`, width: WIDTH, make: avif(300_000 + 244_000 * step) };
  });
  /** Each needs the place of the one before. */
  const turns: readonly Made[] = Array.from({ length: 10 }, (_, i) => ({
    label: `turn ${i}`,
    width: WIDTH,
    make: i % 2 === 0 ? avif(4_400_000) : jxl(2_400_000),
  }));
  return { largest, series, turns };
}
