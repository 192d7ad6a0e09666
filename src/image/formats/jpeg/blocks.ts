/** Metadata in a JPEG: EXIF (CIPA DC-008 4.7.2) and XMP in APP1 (ISO 16684-3), IPTC in Photoshop's resources in APP13. */
import type { BlockReader } from "../../metadata/blocks.ts";

const EXIF = "Exif\0";
const EXIF_BYTES = 6;
export const XMP_NAME = "http://ns.adobe.com/xap/1.0/\0";
const PHOTOSHOP_NAME = "Photoshop 3.0\0";
/** Photoshop's number of the resource that holds IPTC's records. */
const IPTC_RESOURCE = 0x0404;
const RESOURCE_MARK = "8BIM";

const APP1 = 0xe1;
const APP13 = 0xed;
const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;
/** A camera writes some ten segments, and a profile or a depth map some hundred. */
const MOST_SEGMENTS = 4_096;

/** Reads the segments before the first scan. */
export const jpegBlocks: BlockReader = (bytes) => {
  let [exif, xmp, iptc]: (Uint8Array | null)[] = [null, null, null];
  for (const { marker, body } of segments(bytes)) {
    if (marker === APP1 && startsWith(body, EXIF)) exif ??= body.subarray(EXIF_BYTES);
    else if (marker === APP1 && startsWith(body, XMP_NAME)) xmp ??= body.subarray(XMP_NAME.length);
    else if (marker === APP13 && startsWith(body, PHOTOSHOP_NAME)) {
      iptc ??= iptcOf(body.subarray(PHOTOSHOP_NAME.length));
    }
  }
  return { exif: exif ?? null, xmp: xmp ?? null, iptc: iptc ?? null };
};

/** Marker segments up to the first scan. One that is cut is given as far as it goes. */
function* segments(bytes: Uint8Array): Generator<{ readonly marker: number; readonly body: Uint8Array }> {
  let at = 2;
  for (let count = 0; count < MOST_SEGMENTS && at + 4 <= bytes.length; count++) {
    // Fill bytes may stand before a marker (T.81 B.1.1.2).
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === START_OF_SCAN || marker === END_OF_IMAGE) return;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (length < 2) return;
    yield { marker, body: bytes.subarray(at + 4, at + 2 + length) };
    at += 2 + length;
  }
}

/** Resources: mark, number, a Pascal string, a length, data; each part padded to an even length. */
function iptcOf(resources: Uint8Array): Uint8Array | null {
  const view = new DataView(resources.buffer, resources.byteOffset, resources.byteLength);
  for (let at = 0; at + 12 <= resources.length && startsWith(resources.subarray(at), RESOURCE_MARK); ) {
    const number = view.getUint16(at + 4);
    const name = resources[at + 6] ?? 0;
    const sized = at + 6 + ((name + 2) & ~1);
    if (sized + 4 > resources.length) return null;
    const length = view.getUint32(sized);
    if (number === IPTC_RESOURCE) return resources.subarray(sized + 4, sized + 4 + length);
    at = sized + 4 + length + (length & 1);
  }
  return null;
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
