/** One photograph at one provider: the thumbnail by way of the provider's own size, against the one from the stored address. */
import sharp from "sharp";
import { renderImage } from "../../src/image/renderImage.ts";
import type { Transform } from "../../src/request/transform.ts";
import { type Picture, startNetwork } from "../../test/support/providers/lookAlike.ts";
import { Walker } from "../../test/support/providers/walk.ts";
import { ssim } from "../engine/ssim.ts";
import type { Photo, Provider } from "./providers.ts";

export type Compared = {
  readonly file: string;
  readonly variant: string;
  /** Bytes that the source sent for the thumbnail, as a share of those of the stored address. */
  readonly share: number;
  /** Of the thumbnail that was asked for. */
  readonly ssim: number;
  /** Of one that has 1.9 times fewer pixels each way than the provider's size. */
  readonly ssimAt19: number;
  /** Requests to the source. */
  readonly requests: number;
};

const LIMITS = { maxSourcePixels: 1e8, maxSourceFrames: 1, maxResultSide: 4096, maxResultPixels: 12e6 };
const RULES = { on: true, switched: new Map<string, boolean>(), hostsOf: new Map<string, readonly string[]>() };

export async function compare(photo: Photo, provider: Provider, transform: Transform): Promise<Compared> {
  const network = await startNetwork([provider.server(photo, pictureOf(photo, provider.quality))]);
  try {
    const walk = async (on: boolean) => {
      network.asked.length = 0;
      const { bytes, variant, reason } = await new Walker(network, { ...RULES, on }).walk(provider.stored, transform);
      if (bytes === null) throw new Error(`${photo.file}: ${provider.stored} failed with ${reason}`);
      const sent = network.asked.reduce((sum, one) => sum + one.bytes, 0);
      return { variant: variant ?? "", bytes, sent, requests: network.asked.length };
    };
    const own = await walk(true);
    const stored = await walk(false);
    const { width } = await sharp(own.bytes).metadata();
    return {
      file: photo.file,
      variant: own.variant,
      share: own.sent / stored.sent,
      ssim: await likeness(own.bytes, stored.bytes, transform),
      ssimAt19: await likeness(own.bytes, stored.bytes, { ...transform, width: Math.floor(width / 1.9) }),
      requests: own.requests,
    };
  } finally {
    await network.close();
  }
}

/** Renditions are made by sharp. The original is the photograph's own file. */
function pictureOf(photo: Photo, quality: number): Picture {
  return async (width, height) => {
    const isWhole = width === photo.width && height === photo.height;
    const scaled = () => sharp(photo.bytes).resize(width, height, { fit: "fill" }).jpeg({ quality }).toBuffer();
    return { status: 200, headers: { "content-type": "image/jpeg" }, body: isWhole ? photo.bytes : await scaled() };
  };
}

/** Of the thumbnails from two files, without lossy encoding. Both have the size that the stored address gives. */
async function likeness(
  own: Uint8Array<ArrayBuffer>,
  stored: Uint8Array<ArrayBuffer>,
  asked: Transform,
): Promise<number> {
  const made = (bytes: Uint8Array<ArrayBuffer>, transform: Transform) =>
    renderImage({ bytes, transform, format: "png", limits: LIMITS });
  const one = await made(stored, asked);
  const { width, height } = one;
  const other = await made(own, { ...asked, resize: "force", width, height, enlarge: true });
  const pixels = (png: Uint8Array) => sharp(png).ensureAlpha().raw().toBuffer();
  return ssim(await pixels(one.bytes), await pixels(other.bytes), width, height, 4);
}
