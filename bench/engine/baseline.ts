/**
 * The baseline: a thumbnail as a plain photon Worker makes it. It decodes at full size, resizes with photon's Lanczos-3
 * and encodes with photon (its WebP is lossless, its JPEG 4:4:4). Headers, limits, geometry and orientation are ours,
 * so both engines do the same job. The deployed Worker does not contain it; its Worker is
 * baselineWorker.ts.
 */
import { withDecodeErrors } from "../../src/image/decodeErrors.ts";
import { trimEngines } from "../../src/image/engines.ts";
import { openPhoton, photonEngine, takeBytes } from "../../src/image/formats/photon.ts";
import type { OutputFormat } from "../../src/image/formats/registry.ts";
import { headerOf } from "../../src/image/header.ts";
import { type Plan, planRender } from "../../src/image/plan.ts";
import { readHeader } from "../../src/image/readHeader.ts";
import { type RenderOrder, type Rendition, startStopwatch } from "../../src/image/rendition.ts";
import { flatten } from "../../src/image/steps/flatten.ts";
import { upright } from "../../src/image/steps/orient.ts";

const LANCZOS3 = 5;
const UPRIGHT = 1;

type Photon = Awaited<ReturnType<typeof photonEngine.use>>;

/** bytes + order -> thumbnail by photon alone. Throws Failure. Only one at a time, as with renderImage. */
export async function renderWithPhoton(order: RenderOrder): Promise<Rendition> {
  try {
    return await withDecodeErrors((sourceDone) => render(order, sourceDone));
  } finally {
    trimEngines();
  }
}

async function render(order: RenderOrder, sourceDone: () => void): Promise<Rendition> {
  const clock = startStopwatch();
  const source = order.source ?? readHeader(order.bytes);
  const plan = planRender(source, { ...order, fileBytes: order.bytes.length });
  const photon = await photonEngine.use();
  const whole = openPhoton(photon, order.bytes);
  sourceDone();
  clock.lap("decode");
  const { view } = plan;
  const { left, top, width, height } = view.window;
  const isWhole = left === 0 && top === 0 && width === source.width && height === source.height;
  const cut = isWhole
    ? whole
    : photon.crop(whole, Math.round(left), Math.round(top), Math.round(left + width), Math.round(top + height));
  if (!isWhole) photon.__wbg_photonimage_free(whole, 0);
  const small = photon.resize(cut, view.width, view.height, LANCZOS3);
  photon.__wbg_photonimage_free(cut, 0);
  clock.lap("resize");
  const finished = finish(photon, small, plan, source.alpha);
  clock.lap("encode");
  const { format } = plan.encode;
  return { ...finished, format, source: headerOf(source), frames: 1, truncated: false, stages: clock.stages() };
}

/** Turns the resized picture upright, flattens it if the plan says so, and encodes it. Frees it. */
function finish(photon: Photon, small: number, { view, orientation, background, encode }: Plan, alpha: boolean) {
  let image = small;
  let { width, height } = view;
  if (orientation !== UPRIGHT || (background !== null && alpha)) {
    const data = takeBytes(photon, photon.photonimage_get_raw_pixels(small));
    photon.__wbg_photonimage_free(small, 0);
    const turned = upright({ width, height, data, alpha }, orientation);
    const flat = background === null ? turned : flatten(turned, background);
    ({ width, height } = flat);
    const at = photon.__wbindgen_malloc(flat.data.length, 1);
    new Uint8Array(photon.memory.buffer, at, flat.data.length).set(flat.data);
    image = photon.photonimage_new(at, flat.data.length, width, height);
  }
  const bytes = takeBytes(photon, encoded(photon, image, encode));
  photon.__wbg_photonimage_free(image, 0);
  return { bytes, width, height };
}

type PhotonEncoder = (photon: Photon, image: number, quality: number) => [at: number, bytes: number];

const ENCODERS: Readonly<Partial<Record<OutputFormat, PhotonEncoder>>> = {
  jpeg: (photon, image, quality) => photon.photonimage_get_bytes_jpeg(image, quality),
  webp: (photon, image) => photon.photonimage_get_bytes_webp(image),
  png: (photon, image) => photon.photonimage_get_bytes(image),
};

/** Throws Error for a format that photon does not write, because the result must never have a wrong label. */
function encoded(photon: Photon, image: number, { format, quality }: Plan["encode"]): [number, number] {
  const encode = ENCODERS[format];
  if (encode === undefined) throw new Error(`photon does not write ${format}`);
  return encode(photon, image, quality);
}
