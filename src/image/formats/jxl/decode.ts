/** Decodes JPEG XL with jxl-oxide. Only the heavy Worker has this code. */
import { embeddedConversion } from "../../colour/embedded.ts";
import type { Decode } from "../../picture.ts";
import { damaged } from "../byteReader.ts";
import { decodePng } from "../png/decode.ts";
import { pngHeader } from "../png/header.ts";
import { oxideEngine } from "./oxide.ts";

/** JPEG XL bytes -> the view's picture: of an animation the first frame. The engine gives PNG, upright and in sRGB. */
export const decodeJxl: Decode = async (bytes, source, order, clock) => {
  const oxide = await oxideEngine.use();
  const { png, truncated } = oxide.toPng(bytes);
  const header = pngHeader(png);
  if (header.width !== source.width || header.height !== source.height) {
    throw damaged(
      `${header.width}x${header.height} pixels came out of it in place of ${source.width}x${source.height}`,
    );
  }
  clock.lap("decode");
  const decoded = await decodePng(png, header, order, clock);
  const convert = decoded.convert === undefined ? await embeddedConversion(header) : decoded.convert;
  if (convert !== null) for (const { pixels } of decoded.picture.frames) convert(pixels.data);
  return { picture: decoded.picture, truncated };
};
