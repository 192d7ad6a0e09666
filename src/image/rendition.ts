/** What the image engine takes and gives, and the stopwatch of its stages. */
import type { TapName } from "../config/taps.ts";
import type { Transform } from "../request/transform.ts";
import type { OutputFormat } from "./formats/registry.ts";
import type { Header, Source } from "./header.ts";

export type EngineLimits = {
  readonly maxSourcePixels: number;
  readonly maxSourceFrames: number;
  /** The longest side of a result. */
  readonly maxResultSide: number;
  /** The pixels of a still result, and of one frame of a moving one. */
  readonly maxResultPixels: number;
  /** The pixels of a moving result, all frames together. It gets fewer frames in place of more pixels. */
  readonly maxAnimationPixels: number;
  /** Names of the formats that this deployment decodes. Empty or absent: all. */
  readonly decoders?: readonly string[];
};

export type RenderOrder = {
  readonly bytes: Uint8Array;
  /** What `openFile` gave, when the caller has already called it. */
  readonly source?: Source;
  readonly transform: Transform;
  /** The format to make. */
  readonly format: OutputFormat;
  readonly limits: EngineLimits;
  /** The encoder's effort in place of the format's default (WebP: libwebp's method, 0 fast .. 6 small). */
  readonly effort?: number;
  /** What to work out from the result's pixels; absent = nothing. Hashes are asked for only where it shows all of the source. */
  readonly analyse?: readonly TapName[];
  /** The file of the watermark. A transform that has a watermark needs it. */
  readonly watermark?: Uint8Array | undefined;
  /** Called between two frames of an animation, so that others may have their turn. */
  readonly pause?: () => Promise<void>;
};

/** The perceptual hash PDQ (analyse/pdq.ts). */
export type Pdq = {
  /** 64 hex digits, the highest frequencies first, as the reference implementation writes it. */
  readonly hash: string;
  /** 0 to 100. At 49 and below the picture has too little structure for its hash to mean anything. */
  readonly quality: number;
};

/** What was worked out from the pixels. A field is absent when it was not asked for or could not be made. */
export type Look = {
  /** The dominant colour, `#rrggbb`. */
  readonly colour?: string;
  /** ThumbHash (evanw.github.io/thumbhash), base64. */
  readonly thumbhash?: string;
  /** 16 hex digits (analyse/dhash.ts). */
  readonly dhash?: string;
  readonly pdq?: Pdq;
};

export type Rendition = {
  readonly bytes: Uint8Array;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  readonly source: Header;
  /** How many frames of the source it shows, from the first on; 1 = a still. */
  readonly frames: number;
  /** True: the source ended early or was damaged, and the picture has only the part that could be decoded. */
  readonly truncated: boolean;
  /** Where it was asked for. */
  readonly look?: Look;
  /** CPU time by stage in milliseconds. It is correct only locally: in production the clock stands still. */
  readonly stages: { readonly decode: number; readonly resize: number; readonly encode: number };
};

/** Adds up time by stage. `lap` gives the time since the last lap to a stage. */
export type Stopwatch = { lap(stage: keyof Rendition["stages"]): void };

/** Starts at once. `now` gives milliseconds; in production it stands still while code runs. */
export function startStopwatch(
  now: () => number = () => performance.now(),
): Stopwatch & { stages(): Rendition["stages"] } {
  const spent = { decode: 0, resize: 0, encode: 0 };
  let since = now();
  return {
    lap(stage) {
      const at = now();
      spent[stage] += at - since;
      since = at;
    },
    stages: () => ({ ...spent }),
  };
}
