/**
 * The picture operation that a request asks for, as values, and the words its options take. Pure data: the client
 * imports it too. How each field is read, stored and documented: options/table.ts.
 */
import type { OutputFormat } from "../image/formats/registry.ts";

/**
 * How a picture meets its box. imgproxy's five, and two of other grammars. `outside`: the smallest size that is at least
 * the box, nothing cut. `fit-down`: into the box after the box was lowered, in its own proportion, to the picture's size.
 */
export const RESIZE_TYPES = ["fit", "fill", "fill-down", "force", "auto", "outside", "fit-down"] as const;
export type ResizeType = (typeof RESIZE_TYPES)[number];

/** imgproxy's compass: centre, north, south, ... */
export const COMPASS = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"] as const;
export type CompassPoint = (typeof COMPASS)[number];

/** Degrees, clockwise. */
export const ROTATIONS = [0, 90, 180, 270] as const;

/** The longest side that can be asked for, in pixels. No output format's header holds more. */
export const MAX_SIDE = 65_535;

/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/**
 * What stays when something is cut off. `compass`: a point with an offset, in pixels from 1 on, a share of the side
 * below 1. `focus`: a point to keep in the picture, 0 to 1 from the top left. `smart`: the point that people look at first.
 */
export type Gravity =
  | { readonly kind: "compass"; readonly at: CompassPoint; readonly x: number; readonly y: number }
  | { readonly kind: "focus"; readonly x: number; readonly y: number }
  | { readonly kind: "smart"; readonly x: 0; readonly y: 0 };

/**
 * Metadata about rights that a result holds. `none`. `fetched`: what the fetched bytes carry, whichever size of the source
 * they are. `original`: what the source's own file carries; another size of the source will not do.
 */
export const RIGHTS_KEPT = ["none", "fetched", "original"] as const;
export type RightsKept = (typeof RIGHTS_KEPT)[number];

/**
 * Trimming: pixels count as border while no channel differs from the border's colour by more than `threshold` (0 to 255).
 * `colour`: null = that of the upper left pixel as stored. `equalX`, `equalY`: the same is cut off on both sides.
 */
export type Trim = {
  readonly threshold: number;
  readonly colour: Colour | null;
  readonly equalX: boolean;
  readonly equalY: boolean;
};

/** Whole CSS pixels; `dpr` multiplies them. */
export type Padding = { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number };

/** A picture over the result (`WATERMARK_URL`). */
export type Watermark = {
  /** Above 0, at most 1. */
  readonly opacity: number;
  /** A point of the compass, or `re`: tiles over all of the result. */
  readonly at: CompassPoint | typeof TILES;
  /** Offsets as in `Gravity`. Of tiles: the space between two of them. */
  readonly x: number;
  readonly y: number;
  /** Its size as a share of the result's; 0 = the watermark's own size. */
  readonly scale: number;
  /** The address of the watermark. The option leaves it empty, `readImageRequest` puts in `WATERMARK_URL`. */
  readonly url: string;
};

/** imgproxy's word for a watermark that is repeated. */
export const TILES = "re";

/** 1..100 for some formats. */
export type FormatQuality = Readonly<Partial<Record<OutputFormat, number>>>;

