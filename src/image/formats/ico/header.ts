/** ICO directory: the largest picture in it is the one that is shown. */
import type { Source } from "../../header.ts";
import { createReader, damaged } from "../byteReader.ts";
import { still } from "../still.ts";

/** ICO bytes -> Source; a side of 0 means 256. */
export function icoHeader(bytes: Uint8Array): Source {
  const read = createReader(bytes, true);
  const count = read.u16(4);
  if (count === 0) throw damaged("no picture in it");
  let [width, height] = [0, 0];
  for (let i = 0; i < count; i++) {
    const at = 6 + 16 * i;
    const [w, h] = [read.u8(at) || 256, read.u8(at + 1) || 256];
    if (w * h > width * height) [width, height] = [w, h];
  }
  return still("ico", width, height, { alpha: true });
}
