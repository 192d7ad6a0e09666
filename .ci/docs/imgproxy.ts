/** Every option that imgproxy has, and what it is here. The options are those of imgproxy's own URL builder. */
import { readFileSync } from "node:fs";
import { namedOptions } from "../../src/request/options/applyOption.ts";
import { SECURITY_NAMES } from "../../src/request/options/security.ts";
import { WITHOUT_EFFECT } from "../../src/request/options/withoutEffect.ts";

const TYPES = "../../node_modules/@imgproxy/imgproxy-js-core/dist/imgproxy-js-core.d.ts";

/** Options that are refused with 400 `option_unknown`, and why. */
const REFUSED = {
  adjust: "No colour adjustment",
  autoquality: "`quality`, `format_quality` or `max_bytes`",
  avif_options: "The AVIF encoder has one setting, its quality",
  blur_areas: "`blur` takes the whole picture",
  blur_detections: "No object detection",
  bypass_cache: "Purge instead (`npm run purge`), or `cachebuster`",
  cache_tags: "Purges are by source, prefix and host",
  colorize: "No colour adjustment",
  crop_aspect_ratio: "`crop` takes sizes; or `resize:fill`",
  crop_objects: "No object detection",
  duotone: "No colour adjustment",
  dpi: "The resolution of print is not written",
  draw_detections: "No object detection",
  fallback_image_url: "The answer is an error with its status; a page's `onerror` can show another picture",
  flip: "`rotate` and `auto_rotate` only",
  hashsum: "A source is not compared with a hash",
  gradient: "Only a watermark is drawn on a picture",
  jpeg_options: "The encoder's settings are fixed",
  monochrome: "No colour adjustment",
  objects_position: "No object detection",
  page: "The first page",
  pages: "The first page",
  png_options: "The encoder's settings are fixed",
  preserve_hdr: "Colours are converted to sRGB",
  progressive_blur: "`blur` is the same everywhere",
  resizing_algorithm: "One algorithm, close to Lanczos-3",
  style: "SVG is painted as it is",
  unsharp_masking: "`sharpen`",
  video_thumbnail_animation: "No video",
  video_thumbnail_tile: "No video",
  video_thumbnail_keyframes: "No video",
  video_thumbnail_second: "No video",
  watermark_rotate: "A watermark stands upright",
  watermark_shadow: "A watermark has no shadow",
  watermark_size: "The argument `scale` of `watermark`",
  watermark_text: "A watermark is the picture `WATERMARK_URL`",
  watermark_url: "A deployment has one watermark, `WATERMARK_URL`",
  webp_options: "The encoder's settings are fixed",
} as const satisfies Readonly<Record<string, string>>;

type ImgproxyOption = { readonly name: string; readonly short: readonly string[] };

/** Options of imgproxy's documentation that its URL builder does not know. */
const NOT_IN_BUILDER: readonly ImgproxyOption[] = [{ name: "hashsum", short: ["hs"] }];

/** The processing options in the types of `@imgproxy/imgproxy-js-core`, in alphabetical order. */
export function imgproxyOptions(): readonly ImgproxyOption[] {
  const types = readFileSync(new URL(TYPES, import.meta.url), "utf8");
  const parts = (/export type Options = ([^;]+);/.exec(types)?.[1] ?? "").split(" & ");
  const options = parts.flatMap((part) => {
    const body = new RegExp(`export interface ${part} \\{([\\s\\S]*?)\\n\\}`).exec(types)?.[1] ?? "";
    const [name, ...short] = [...body.matchAll(/^\s*(\w+)\?:/gm)].map(([, word = ""]) => word);
    // The type has a place for options that the builder does not know. That is no option of imgproxy.
    return name === undefined || name === "wild_options" ? [] : [{ name, short }];
  });
  const known = options.map(({ name }) => name);
  const others = NOT_IN_BUILDER.filter(({ name }) => !known.includes(name));
  return [...options, ...others].sort((a, b) => a.name.localeCompare(b.name));
}

/** Option, short names, what it is here. Throws Error for an option that no table here has. */
export function imgproxyRows(): readonly (readonly [string, string, string])[] {
  return imgproxyOptions().map(({ name, short }) => [
    `\`${name}\``,
    short.map((word) => `\`${word}\``).join(" "),
    hereOf(name),
  ]);
}

/** Options of ours that imgproxy does not have. */
export function ownOptions(): readonly string[] {
  const theirs = imgproxyOptions().map(({ name }) => name);
  return namedOptions().flatMap(({ name }) => (theirs.includes(name) ? [] : [name]));
}

function hereOf(name: string): string {
  if (name === "preset") return "taken: the presets of `PRESETS`";
  if (SECURITY_NAMES.includes(name)) {
    return "taken where `ALLOW_SECURITY_OPTIONS` is true ([its arguments](url.md#options)), else refused (400). It only lowers the deployment's limit";
  }
  if (namedOptions().some((option) => option.name === name)) return "taken ([its arguments](url.md#options))";
  const same = Object.entries(WITHOUT_EFFECT).find(([key]) => key === name)?.[1];
  if (same !== undefined) return `only with the value ${same.limit}: ${same.doc}`;
  const refused = Object.entries(REFUSED).find(([key]) => key === name)?.[1];
  if (refused === undefined) throw new Error(`Say in .ci/docs/imgproxy.ts what imgproxy's option ${name} is here`);
  return `refused (400). ${refused}`;
}
