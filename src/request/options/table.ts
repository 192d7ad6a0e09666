/**
 * Every option of a picture, one row each (option.ts says what a row holds). Parser, key, ladder, `UNSIGNED_REFUSED`,
 * choice of parents, `npm run sign` and docs/front-end/url.md are derived from this table. A field of Transform without
 * a row does not compile.
 */
import type { Transform } from "../transform.ts";
import { CANVAS } from "./canvas.ts";
import { DELIVERY } from "./delivery.ts";
import { FILTERS } from "./filters.ts";
import { GEOMETRY } from "./geometry.ts";
import { METADATA } from "./metadata.ts";
import type { Option, Options, UnsignedRule } from "./option.ts";
import { PASSING } from "./passing.ts";
import { PIXELS } from "./pixels.ts";
import { SECURITY } from "./security.ts";
import { WATERMARK } from "./watermark.ts";

export const OPTIONS = {
  ...GEOMETRY,
  ...CANVAS,
  ...PIXELS,
  ...FILTERS,
  ...WATERMARK,
  ...PASSING,
  ...METADATA,
  ...SECURITY,
  ...DELIVERY,
} as const satisfies {
  readonly [K in keyof Options]: Option<Options[K]>;
};

/** Options that set several others by the position of their arguments. */
export const COMPOSED = {
  resize: {
    short: ["rs"],
    fields: ["resize", "width", "height", "enlarge", "extend"],
    doc: "Type, size, enlarging and extending in one",
  },
  size: { short: ["s"], fields: ["width", "height", "enlarge", "extend"], doc: "Size, enlarging and extending in one" },
} as const satisfies Record<string, { short: readonly string[]; fields: readonly (keyof Options)[]; doc: string }>;

/** The fields whose rows have this rule for unsigned requests. */
export type FieldsUnder<Rule extends UnsignedRule> = {
  [K in keyof Transform]: (typeof OPTIONS)[K] extends { readonly unsigned: Rule } ? K : never;
}[keyof Transform];
