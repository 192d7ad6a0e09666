/** Options that put something around the picture. */
import { MAX_SIDE, type Padding } from "../transform.ts";
import { ArgumentError, FLAG, readColour, whole } from "./arguments.ts";
import { gravityText, readExtend } from "./lengths.ts";
import type { Rows } from "./option.ts";

const EXTEND_ARGS = [
  { name: "extend", limit: FLAG.limit },
  { name: "gravity", limit: "as gravity: where the picture stands" },
] as const;

const SPACE = whole(0, MAX_SIDE);

export const CANVAS = {
  extend: {
    name: "extend",
    short: ["ex"],
    args: EXTEND_ARGS,
    read: readExtend,
    doc: "Extends the canvas to width and height when the result is smaller",
    fallback: null,
    effect: "geometry",
    key: "ex",
    text: (extend) => (extend === null ? "" : `1_${gravityText(extend)}`),
    unsigned: "refusable",
  },
  extendRatio: {
    name: "extend_aspect_ratio",
    short: ["extend_ar", "exar"],
    args: EXTEND_ARGS,
    read: readExtend,
    doc: "Extends the canvas to the proportion of width and height; it takes both sides",
    fallback: null,
    effect: "geometry",
    key: "exar",
    text: (extend) => (extend === null ? "" : `1_${gravityText(extend)}`),
    unsigned: "refusable",
  },
  extendColour: {
    name: "extend_background",
    short: ["exbg"],
    args: [{ name: "colour", limit: "as background" }],
    read: readColour,
    doc: "Colour of an extended canvas and of padding in place of the background's; empty is the background's, else transparent",
    fallback: null,
    effect: "pixels",
    key: "exbg",
    text: (colour) => colour?.join("_") ?? "",
    unsigned: "refusable",
  },
  padding: {
    name: "padding",
    short: ["pd"],
    args: [
      { name: "top", limit: SPACE.limit },
      { name: "right", limit: "as top, which it falls back on" },
      { name: "bottom", limit: "as top, which it falls back on" },
      { name: "left", limit: "as right, which it falls back on" },
    ],
    read: readPadding,
    doc: "Space around the picture, outside of width and height, in the background's colour",
    fallback: null,
    effect: "geometry",
    key: "pd",
    text: (padding) => (padding === null ? "" : [padding.top, padding.right, padding.bottom, padding.left].join("_")),
    unsigned: "signed",
  },
} as const satisfies Rows;

/** As in CSS: the first is for all sides, the second for both others. */
function readPadding([top = "", right = "", bottom = "", left = "", ...more]: readonly string[]): Padding | null {
  if (more.length > 0) throw new ArgumentError(more.join(":"), "four arguments");
  const space = (text: string, otherwise: number) => (text === "" ? otherwise : SPACE.read(text));
  const above = space(top, 0);
  const after = space(right, above);
  const padding = { top: above, right: after, bottom: space(bottom, above), left: space(left, after) };
  return Object.values(padding).every((side) => side === 0) ? null : padding;
}
