/** The option that draws `WATERMARK_URL` over a result. */
import { COMPASS, TILES, type Watermark } from "../transform.ts";
import { ArgumentError, decimal, oneOf } from "./arguments.ts";
import { OFFSET } from "./lengths.ts";
import { numberText, type Rows } from "./option.ts";

const OPACITY = decimal(0, 1);
const PLACE = oneOf([...COMPASS, TILES]);
/** A larger one would hide the whole result. */
const SCALE = decimal(0, 1);

export const WATERMARK = {
  watermark: {
    name: "watermark",
    short: ["wm"],
    args: [
      { name: "opacity", limit: `${OPACITY.limit}; 0 = none` },
      { name: "position", limit: PLACE.limit },
      { name: "x_offset", limit: "pixels, or a share of the result below 1" },
      { name: "y_offset", limit: "as x_offset" },
      { name: "scale", limit: `${SCALE.limit}; 0 = its own size` },
    ],
    read: readWatermark,
    doc: "Draws `WATERMARK_URL` over the result, at last. `re` repeats it, and then the offsets are the space between two of them. `scale` is a share of the result's size",
    fallback: null,
    effect: "pixels",
    key: "wm",
    text: (mark) =>
      mark === null
        ? ""
        : [
            ...[numberText(mark.opacity), mark.at, numberText(mark.x), numberText(mark.y), numberText(mark.scale)],
            encodeURIComponent(mark.url),
          ].join("_"),
    unsigned: "refusable",
  },
} as const satisfies Rows;

/** `opacity[:position[:x[:y[:scale]]]]`, as imgproxy reads it. */
function readWatermark(args: readonly string[]): Watermark | null | undefined {
  const [opacity = "", position = "", x = "", y = "", scale = "", ...more] = args;
  if (more.length > 0) throw new ArgumentError(args.join(":"), "five arguments");
  if (opacity === "") return undefined;
  const mark: Watermark = {
    opacity: OPACITY.read(opacity),
    at: position === "" ? "ce" : PLACE.read(position),
    x: x === "" ? 0 : OFFSET.read(x),
    y: y === "" ? 0 : OFFSET.read(y),
    scale: scale === "" ? 0 : SCALE.read(scale),
    url: "",
  };
  return mark.opacity === 0 ? null : mark;
}
