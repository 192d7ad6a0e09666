/** What every door hands on: one picture asked for, as values. Doors differ; from here on nothing does. */

import type { AcceptClass } from "../image/formats/descriptor.ts";
import type { OutputFormat } from "../image/formats/registry.ts";

export type { AcceptClass, OutputFormat };

export type GrammarName = "imgproxy" | "photon";

export type ResizeType = "fit" | "fill" | "fill-down" | "force" | "auto";

/** imgproxy's compass: centre, north, ... Focus point: relative coordinates 0..1 from the top left. */
export type Gravity =
  | {
      readonly kind: "compass";
      readonly at: "ce" | "no" | "so" | "ea" | "we" | "noea" | "nowe" | "soea" | "sowe";
      readonly x: number;
      readonly y: number;
    }
  | { readonly kind: "focus"; readonly x: number; readonly y: number };

/** A picture operation with every default filled in. Pixels are CSS pixels; `dpr` multiplies them. */
export type Transform = {
  readonly resize: ResizeType;
  /** 0 = follow the other side. */
  readonly width: number;
  readonly height: number;
  readonly dpr: number;
  readonly enlarge: boolean;
  readonly gravity: Gravity;
  /** Crop before resizing; sides >= 1 are source pixels, 0 < side < 1 a share of the source, 0 the whole side. */
  readonly crop: { readonly width: number; readonly height: number; readonly gravity: Gravity | null } | null;
  /** Flatten onto this colour; null keeps alpha (JPEG then flattens on white). */
  readonly background: readonly [number, number, number] | null;
  /** 1..100; null = the format's default. */
  readonly quality: number | null;
  /** `auto` = by Accept class. */
  readonly format: OutputFormat | "auto";
  readonly autoRotate: boolean;
  /** Clockwise degrees, applied after auto-rotation. */
  readonly rotate: 0 | 90 | 180 | 270;
};

export type ImageRequest = {
  readonly door: GrammarName;
  /** Canonical source: WHATWG href without fragment, scheme kept, query untouched. */
  readonly source: string;
  readonly transform: Transform;
  /** Who vouches for the source. Decides redirects (a list is asked again on every hop) and `private`. */
  readonly authority: "signature" | "list" | "header";
  readonly accept: AcceptClass;
  /** The format depends on Accept: the answer carries `Vary: Accept`. */
  readonly negotiated: boolean;
  readonly cachebuster: string;
  /** Unix seconds; null = never. */
  readonly expires: number | null;
  readonly delivery: { readonly filename: string | null; readonly attachment: boolean };
};
