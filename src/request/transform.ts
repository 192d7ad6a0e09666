/**
 * The picture operation that a request asks for, as values, and the words its options take. Pure data: the client
 * imports it too. How each field is read, stored and documented: options/table.ts.
 */
import type { OutputFormat } from "../image/formats/registry.ts";
import { quantise } from "./options/quantum.ts";

export const RESIZE_TYPES = ["fit", "fill", "fill-down", "force", "auto"] as const;
export type ResizeType = (typeof RESIZE_TYPES)[number];

/** imgproxy's compass: centre, north, south, ... */
export const COMPASS = ["ce", "no", "so", "ea", "we", "noea", "nowe", "soea", "sowe"] as const;
export type CompassPoint = (typeof COMPASS)[number];

/** Degrees, clockwise. */
export const ROTATIONS = [0, 90, 180, 270] as const;

/** The longest side that can be asked for, in pixels. No output format's header holds more. */
export const MAX_SIDE = 65_535;

/**
 * What stays when something is cut off. `compass`: a point with an offset, in pixels from 1 on, a share of the side
 * below 1. `focus`: a point to keep in the picture, 0 to 1 from the top left.
 */
export type Gravity =
  | { readonly kind: "compass"; readonly at: CompassPoint; readonly x: number; readonly y: number }
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
  /** Crop before resizing. A side of 1 or more is source pixels, below 1 a share of the source, 0 the whole side. */
  readonly crop: { readonly width: number; readonly height: number; readonly gravity: Gravity | null } | null;
  /** Flatten onto this colour; null keeps alpha (JPEG then flattens on white). */
  readonly background: readonly [number, number, number] | null;
  /** 1..100; null = the format's default. */
  readonly quality: number | null;
  /** `auto` = by the request's Accept class. */
  readonly format: OutputFormat | "auto";
  readonly autoRotate: boolean;
  /** Clockwise degrees, applied after auto-rotation. */
  readonly rotate: (typeof ROTATIONS)[number];
};

export const CENTRE: Gravity = { kind: "compass", at: "ce", x: 0, y: 0 };

/**
 * The same picture said in one way. A crop without gravity takes the picture's. `fit`, and `force` with both sides, cut
 * nothing: gravity has no effect and dpr is only a factor of the sides. The other types keep dpr, because it multiplies
 * gravity offsets and the sides that are not given. The key and the geometry both use this form.
 */
export function folded(transform: Transform): Transform {
  const { crop, gravity } = transform;
  const t = crop === null ? transform : { ...transform, crop: { ...crop, gravity: crop.gravity ?? gravity } };
  if (t.resize !== "fit" && t.resize !== "force") return t;
  const sides = [t.width, t.height].filter((side) => side > 0).length;
  if (sides === 0 || (sides === 1 && t.resize === "force")) return { ...t, gravity: CENTRE };
  return { ...t, gravity: CENTRE, width: quantise(t.width * t.dpr), height: quantise(t.height * t.dpr), dpr: 1 };
}

/** Whether the crop is said in pixels of the source, so that it depends on the source's size. */
export function cropsInPixels({ crop, gravity }: Pick<Transform, "crop" | "gravity">): boolean {
  if (crop === null) return false;
  const at = crop.gravity ?? gravity;
  const offsets = at.kind === "compass" ? [at.x, at.y] : [];
  return [crop.width, crop.height, ...offsets].some((value) => Math.abs(value) >= 1);
}
