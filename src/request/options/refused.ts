/**
 * imgproxy's options that are refused here, by their full names. The message of the refusal and docs/front-end/imgproxy.md
 * have the reason from here.
 */

type Row = { readonly short: readonly string[]; readonly why: string };

const FIXED = "The encoder's settings are fixed";
const NO_COLOURS = "No colour adjustment";
const NO_OBJECTS = "No object detection";
const NO_VIDEO = "No video";

export const REFUSED = {
  adjust: { short: ["a"], why: NO_COLOURS },
  autoquality: { short: ["aq"], why: "Only `quality`, `format_quality` and `max_bytes`" },
  avif_options: { short: ["avifo"], why: "The AVIF encoder has one setting, its quality" },
  blur_areas: { short: ["ba"], why: "`blur` takes the whole picture" },
  blur_detections: { short: ["bd"], why: NO_OBJECTS },
  bypass_cache: { short: ["bc"], why: "Purge instead (`npm run purge`), or `cachebuster`" },
  cache_tags: { short: ["ct"], why: "Purges are by source, prefix and host" },
  colorize: { short: ["col"], why: NO_COLOURS },
  crop_aspect_ratio: { short: ["crop_ar", "car"], why: "`crop` takes sizes; or `resize:fill`" },
  crop_objects: { short: ["c_obj"], why: NO_OBJECTS },
  duotone: { short: ["dt"], why: NO_COLOURS },
  dpi: { short: [], why: "The resolution of print is not written" },
  draw_detections: { short: ["dd"], why: NO_OBJECTS },
  fallback_image_url: { short: ["fiu"], why: "A deployment has one, `FALLBACK_IMAGE_URL`" },
  flip: { short: ["fl"], why: "Only `rotate` and `auto_rotate`" },
  hashsum: { short: ["hs"], why: "A source is not compared with a hash" },
  gradient: { short: ["gr"], why: "Only a watermark is drawn on a picture" },
  jpeg_options: { short: ["jpgo"], why: FIXED },
  monochrome: { short: ["mc"], why: NO_COLOURS },
  objects_position: { short: ["obj_pos", "op"], why: NO_OBJECTS },
  page: { short: ["pg"], why: "Only the first page" },
  pages: { short: ["pgs"], why: "Only the first page" },
  png_options: { short: ["pngo"], why: FIXED },
  preserve_hdr: { short: ["ph"], why: "Colours are converted to sRGB" },
  progressive_blur: { short: ["pbl"], why: "`blur` is the same everywhere" },
  resizing_algorithm: { short: ["ra"], why: "One algorithm, close to Lanczos-3" },
  style: { short: ["st", "stl"], why: "SVG is painted as it is" },
  unsharp_masking: { short: ["ush"], why: "Only `sharpen`" },
  video_thumbnail_animation: { short: ["vta"], why: NO_VIDEO },
  video_thumbnail_tile: { short: ["vtt"], why: NO_VIDEO },
  video_thumbnail_keyframes: { short: ["vtk"], why: NO_VIDEO },
  video_thumbnail_second: { short: ["vts"], why: NO_VIDEO },
  watermark_rotate: { short: ["wm_rot", "wmr"], why: "A watermark stands upright" },
  watermark_shadow: { short: ["wmsh"], why: "A watermark has no shadow" },
  watermark_size: { short: ["wms"], why: "Only the argument `scale` of `watermark`" },
  watermark_text: { short: ["wmt"], why: "A watermark is the picture `WATERMARK_URL`" },
  watermark_url: { short: ["wmu"], why: "A deployment has one watermark, `WATERMARK_URL`" },
  webp_options: { short: ["webpo"], why: FIXED },
} as const satisfies Readonly<Record<string, Row>>;

const NAMES: ReadonlyMap<string, readonly [name: string, row: Row]> = new Map(
  Object.entries(REFUSED).flatMap(([name, row]) => [name, ...row.short].map((word) => [word, [name, row] as const])),
);

/** An option by its name or short name: its full name, and why it is refused. Undefined: imgproxy has no such option. */
export function refusedOption(word: string): { readonly name: string; readonly why: string } | undefined {
  const [name, row] = NAMES.get(word) ?? [];
  return name === undefined || row === undefined ? undefined : { name, why: row.why };
}