/** A picture operation with every default filled in. Pixels are CSS pixels; `dpr` multiplies them. */
export type Transform = {
  readonly resize: ResizeType;
  /** 0 = follow the other side. */
  readonly width: number;
  readonly height: number;
  readonly dpr: number;
  readonly enlarge: boolean;
  readonly gravity: Gravity;
  /** The least size, 0 = none. A picture that is larger in the other direction than its box is then cut to the box. */
  readonly minWidth: number;
  readonly minHeight: number;
  /** Factors of the size, beside `dpr`. */
  readonly zoom: { readonly x: number; readonly y: number };
  /** Cuts off the border that has one colour, before everything else; null = the border stays. */
  readonly trim: Trim | null;
  /** Where the picture stands when its canvas is extended to the box; null = no canvas is extended. */
  readonly extend: Gravity | null;
  /** The same, extended to the proportion of the box only. */
  readonly extendRatio: Gravity | null;
  /** Space around the picture, in CSS pixels; null = none. */
  readonly padding: Padding | null;
  /** Colour of what was extended; null = `background`, else transparent (white in JPEG). */
  readonly extendColour: Colour | null;
  /** Crop before resizing. A side of 1 or more is source pixels, below 1 a share of the source, 0 the whole side. */
  readonly crop: { readonly width: number; readonly height: number; readonly gravity: Gravity | null } | null;
  /** Flatten onto this colour; null keeps alpha (JPEG then flattens on white). */
  readonly background: Colour | null;
  /** 1..100; null = the format's default. */
  readonly quality: number | null;
  /** Quality by format, for what `quality` leaves to the default. */
  readonly formatQuality: FormatQuality;
  /** The most bytes of the file, reached by lower quality; 0 = any number. */
  readonly maxBytes: number;
  /** Standard deviation of a Gaussian blur, in pixels of the result; 0 = none. */
  readonly blur: number;
  /** Standard deviation of the mask that sharpens; 0 = none. */
  readonly sharpen: number;
  /** Side of the squares that the result is made of, in pixels; 0 and 1 = single pixels. */
  readonly pixelate: number;
  /** Drawn over everything else; null = none. */
  readonly watermark: Watermark | null;
  /** Whether the file keeps the source's colour profile, and its pixels their values; else they are converted to sRGB. */
  readonly keepProfile: boolean;
  /** Limits of this address, below those of the deployment; 0 = none. Pixels of the source, of one frame, and bytes. */
  readonly mostSourcePixels: number;
  readonly mostFramePixels: number;
  readonly mostSourceBytes: number;
  /** The longest side of the result, in pixels. */
  readonly mostResultSide: number;
  /** Frames of the result. `readImageRequest` lowers `maxFrames` to it, and sets it to 0. */
  readonly mostFrames: number;
  /** The source's file as it is. */
  readonly raw: boolean;
  /** Formats of a source whose file is the result as it is, where the result has the same format. */
  readonly skip: readonly OutputFormat[];
  /** `auto` = by the request's Accept class. */
  readonly format: OutputFormat | "auto";
  readonly autoRotate: boolean;
  /** Clockwise degrees, applied after auto-rotation. */
  readonly rotate: (typeof ROTATIONS)[number];
  /** null = the address does not say: `readImageRequest` puts in what `KEEP_COPYRIGHT` says. */
  readonly keepCopyright: RightsKept | null;
  /**
   * The most frames of an animation that are shown; 1 = a still. null = the address does not say: `readImageRequest` puts in
   * what `MAX_ANIMATION_FRAMES` says.
   */
  readonly maxFrames: number | null;
  /** Rights of a source whose bytes carry none. An empty text is left out. */
  readonly license: { readonly license: string; readonly creator: string } | null;
};

/** The defaults of the options that only signed addresses and few pages use. */
export const NOTHING_MORE = {
  minWidth: 0,
  minHeight: 0,
  zoom: { x: 1, y: 1 },
  trim: null,
  extendRatio: null,
  padding: null,
  formatQuality: {},
  maxBytes: 0,
  blur: 0,
  sharpen: 0,
  pixelate: 0,
  watermark: null,
  keepProfile: false,
  mostSourcePixels: 0,
  mostFramePixels: 0,
  mostSourceBytes: 0,
  mostResultSide: 0,
  mostFrames: 0,
  raw: false,
  skip: [],
} as const satisfies Partial<Transform>;

/** A point of the compass without an offset. */
export function compass(at: CompassPoint): Gravity {
  return { kind: "compass", at, x: 0, y: 0 };
}

// A literal: a call here would stay in the client's bundle.
export const CENTRE: Gravity = { kind: "compass", at: "ce", x: 0, y: 0 };

/** Whether a least size is asked for. */
export function hasLeast({ minWidth, minHeight }: Pick<Transform, "minWidth" | "minHeight">): boolean {
  return minWidth > 0 || minHeight > 0;
}

/** Whether the address limits what its source may be. */
export function limitsSource({
  mostSourcePixels,
  mostFramePixels,
  mostSourceBytes,
}: Pick<Transform, "mostSourcePixels" | "mostFramePixels" | "mostSourceBytes">): boolean {
  return mostSourcePixels > 0 || mostFramePixels > 0 || mostSourceBytes > 0;
}

/** Whether something stands around the picture. */
export function hasCanvas({
  extend,
  extendRatio,
  padding,
}: Pick<Transform, "extend" | "extendRatio" | "padding">): boolean {
  return extend !== null || extendRatio !== null || padding !== null;
}

/** The quality that the address asks of a format; null = the format's default. */
export function qualityOf(
  { quality, formatQuality }: Pick<Transform, "quality" | "formatQuality">,
  format: OutputFormat,
): number | null {
  return quality ?? formatQuality[format] ?? null;
}

/** Whether the crop is said in pixels of the source, so that it depends on the source's size. */
export function cropsInPixels({ crop, gravity }: Pick<Transform, "crop" | "gravity">): boolean {
  if (crop === null) return false;
  const at = crop.gravity ?? gravity;
  const offsets = at.kind === "compass" ? [at.x, at.y] : [];
  return [crop.width, crop.height, ...offsets].some((value) => Math.abs(value) >= 1);
}
