/** The fonts that text in an SVG is drawn with: DejaVu (dejavu-fonts-ttf), whatever the document names. */
import sans from "dejavu-fonts-ttf/ttf/DejaVuSans.ttf";
import bold from "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf";
import mono from "dejavu-fonts-ttf/ttf/DejaVuSansMono.ttf";
import serif from "dejavu-fonts-ttf/ttf/DejaVuSerif.ttf";

export const FONTS = [sans, bold, mono, serif].map((font) => new Uint8Array(font));

export const DEFAULT_FAMILY = "DejaVu Sans";

const MONO = /mono|courier|consol|menlo|typewriter/i;
const SERIF = /times|georgia|garamond|palatino|roman|(^|[^-])\bserif/i;

/** A list of font families -> the one of ours that looks most like them. */
export function nearestFamily(families: string): string {
  if (MONO.test(families)) return "DejaVu Sans Mono";
  return SERIF.test(families) && !/sans/i.test(families) ? "DejaVu Serif" : DEFAULT_FAMILY;
}

/** The same for declarations in a style sheet. */
export function withNearestFamilies(css: string): string {
  return css.replace(/(font-family\s*:\s*)([^;}]+)/gi, (_, start: string, families: string) => {
    return `${start}'${nearestFamily(families)}'`;
  });
}
