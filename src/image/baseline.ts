/**
 * ENGINE=photon: the thumbnail as a plain photon Worker makes it, kept so that tests and benches can compare. It decodes
 * at full size, resizes with photon's Lanczos-3 and encodes with photon (its WebP is lossless, its JPEG 4:4:4).
 * Headers, limits, geometry and orientation are ours, so that both engines answer the same request alike.
 */
import { withDecodeErrors } from "./decodeErrors.ts";
import { openPhoton, photonEngine, takeBytes } from "./formats/photon.ts";
import { planRender } from "./plan.ts";
import { readHeader } from "./readHeader.ts";
import type { RenderOrder, Rendition } from "./rendition.ts";
import { flatten } from "./steps/flatten.ts";
import { upright } from "./steps/orient.ts";
import { startStopwatch } from "./stopwatch.ts";

const LANCZOS3 = 5;
/** Decoding at full size takes photon 33 MB and 9.7 bytes a pixel: the bench reads what that comes to. */
const OPAQUE_ORIENTATION = 1;

/** bytes + order -> thumbnail by photon alone. Throws Failure, or photon's trap. */
export async function renderWithPhoton(order: RenderOrder): Promise<Rendition> {
  const clock = startStopwatch();
  const source = readHeader(order.bytes);
  const { view, orientation, background, encode } = planRender(source, { ...order, fileBytes: order.bytes.length });
  const photon = await photonEngine.use();
  const whole = await withDecodeErrors(async () => openPhoton(photon, order.bytes));
  clock.lap("decode");
  const { left, top, width, height } = view.window;
  const cut = photon.crop(whole, Math.round(left), Math.round(top), Math.round(left + width), Math.round(top + height));
  photon.__wbg_photonimage_free(whole, 0);
  const small = photon.resize(cut, view.width, view.height, LANCZOS3);
  photon.__wbg_photonimage_free(cut, 0);
  clock.lap("resize");
  const finished = finish();
  clock.lap("encode");
  const { format, width: w, height: h, frames, alpha, progressive, colour } = source;
  return {
    ...finished,
    format: encode.format,
    source: { format, width: w, height: h, orientation: source.orientation, frames, alpha, progressive, colour },
    truncated: false,
    stages: clock.stages(),
  };

  function finish(): { bytes: Uint8Array; width: number; height: number } {
    let image = small;
    let [outWidth, outHeight] = [view.width, view.height];
    if (orientation !== OPAQUE_ORIENTATION || (background !== null && source.alpha)) {
      const data = takeBytes(photon, photon.photonimage_get_raw_pixels(small));
      photon.__wbg_photonimage_free(small, 0);
      const turned = upright({ width: outWidth, height: outHeight, data, alpha: source.alpha }, orientation);
      const flat = background === null ? turned : flatten(turned, background);
      [outWidth, outHeight] = [flat.width, flat.height];
      const at = photon.__wbindgen_malloc(flat.data.length, 1);
      new Uint8Array(photon.memory.buffer, at, flat.data.length).set(flat.data);
      image = photon.photonimage_new(at, flat.data.length, outWidth, outHeight);
    }
    const bytes = takeBytes(photon, encoded(image));
    photon.__wbg_photonimage_free(image, 0);
    return { bytes, width: outWidth, height: outHeight };
  }

  function encoded(image: number): [number, number] {
    if (encode.format === "jpeg") return photon.photonimage_get_bytes_jpeg(image, encode.quality);
    return encode.format === "webp" ? photon.photonimage_get_bytes_webp(image) : photon.photonimage_get_bytes(image);
  }
}
