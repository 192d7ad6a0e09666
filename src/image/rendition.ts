/** What the image engine takes and gives. */
import type { Transform } from "../request/imageRequest.ts";
import type { OutputFormat } from "./formats/registry.ts";
import type { Header, Source } from "./header.ts";

export type EngineLimits = {
  readonly maxSourcePixels: number;
  readonly maxSourceFrames: number;
  /** The longest side of a result. */
  readonly maxResultSide: number;
  /** The pixels of a result, all frames together. */
  readonly maxResultPixels: number;
};

export type RenderOrder = {
  readonly bytes: Uint8Array;
  /** What `readHeader(bytes)` gave, when the caller has already called it. */
  readonly source?: Source;
  readonly transform: Transform;
  /** The format to make. */
  readonly format: OutputFormat;
  readonly limits: EngineLimits;
  /** The encoder's effort in place of the format's default (WebP: libwebp's method, 0 fast .. 6 small). */
  readonly effort?: number;
};

export type Rendition = {
  readonly bytes: Uint8Array;
  readonly format: OutputFormat;
  readonly width: number;
  readonly height: number;
  readonly source: Header;
  /** The source ended early or was damaged; the picture is as much as there was. */
  readonly truncated: boolean;
  /** CPU time by stage in milliseconds (true only where the clock runs: locally). */
  readonly stages: { readonly decode: number; readonly resize: number; readonly encode: number };
};
