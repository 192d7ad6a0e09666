/** What is known of a source, and of which file each fact is: the original, or a provider's own size. Pure. */
import type { Orientation } from "../image/formats/exif.ts";
import { type FormatName, isVector } from "../image/formats/registry.ts";
import type { Size } from "../image/picture.ts";
import { ORIGINAL, type SourceMeta, type VariantMeta } from "./sourceMeta.ts";

/** Which file a fact was read from. Size, bytes and orientation of a variant are not those of the original. */
export type FactOf = "original" | "variant";

export type Fact<T> = { readonly value: T; readonly of: FactOf };

/** What is known of a source, each fact with the file it was read from. */
export type SourceFacts = {
  /** Upright, in pixels. */
  readonly size: Fact<Size>;
  readonly orientation: Fact<Orientation>;
  readonly format: Fact<FormatName>;
  /** Length of the file. */
  readonly bytes: Fact<number>;
};

/** The facts of the original where it was fetched, else those of the largest variant. */
export function factsOf(meta: SourceMeta): SourceFacts | null {
  const original = meta.variants[ORIGINAL];
  const largest = Object.values(meta.variants)
    .filter(({ crops }) => crops !== true)
    .sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const best = original ?? largest;
  if (best === undefined) return null;
  const of: FactOf = original === undefined ? "variant" : "original";
  const told = original === undefined ? meta.size : undefined;
  return {
    size: told === undefined ? { value: uprightSize(best), of } : { value: told, of: "original" },
    orientation: { value: best.orientation, of },
    format: { value: best.format, of },
    bytes: { value: best.bytes, of },
  };
}

/**
 * Upright size of the original in pixels. Null when only variants are known that may be smaller, and for what is drawn at
 * any size (SVG).
 */
export function originalSize(meta: Pick<SourceMeta, "variants" | "size"> | null): Size | null {
  const original = meta?.variants[ORIGINAL];
  if (original === undefined) return meta?.size ?? null;
  return isVector(original.format) ? null : uprightSize(original);
}

/** Upright size of the original or of a variant that shows all of it: they have one shape. Null = none is known. */
export function shapeOf(meta: Pick<SourceMeta, "variants"> | null): Size | null {
  const some = Object.values(meta?.variants ?? {}).find(({ crops }) => crops !== true);
  return some === undefined ? null : uprightSize(some);
}

/** The sides as a reader sees them. Orientations from 5 on swap them (EXIF 2.32 4.6.4). */
export function uprightSize({
  width,
  height,
  orientation,
}: Pick<VariantMeta, "width" | "height" | "orientation">): Size {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}
