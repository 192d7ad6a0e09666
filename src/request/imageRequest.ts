/** What every door hands on: one picture asked for, as values. Doors differ; from here on nothing does. */

export type GrammarName = "imgproxy" | "photon";

/** Which formats a browser takes, as three classes (RFC 9110 12.5.1 Accept, reduced to what we can make). */
export type AcceptClass = "avif" | "webp" | "base";

export type ResizeType = "fit" | "fill" | "fill-down" | "force" | "auto";

/** Output formats an option may name; `auto` = by Accept class. */
export type OutputFormat = "webp" | "jpeg" | "png";

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
  readonly format: OutputFormat | "auto";
  readonly autoRotate: boolean;
  /** Clockwise degrees, applied after auto-rotation. */
  readonly rotate: 0 | 90 | 180 | 270;
};

/** What decides the bytes of a rendition, and who may have it. */
export type RenditionRequest = {
  /** Canonical source: WHATWG href without fragment, scheme kept, query untouched. */
  readonly source: string;
  readonly transform: Transform;
  /** Who vouches for the source. Decides redirects (a list is asked again on every hop) and `private`. */
  readonly authority: "signature" | "list" | "header";
  readonly accept: AcceptClass;
  readonly cachebuster: string;
};

export type ImageRequest = RenditionRequest & {
  readonly door: GrammarName;
  /** The format depends on Accept: the answer carries `Vary: Accept`. */
  readonly negotiated: boolean;
  /** Unix seconds; null = never. */
  readonly expires: number | null;
  readonly delivery: { readonly filename: string | null; readonly attachment: boolean };
};
