/** Values that browsers read and resvg does not, in the words that both read: `url("#a")`, and units in transformations. */

const QUOTED = /url\(\s{0,9}(["'])(#[^"'()]{0,200})\1\s{0,9}\)/g;
const TRANSFORM = /(?<![\w-])transform\s{0,9}:[^;}]*/g;
const UNIT = /(\d)(?:px|deg)\b/g;

/** The value of an attribute. */
export function plainValue(name: string, value: string): string {
  return name === "transform" ? value.replace(UNIT, "$1") : value.replace(QUOTED, "url($2)");
}

/** The text of a `style` attribute or element. */
export function plainStyle(css: string): string {
  return css.replace(QUOTED, "url($2)").replace(TRANSFORM, (one) => one.replace(UNIT, "$1"));
}
