/** What passes between this Worker and the second one, which decodes the heavy kinds and encodes AVIF (src/heavy). */
import type { FailureFacts, Reason } from "../errors.ts";
import type { DecoderName } from "./formats/registry.ts";
import type { Source } from "./header.ts";
import type { Pixels, View } from "./picture.ts";

/** For one picture, however often it is tried. Longer than `cpu_ms` of src/heavy/wrangler.toml, and a cold start. */
export const HEAVY_DEADLINE_MS = 8_000;

export type HeavyOrder = {
  readonly decoder: DecoderName;
  readonly source: Source;
  /** What to make of the picture as stored, before orientation and colour conversion. */
  readonly view: View;
  /** The picture has ended the Worker before: what is drawn at any size is drawn as small as possible, and enlarged. */
  readonly least: boolean;
};

/** The view's pixels, or a failure of the picture. `milliseconds`: what decoding took, as far as the clock tells. */
export type HeavyAnswer =
  | { readonly pixels: Pixels; readonly truncated: boolean; readonly milliseconds: number }
  | { readonly reason: Reason; readonly facts: FailureFacts; readonly detail: string | undefined };

/**
 * What AVIF to make. With a quality: that one. Else the smallest file that is at least as like the pixels as another file is
 * (luma SSIM), in at most so many bytes.
 */
export type AvifOrder = { readonly quality: number } | { readonly leastSsim: number; readonly mostBytes: number };

/** `file`: null when there is none within the order's bounds. `milliseconds` as in HeavyAnswer. */
export type AvifAnswer = {
  readonly file: Uint8Array | null;
  readonly quality: number;
  /** How often it was encoded. */
  readonly encodes: number;
  readonly milliseconds: number;
};

/** Pixels that the encoder has time for: 1.2 s of CPU a megapixel, of the 3 s that the heavy Worker has. */
export const MAX_AVIF_PIXELS = 1_600_000;
/** Pixels that are encoded for one order within bounds, all attempts together: three attempts at 640x640. */
export const MAX_SEARCHED_PIXELS = 1_250_000;

/** An AVIF is stored and shown only if it has at most this share of the WebP's bytes. */
export const MAX_AVIF_SHARE = 0.92;

/** The second Worker as its caller sees it: RPC through a service binding. */
export type HeavyWorker = {
  /**
   * File bytes and an order -> answer. Pictures are decoded one after the other, and `begun` is called when this one's turn
   * comes. Rejects only when the Worker itself fails: it is ended, or cannot be reached.
   */
  decode(bytes: Uint8Array, order: HeavyOrder, begun: () => void): Promise<HeavyAnswer>;
  /** Pixels -> AVIF. Rejects when the Worker itself or its encoder fails. `begun` as above. */
  avif(pixels: Pixels, order: AvifOrder, begun: () => void): Promise<AvifAnswer>;
};
