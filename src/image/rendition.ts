/** What the image engine takes and gives, and the stopwatch of its stages. */
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
  /** Whether to work out the result's ThumbHash and dominant colour. */
  readonly analyse?: boolean;
  /** Called between two frames of an animation, so that others may have their turn. */
  readonly pause?: () => Promise<void>;
};

/** What stands for a picture until it is there. */
export type Look = {
  /** The dominant colour, `#rrggbb`. */
  readonly colour: string;
  /** ThumbHash (evanw.github.io/thumbhash), base64. */
  readonly thumbhash: string;
  /** dHash, 16 hex digits. */
  readonly dhash: string;
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
