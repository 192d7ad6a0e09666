/** Metadata in a TIFF: its own fields are EXIF's, and two of them hold XMP (ISO 16684-3) and IPTC. */
import type { BlockReader } from "../../metadata/blocks.ts";
import { NO_BLOCKS } from "../../metadata/blocks.ts";
import { bytesOf, openTiff, readDirectory } from "./directory/directory.ts";

const XMP_TAG = 700;
const IPTC_TAG = 33_723;

export const tiffBlocks: BlockReader = (bytes) => {
  try {
    const tiff = openTiff(bytes);
    const directory = readDirectory(tiff, tiff.first);
    return { exif: bytes, xmp: bytesOf(tiff, directory, XMP_TAG), iptc: bytesOf(tiff, directory, IPTC_TAG) };
  } catch {
    return NO_BLOCKS;
  }
};
