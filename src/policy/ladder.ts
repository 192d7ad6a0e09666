/** Sizes and qualities that unsigned requests get. They are few, so that one client's picture serves the next client. */
import type { Config } from "../config/config.ts";
import { quantise } from "../request/options/quantum.ts";
import type { FieldsUnder } from "../request/options/table.ts";
import type { Transform } from "../request/transform.ts";

type Ladder = Pick<Config, "ladder" | "ladderQualities">;

/** The shorter side is rounded up to a multiple of this. */
const STEP = 16;

/**
 * Snaps a transform up to the ladder: its longer side, in device pixels, to the next rung (the top one at most), the
 * other side in proportion up to a multiple of 16; the quality likewise. Without any size, the picture's own size up to
 * the top rung. An option whose row says `sides` or `qualities` and that is not snapped here does not compile.
 */
export function snapToLadder(transform: Transform, ladder: Ladder): Transform {
  const noSize = transform.width === 0 && transform.height === 0;
  return {
    ...transform,
    // Without a size there is nothing to fill, to stretch to or to grow to.
    ...(noSize ? ({ resize: "fit", enlarge: false } as const) : {}),
    ...(snapSides(transform, ladder) satisfies Pick<Transform, FieldsUnder<"sides">>),
    ...(snapQualities(transform, ladder) satisfies Pick<Transform, FieldsUnder<"qualities">>),
  };
}

function snapSides({ width: w, height: h, dpr }: Transform, { ladder }: Ladder) {
  const top = ladder.at(-1) ?? 0;
  const [width, height] = [quantise(w * dpr), quantise(h * dpr)];
  const longer = Math.max(width, height);
  if (longer === 0) return { dpr: 1, width: top, height: top };
  const rung = ladder.find((candidate) => candidate >= longer) ?? top;
  const snap = (side: number) => {
    if (side === 0) return 0;
    if (side === longer) return rung;
    return Math.min(rung, Math.ceil((side * rung) / longer / STEP) * STEP);
  };
  return { dpr: 1, width: snap(width), height: snap(height) };
}

function snapQualities({ quality }: Transform, { ladderQualities }: Ladder) {
  const rung = ladderQualities.find((candidate) => quality !== null && candidate >= quality);
  return { quality: quality === null ? null : (rung ?? ladderQualities.at(-1) ?? null) };
}
