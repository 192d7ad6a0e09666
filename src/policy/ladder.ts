/** Sizes and qualities that unsigned requests get: few, so that what one client had made serves the next. */
import type { Config } from "../config/config.ts";
import type { Transform } from "../request/imageRequest.ts";

/** The side that does not set the rung is rounded up to a multiple of this. */
const STEP = 16;

/**
 * Snaps a transform up to the ladder: its longer side, in device pixels, to the next rung (the top one at most), the
 * other in proportion up to a multiple of 16; quality likewise. Without any size, the picture's own up to the top rung.
 */
export function snapToLadder(transform: Transform, config: Pick<Config, "ladder" | "ladderQualities">): Transform {
  const top = config.ladder.at(-1) ?? 0;
  const width = transform.width * transform.dpr;
  const height = transform.height * transform.dpr;
  const longer = Math.max(width, height);
  const rung = config.ladder.find((candidate) => candidate >= longer) ?? top;
  const snap = (side: number) => {
    if (side === 0) return 0;
    if (side === longer) return rung;
    return Math.min(rung, Math.ceil((side * rung) / longer / STEP) * STEP);
  };
  const quality = transform.quality;
  return {
    ...transform,
    // Without a size there is nothing to fill, to stretch to or to grow to.
    ...(longer === 0 ? ({ resize: "fit", enlarge: false } as const) : {}),
    dpr: 1,
    width: longer === 0 ? top : snap(width),
    height: longer === 0 ? top : snap(height),
    quality:
      quality === null
        ? null
        : (config.ladderQualities.find((rung) => rung >= quality) ?? config.ladderQualities.at(-1) ?? null),
  };
}
