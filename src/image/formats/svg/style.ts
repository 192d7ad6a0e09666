/**
 * The properties that decide what an element costs: from its attributes, its `style`, and the rules of `style` elements.
 * Of a rule's selector only the last part counts, so a rule may count for more elements than it applies to, never fewer.
 */
import { Failure } from "../../../errors.ts";
import type { Element } from "./tree.ts";

/** Property -> every value that some source gives it. */
export type Properties = ReadonlyMap<string, readonly string[]>;

const WATCHED: ReadonlySet<string> = new Set(
  [
    "opacity fill fill-opacity stroke stroke-width stroke-opacity stroke-dasharray filter mask clip-path marker",
    "marker-start marker-mid marker-end transform mix-blend-mode isolation font-size stop-opacity",
  ].flatMap((line) => line.split(" ")),
);

export type Rules = {
  /** By one of the names in the last selector: `.class`, `#id`, an element's name or `*`. */
  readonly byName: ReadonlyMap<string, Properties>;
  /** How many selectors there are. The renderer compares each element with each of them. */
  readonly selectors: number;
};

const SIMPLE = /(?:[.#]?[\w-]+|\*)/g;
const PSEUDO = /::?[\w-]+(\([^()]*\))?|\[[^[\]]*\]/g;
/** Different values of one property that an element can have. More say nothing about a picture that is drawn. */
const MAX_VALUES = 64;
const MAX_CLASSES = 64;

/** The text of `style` elements -> rules. At-rules count as plain ones. Time grows with the length of the text only. */
export function readRules(css: string): Rules {
  const byName = new Map<string, Map<string, string[]>>();
  let selectors = 0;
  const text = withoutComments(css);
  for (let at = 0; ; ) {
    const open = text.indexOf("{", at);
    const close = text.indexOf("}", open);
    if (open < 0 || close < 0) return { byName, selectors };
    // Of an at-rule such as @media the inner rule counts.
    const inner = text.lastIndexOf("{", close);
    const start = Math.max(text.lastIndexOf("{", inner - 1), text.lastIndexOf("}", inner - 1), at - 1) + 1;
    const declarations = declarationsOf(text.slice(inner + 1, close));
    for (const selector of text.slice(start, inner).split(",")) {
      selectors++;
      const key = keyOf(selector);
      const values = byName.get(key) ?? new Map<string, string[]>();
      byName.set(key, values);
      for (const [property, value] of declarations) addValue(values, property, value);
    }
    at = close + 1;
  }
}

/** An element has to have all names of the last simple selector. One of them is enough here. */
function keyOf(selector: string): string {
  const last =
    selector
      .trim()
      .split(/[\s>+~]+/)
      .at(-1) ?? "";
  const names = last.replace(PSEUDO, "").match(SIMPLE) ?? [];
  return names.find((name) => /^[.#]/.test(name)) ?? names[0] ?? "*";
}

function withoutComments(css: string): string {
  const [first = "", ...rest] = css.split("/*");
  return first + rest.map((piece) => (piece.includes("*/") ? piece.slice(piece.indexOf("*/") + 2) : "")).join("");
}

function declarationsOf(text: string): readonly (readonly [property: string, value: string])[] {
  return text.split(";").flatMap((one) => {
    const colon = one.indexOf(":");
    const property = one.slice(0, colon).trim().toLowerCase();
    return colon > 0 && WATCHED.has(property) ? [[property, one.slice(colon + 1).trim()] as const] : [];
  });
}

/** Throws source_too_complex past MAX_VALUES. */
function addValue(values: Map<string, string[]>, property: string, value: string): void {
  const plain = property === "fill" || property === "stroke" ? plainPaint(value) : value;
  const known = values.get(property);
  if (known === undefined) values.set(property, [plain]);
  else if (!known.includes(plain)) {
    if (known.push(plain) <= MAX_VALUES) return;
    const why = `SVG with over ${MAX_VALUES} values of ${property} for one element`;
    throw new Failure("source_too_complex", { why });
  }
}

/** All colours cost the same, apart from those that are translucent. */
function plainPaint(value: string): string {
  if (/url\(|^(none|transparent|inherit|context-\w+)$/.test(value)) return value;
  return /^(rgba|hsla|#[\da-f]{4}$|#[\da-f]{8}$|currentcolor)/i.test(value) ? "rgba()" : "black";
}

/** The watched properties of an element. Throws source_too_complex past MAX_VALUES. */
export function propertiesOf({ name, attributes }: Element, { byName }: Rules): Properties {
  const values = new Map<string, string[]>();
  for (const [key, value] of Object.entries(attributes)) if (WATCHED.has(key)) addValue(values, key, value.trim());
  for (const [property, value] of declarationsOf(attributes.style ?? "")) addValue(values, property, value);
  if (byName.size === 0) return values;
  const classes = new Set((attributes.class ?? "").split(/\s+/).slice(0, MAX_CLASSES));
  for (const key of ["*", name, `#${attributes.id}`, ...[...classes].map((one) => `.${one}`)]) {
    for (const [property, some] of byName.get(key) ?? []) for (const value of some) addValue(values, property, value);
  }
  return values;
}

/** The id in `url(#id)`, or null. */
export function referenceOf(value: string): string | null {
  return /url\(\s{0,9}["']?#([^"')]{1,200})["']?\s{0,9}\)/.exec(value)?.[1]?.trim() ?? null;
}
