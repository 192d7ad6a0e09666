/** Media conditions: `(min-width: 40rem) and (orientation: landscape)` (Media Queries Level 4). Pure. */
import { lengthOf, type Screen } from "./cssLength.ts";
import { componentsOf, insideOf, isText, type Token, trimmed } from "./tokens.ts";

/** Undefined: a feature that is not known here. As in the standard it makes the whole condition not match. */
type Truth = boolean | undefined;

type Compare = "<" | "<=" | ">" | ">=" | "=";
const FLIPPED: Readonly<Record<Compare, Compare>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=" };

/** The features that can be computed from a screen, as numbers. Lengths are in CSS pixels, resolutions in dots per pixel. */
const FEATURES: Readonly<Record<string, (screen: Screen) => number>> = {
  width: ({ width }) => width,
  height: ({ height }) => height,
  "aspect-ratio": ({ width, height }) => width / height,
  resolution: ({ dpr }) => dpr,
  "-webkit-device-pixel-ratio": ({ dpr }) => dpr,
};
/** Dots per CSS pixel of one unit. */
const RESOLUTIONS: Readonly<Record<string, number>> = { dppx: 1, x: 1, dpi: 1 / 96, dpcm: 2.54 / 96 };

/** Whether the condition holds on the screen. An empty one does; one that cannot be read does not. */
export function conditionHolds(condition: readonly Token[], screen: Screen): boolean {
  const tokens = trimmed(condition);
  return tokens.length === 0 || truthOf(tokens, screen) === true;
}

/** `not A`, `A and B and C`, `A or B or C`, or `A`, where each is in brackets. */
function truthOf(tokens: readonly Token[], screen: Screen): Truth {
  const parts = componentsOf(trimmed(tokens)).filter(([first]) => first?.kind !== "space");
  const [first = [], second] = parts;
  if (isText(first[0], "not")) {
    const truth = parts.length === 2 ? bracketTruth(second ?? [], screen) : undefined;
    return truth === undefined ? undefined : !truth;
  }
  const joint = second === undefined ? "and" : isText(second[0], "or") ? "or" : "and";
  if (parts.length % 2 === 0 || parts.some((part, at) => at % 2 === 1 && !isText(part[0], joint))) return undefined;
  const truths = parts.filter((_, at) => at % 2 === 0).map((part) => bracketTruth(part, screen));
  const decisive = joint === "or";
  if (truths.includes(decisive)) return decisive;
  return truths.includes(undefined) ? undefined : !decisive;
}

function bracketTruth(component: readonly Token[], screen: Screen): Truth {
  const [first] = component;
  if (first?.kind !== "open" || first.text !== "") return undefined;
  const inside = insideOf(component);
  const [start] = inside;
  if (start?.kind === "open" || isText(start, "not")) return truthOf(inside, screen);
  return featureTruth(inside, screen);
}

/** `width`, `min-width: 20rem`, `width >= 20rem`, `20rem < width <= 40rem`. */
function featureTruth(tokens: readonly Token[], screen: Screen): Truth {
  const [name, colon] = tokens.filter(({ kind }) => kind !== "space");
  if (name?.kind === "word" && (colon === undefined || isText(colon, ":"))) {
    const value = trimmed(tokens.slice(tokens.findIndex((token) => isText(token, ":")) + 1));
    return colon === undefined ? isSet(name.text, screen) : plainTruth(name.text, value, screen);
  }
  const sides: Token[][] = [[]];
  const compares: Compare[] = [];
  for (const token of tokens) {
    if (token.kind === "mark" && Object.hasOwn(FLIPPED, token.text)) {
      compares.push(token.text as Compare);
      sides.push([]);
    } else sides.at(-1)?.push(token);
  }
  const [left = [], middle = [], right = []] = sides.map(trimmed);
  const [compare, next] = compares;
  if (compare === undefined || compares.length > 2) return undefined;
  if (next === undefined) {
    return left[0]?.kind === "word"
      ? compared(left[0].text, compare, middle, screen)
      : compared(textOf(middle), FLIPPED[compare], left, screen);
  }
  // Both must point the same way.
  if (compare === "=" || next === "=" || compare[0] !== next[0]) return undefined;
  const low = compared(textOf(middle), FLIPPED[compare], left, screen);
  const high = compared(textOf(middle), next, right, screen);
  return low === undefined || high === undefined ? undefined : low && high;
}

function plainTruth(name: string, value: readonly Token[], screen: Screen): Truth {
  const [, vendor = "", bound, rest = ""] = /^(-webkit-)?(?:(min|max)-)?(.*)$/.exec(name) ?? [];
  const feature = vendor + rest;
  if (feature === "orientation" && bound === undefined) {
    const orientation = screen.height >= screen.width ? "portrait" : "landscape";
    return isText(value[0], "portrait") || isText(value[0], "landscape") ? isText(value[0], orientation) : undefined;
  }
  return compared(feature, bound === "min" ? ">=" : bound === "max" ? "<=" : "=", value, screen);
}

function compared(feature: string, compare: Compare, value: readonly Token[], screen: Screen): Truth {
  const given = Object.hasOwn(FEATURES, feature) ? FEATURES[feature]?.(screen) : undefined;
  const limit = given === undefined ? undefined : limitOf(feature, value, screen);
  if (given === undefined || limit === undefined) return undefined;
  if (compare === "=") return given === limit;
  if (compare === "<") return given < limit;
  if (compare === ">") return given > limit;
  return compare === "<=" ? given <= limit : given >= limit;
}

function limitOf(feature: string, value: readonly Token[], screen: Screen): number | undefined {
  const components = componentsOf(value).filter(([first]) => first?.kind !== "space");
  const [first = [], slash, second] = components;
  if (feature === "width" || feature === "height") {
    return components.length === 1 ? lengthOf(first, screen) : undefined;
  }
  const number = first[0];
  if (number?.kind !== "number") return undefined;
  if (feature === "resolution") return number.value * (RESOLUTIONS[number.unit] ?? Number.NaN);
  if (number.unit !== "" || slash === undefined) return number.unit === "" ? number.value : undefined;
  const divisor = second?.[0];
  return isText(slash[0], "/") && divisor?.kind === "number" ? number.value / divisor.value : undefined;
}

/** A feature without a value, such as `(width)`: true unless it is zero. */
function isSet(name: string, screen: Screen): Truth {
  if (name === "orientation") return true;
  return Object.hasOwn(FEATURES, name) ? FEATURES[name]?.(screen) !== 0 : undefined;
}

function textOf([first, ...rest]: readonly Token[]): string {
  return first?.kind === "word" && rest.length === 0 ? first.text : "";
}
