/** A page of JPEG strips or tiles to the view's pixels. */
import type { DctScale, Pixels, View } from "../../../picture.ts";
import { createResizer } from "../../../resize/resizer.ts";
import { scaleView } from "../../../resize/whole.ts";
import { damaged } from "../../byteReader.ts";
import { engine as jpegEngine } from "../../jpeg/decode.ts";
import { decodeJpeg } from "../../jpeg/decoder/thumbnail.ts";
import { unsupported } from "../directory/kinds.ts";
import type { TiffPage } from "../directory/page.ts";
import type { Drawn } from "./bands.ts";
import { decodeSegment, openJpegSegments, orNull, segmentScale } from "./jpegSegments.ts";

/** `missing`: the word for pixels that the file does not have. */
export async function drawJpeg(
  page: TiffPage,
  bytes: Uint8Array,
  view: View,
  wanted: DctScale,
  missing: number,
): Promise<Drawn & { readonly result: Pixels }> {
  const open = openJpegSegments(page, bytes);
  const engine = await jpegEngine.use();
  const { width, height, segments } = page;
  if (segments.across * segments.down === 1) {
    const only = open(0);
    if (only === null && page.coding === "oldJpeg") throw unsupported("old-style JPEG");
    if (only === null) throw damaged("its JPEG cannot be decoded");
    // A frame that is smaller than the picture is shown with its last column and row repeated.
    const covers = only.header.width >= width && only.header.height >= height;
    const { left, top } = view.window;
    const crop = { x: left, y: top, width: view.window.width, height: view.window.height };
    const size = { width: view.width, height: view.height };
    const decoded = orNull(() => decodeJpeg(engine, only.file, only.header, { dctScale: wanted, crop, ...size }));
    if (decoded === null) throw damaged("its JPEG cannot be decoded");
    const { pixels: data, truncated } = decoded;
    return { result: { ...size, data, alpha: false }, pixels: width * height, complete: covers && !truncated };
  }
  const dctScale = segmentScale(page, wanted);
  const scaled = (side: number) => Math.ceil((side * dctScale) / 8);
  const [across, down] = [scaled(width), scaled(height)];
  const onScale = dctScale === 8 ? view : scaleView(view, dctScale / 8, across, down);
  const { bounds } = onScale;
  const resizer = await createResizer(onScale, false);
  const words = new Uint32Array(across * Math.min(scaled(segments.height), down));
  const band = new Uint8Array(words.buffer);
  let [pixels, complete] = [0, true];
  for (let row = 0; row < segments.down && !resizer.done; row++) {
    const top = scaled(row * segments.height);
    const rows = Math.min(scaled(segments.height), down - top);
    words.fill(missing);
    if (top + rows <= bounds.top || top >= bounds.top + bounds.height) {
      resizer.push(band, 4 * across, rows);
      continue;
    }
    for (let column = 0; column < segments.across; column++) {
      const left = scaled(column * segments.width);
      const columns = Math.min(scaled(segments.width), across - left);
      if (left + columns <= bounds.left || left >= bounds.left + bounds.width) continue;
      const segment = open(row * segments.across + column);
      const decoded = segment && decodeSegment(engine, segment, segments.width, segments.height, dctScale);
      if (decoded === null) {
        complete = false;
        continue;
      }
      const [copied, made] = [Math.min(columns, decoded.width), Math.min(rows, decoded.height)];
      for (let y = 0; y < made; y++) {
        const from = 4 * y * decoded.width;
        band.set(decoded.pixels.subarray(from, from + 4 * copied), 4 * (y * across + left));
      }
      pixels += copied * made;
      complete &&= !decoded.truncated && copied === columns && made === rows;
    }
    resizer.push(band, 4 * across, rows);
  }
  return { result: resizer.finish(), pixels, complete };
}
