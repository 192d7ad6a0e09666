/** Sizes and qualities that unsigned requests get. They are few, so that one client's picture serves the next client. */
import type { Config } from "../config/config.ts";
import { quantise } from "../request/options/quantum.ts";
import type { FieldsUnder } from "../request/options/table.ts";
import type { Transform } from "../request/transform.ts";

type Ladder = Pick<Config, "ladder" | "ladderQualities">;

/**
 * Snaps a transform up to the ladder: its width, in device pixels, to the next rung, its height in proportion. Without a
 * width the height is snapped. Neither side becomes longer than the top rung. The proportion stays to the nearest pixel,
 * and a width that is a rung stays, so that the descriptors of a `srcset` are true. The quality is snapped likewise.
 * Without any size, the picture's own size up to the top rung. An option whose row says `sides` or `qualities` and that is
 * not snapped here does not compile.
 */
export function snapToLadder(transform: Transform, ladder: Ladder): Transform {
  const noSize = transform.width === 0 && transform.height === 0;
  return {
    ...transform,
    // Without a size there is nothing to fill, to stretch, to grow or to extend to.
    ...(noSize
      ? ({ resize: "fit", enlarge: false, extend: null, extendRatio: null, extendColour: null } as const)
      : {}),
    ...(snapSides(transform, ladder) satisfies Pick<Transform, FieldsUnder<"sides">>),
    ...(snapQualities(transform, ladder) satisfies Pick<Transform, FieldsUnder<"qualities">>),
  };
}

function snapSides({ width: w, height: h, dpr }: Transform, { ladder }: Ladder) {
  const top = ladder.at(-1) ?? 0;
  const [width, height] = [quantise(w * dpr), quantise(h * dpr)];
  const leading = width === 0 ? height : width;
  if (leading === 0) return { dpr: 1, width: top, height: top };
  const rung = ladder.find((candidate) => candidate >= leading) ?? top;
  const scale = Math.min(rung / leading, top / Math.max(width, height));
  const snap = (side: number) => (side === 0 ? 0 : Math.max(1, Math.round(side * scale)));
  return { dpr: 1, width: snap(width), height: snap(height) };
}

function snapQualities({ quality }: Transform, { ladderQualities }: Ladder) {
  const rung = ladderQualities.find((candidate) => quality !== null && candidate >= quality);
  return { quality: quality === null ? null : (rung ?? ladderQualities.at(-1) ?? null) };
}
