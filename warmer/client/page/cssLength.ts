/** Lengths of CSS in a `sizes` attribute: `20rem`, `50vw`, `calc(100vw - 2 * 16px)` (CSS Values Level 4). Pure. */
import { componentsOf, insideOf, isText, type Token, trimmed } from "./tokens.ts";

/** What the reader's browser shows the page on. Width and height of the viewport in CSS pixels. */
export type Screen = { readonly width: number; readonly height: number; readonly dpr: number };

/** Browsers' default. Readers who set another size get other candidates where a page uses `em` or `rem`. */
const FONT_SIZE = 16;
const INCH = 96;

/** CSS pixels of one unit. `ex` and `ch` depend on the font; half a font size is what the standard says then. */
const UNITS: Readonly<Record<string, (screen: Screen) => number>> = {
  px: () => 1,
  em: () => FONT_SIZE,
  rem: () => FONT_SIZE,
  ex: () => FONT_SIZE / 2,
  ch: () => FONT_SIZE / 2,
  vw: ({ width }) => width / 100,
  vi: ({ width }) => width / 100,
  vh: ({ height }) => height / 100,
  vb: ({ height }) => height / 100,
  vmin: ({ width, height }) => Math.min(width, height) / 100,
  vmax: ({ width, height }) => Math.max(width, height) / 100,
  in: () => INCH,
  cm: () => INCH / 2.54,
  mm: () => INCH / 25.4,
  q: () => INCH / 101.6,
  pt: () => INCH / 72,
  pc: () => INCH / 6,
};
const NAMED: Readonly<Record<string, number>> = { e: Math.E, pi: Math.PI };

/** A value inside a formula: CSS pixels, or a number without a unit. */
type Value = { readonly value: number; readonly isLength: boolean };

/** The length of one component value in CSS pixels, or undefined if it is none. */
export function lengthOf(component: readonly Token[], screen: Screen): number | undefined {
  const [first] = component;
  if (first?.kind === "number" && first.value === 0 && first.unit === "") return 0;
  const read = readValue(component, screen);
  return read?.isLength && Number.isFinite(read.value) ? read.value : undefined;
}

/** A length, a number, a bracket, or a function with a formula. */
function readValue(component: readonly Token[], screen: Screen): Value | undefined {
  const [first] = component;
  if (first?.kind === "number") {
    if (first.unit === "") return { value: first.value, isLength: false };
    const unit = unitOf(first.unit);
    return unit && { value: first.value * unit(screen), isLength: true };
  }
  if (first?.kind === "word") {
    const value = Object.hasOwn(NAMED, first.text) ? NAMED[first.text] : undefined;
    return value === undefined ? undefined : { value, isLength: false };
  }
  if (first?.kind !== "open") return undefined;
  const inside = insideOf(component);
  if (first.text === "" || first.text === "calc") return sumOf(inside, screen);
  const given = argumentsOf(inside).map((argument) => sumOf(argument, screen));
  const values = given.flatMap((value) => value ?? []);
  const [one, two, three] = values;
  if (one === undefined || values.length !== given.length) return undefined;
  if (values.some(({ isLength }) => isLength !== one.isLength)) return undefined;
  const numbers = values.map(({ value }) => value);
  if (first.text === "min") return { ...one, value: Math.min(...numbers) };
  if (first.text === "max") return { ...one, value: Math.max(...numbers) };
  if (first.text !== "clamp" || two === undefined || three === undefined || values.length > 3) return undefined;
  return { ...one, value: Math.max(one.value, Math.min(two.value, three.value)) };
}

/** `svw`, `lvw` and `dvw` are the sizes with and without a browser's bars; they are taken as `vw`. */
function unitOf(name: string): ((screen: Screen) => number) | undefined {
  const known = /^[sld]v/.test(name) ? name.slice(1) : name;
  return Object.hasOwn(UNITS, known) ? UNITS[known] : undefined;
}

function argumentsOf(tokens: readonly Token[]): readonly Token[][] {
  const parts: Token[][] = [[]];
  for (const component of componentsOf(tokens)) {
    if (isText(component[0], ",")) parts.push([]);
    else parts.at(-1)?.push(...component);
  }
  return parts;
}

/** `a + b - c`, with white space around the operators, of products. */
function sumOf(tokens: readonly Token[], screen: Screen): Value | undefined {
  const components = componentsOf(trimmed(tokens));
  const terms: { sign: number; parts: Token[][] }[] = [{ sign: 1, parts: [] }];
  for (const [at, component] of components.entries()) {
    const isSpaced = components[at - 1]?.[0]?.kind === "space" && components[at + 1]?.[0]?.kind === "space";
    const isPlus = isText(component[0], "+");
    if (isSpaced && (isPlus || isText(component[0], "-"))) terms.push({ sign: isPlus ? 1 : -1, parts: [] });
    else terms.at(-1)?.parts.push(component);
  }
  let sum: Value | undefined;
  for (const { sign, parts } of terms) {
    const value = productOf(parts, screen);
    if (value === undefined || (sum !== undefined && sum.isLength !== value.isLength)) return undefined;
    sum = { value: (sum?.value ?? 0) + sign * value.value, isLength: value.isLength };
  }
  return sum;
}

/** `a * b / c`. At most one of them is a length, and none behind `/` is. */
function productOf(parts: readonly Token[][], screen: Screen): Value | undefined {
  const solid = parts.filter(([first]) => first?.kind !== "space");
  if (solid.length % 2 === 0) return undefined;
  let product: Value | undefined;
  for (let at = 0; at < solid.length; at += 2) {
    const value = readValue(solid[at] ?? [], screen);
    if (value === undefined) return undefined;
    if (product === undefined) {
      product = value;
      continue;
    }
    const operator = solid[at - 1]?.[0];
    if (isText(operator, "*") && !(product.isLength && value.isLength)) {
      product = { value: product.value * value.value, isLength: product.isLength || value.isLength };
    } else if (isText(operator, "/") && !value.isLength) {
      product = { value: product.value / value.value, isLength: product.isLength };
    } else return undefined;
  }
  return product;
}
