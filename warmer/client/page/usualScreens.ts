/** Screens to reckon with while a reader's is not known. */
import type { Screen } from "./cssLength.ts";

/** Widths of viewports in CSS pixels, from a small telephone to a large monitor, about evenly spread. */
const WIDTHS = [
  320, 360, 390, 430, 540, 640, 740, 820, 912, 1024, 1112, 1200, 1280, 1366, 1440, 1536, 1680, 1800, 1920,
];
const DENSITIES = [1, 1.25, 1.5, 2, 2.5, 3];
/** Up to this width a screen is a telephone, held upright. */
const TELEPHONE = 500;

/**
 * The screens that fit what is known, all as likely as each other: no statistics of anybody's readers go into it. Whatever is
 * undefined can be anything usual.
 */
export function usualScreens(known: {
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly dpr: number | undefined;
}): readonly Screen[] {
  const widths = known.width === undefined ? WIDTHS : [known.width];
  const densities = known.dpr === undefined ? DENSITIES : [known.dpr];
  return widths.flatMap((width) =>
    densities.map((dpr) => ({ width, height: known.height ?? usualHeight(width), dpr })),
  );
}

function usualHeight(width: number): number {
  return Math.round(width <= TELEPHONE ? width * 2 : width * 0.6);
}
