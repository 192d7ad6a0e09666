/** Options that decide what the pixels look like and how they are encoded. */
import { outputOf } from "../../image/formats/registry.ts";
import { ANY_FORMAT, FLAG, readColour, whole } from "./arguments.ts";
import { numberText, type Rows, same, single } from "./option.ts";

export const PIXELS = {
  background: {
    name: "background",
    short: ["bg"],
    args: [{ name: "colour", limit: "hex RGB, or red:green:blue of 0 to 255; empty keeps alpha" }],
    read: readColour,
    doc: "Puts transparent pictures on a colour",
    fallback: null,
    effect: "pixels",
    key: "bg",
    text: (colour) => colour?.join("_") ?? "",
    unsigned: "refusable",
    keepsWhole: (_, { alpha }) => !alpha,
  },
  extendColour: {
    name: "extend_background",
    short: ["exbg"],
    args: [{ name: "colour", limit: "as background" }],
    read: readColour,
    doc: "Colour of an extended canvas in place of the background's; empty is the background's, else transparent",
    fallback: null,
    effect: "pixels",
    key: "exbg",
    text: (colour) => colour?.join("_") ?? "",
    unsigned: "refusable",
  },
  quality: {
    name: "quality",
    short: ["q"],
    ...single("quality", whole(0, 100), (quality) => (quality === 0 ? null : quality)),
    doc: "Of lossy formats; 0 = the format's default",
    fallback: null,
    effect: "pixels",
    key: "q",
    text: (quality) => (quality === null ? "" : numberText(quality)),
    unsigned: "qualities",
    // How good a parent's quality must be is a rule of its own (rendition/chooseParent.ts).
    keepsWhole: () => true,
  },
  format: {
    name: "format",
    short: ["f", "ext"],
    ...single("format", ANY_FORMAT, same),
    doc: "Instead of what the browser accepts; `avif` only in signed addresses, and only where `AVIF` is on",
    fallback: "auto",
    effect: "pixels",
    key: "f",
    text: String,
    unsigned: "free",
    keepsWhole: (format, { alpha }) => !alpha || (format !== "auto" && outputOf(format).abilities.alpha),
  },
  maxFrames: {
    name: "disable_animation",
    short: ["da"],
    ...single("disable", FLAG, (isOff) => (isOff ? 1 : null)),
    doc: "Makes a still of an animation, which its first frame is. Without it `MAX_ANIMATION_FRAMES` decides, whose default is stills",
    fallback: null,
    effect: "pixels",
    key: "an",
    // Pictures of before this option are stills.
    text: (frames) => (frames === null || frames === 1 ? "" : numberText(frames)),
    unsigned: "free",
    // Which parents move as a smaller size must is a rule of its own (rendition/chooseParent.ts).
    keepsWhole: () => true,
  },
} as const satisfies Rows;
