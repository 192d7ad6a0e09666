/** Metadata in the container of a JPEG XL (ISO/IEC 18181-2): the boxes `Exif` and `xml `. Compressed ones are not read. */
import { type BlockReader, NO_BLOCKS } from "../../metadata/blocks.ts";
import { boxesIn, boxOf, boxReader } from "../avif/boxes.ts";

export const jxlBlocks: BlockReader = (bytes) => {
  // A bare codestream has none.
  if (bytes[0] === 0xff) return NO_BLOCKS;
  try {
    const read = boxReader(bytes);
    const boxes = boxesIn(read, 0, bytes.length);
    const [exif, xmp] = [boxOf(boxes, "Exif"), boxOf(boxes, "xml ")];
    return {
      // The first four bytes say how far behind them the TIFF header is.
      exif: exif === null ? null : bytes.subarray(exif.from + 4 + read.u32(exif.from), exif.to),
      xmp: xmp === null ? null : bytes.subarray(xmp.from, xmp.to),
      iptc: null,
    };
  } catch {
    return NO_BLOCKS;
  }
};
