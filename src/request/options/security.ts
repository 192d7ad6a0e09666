/**
 * imgproxy's security options: limits of one address. They are taken only with `ALLOW_SECURITY_OPTIONS=true`, and here they
 * only lower what the deployment allows.
 */
import { decimal, whole } from "./arguments.ts";
import { numberText, type Rows, same, single } from "./option.ts";

const MEGA = 1_000_000;
const MEGAPIXELS = decimal(0, 1_000);
const MAX_BYTES = 100 * 1024 * 1024;
const FRAMES = whole(0, 10_000);
const SIDE = whole(0, 16_383);

/** What all of them have in common. A picture within the limits is the picture without them. */
const LIMIT = {
  fallback: 0,
  effect: "geometry",
  text: numberText,
  unsigned: "signed",
  keepsWhole: () => true,
} as const;

const toPixels = (mega: number) => Math.round(mega * MEGA);

export const SECURITY = {
  mostSourcePixels: {
    ...LIMIT,
    ...single("megapixels", MEGAPIXELS, toPixels),
    name: "max_src_resolution",
    short: ["msr"],
    doc: "Refuses a source with more pixels; 0 = only `MAX_SOURCE_PIXELS` counts",
    key: "msr",
  },
  mostSourceBytes: {
    ...LIMIT,
    ...single("bytes", whole(0, MAX_BYTES), same),
    name: "max_src_file_size",
    short: ["msfs"],
    doc: "Refuses a source file with more bytes; 0 = only `MAX_SOURCE_BYTES` counts",
    key: "msfs",
  },
  mostFrames: {
    ...LIMIT,
    ...single("frames", FRAMES, same),
    name: "max_animation_frames",
    short: ["maf"],
    doc: "Shows no more frames of an animation; 0 = only `MAX_ANIMATION_FRAMES` counts",
    key: "maf",
  },
  mostFramePixels: {
    ...LIMIT,
    ...single("megapixels", MEGAPIXELS, toPixels),
    name: "max_animation_frame_resolution",
    short: ["mafr"],
    doc: "Refuses an animation whose frames have more pixels; 0 = only `MAX_SOURCE_PIXELS` counts",
    key: "mafr",
  },
  mostResultSide: {
    ...LIMIT,
    ...single("side", SIDE, same),
    name: "max_result_dimension",
    short: ["mrd"],
    doc: "Refuses a result with a longer side, which imgproxy makes smaller; 0 = only `MAX_RESULT_SIDE` counts",
    key: "mrd",
  },
} as const satisfies Rows;

/** Names and short names of these options. */
export const SECURITY_NAMES: readonly string[] = Object.values(SECURITY).flatMap(({ name, short }) => [name, ...short]);
