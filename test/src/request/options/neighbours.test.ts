/**
 * The same key means the same plan (fuzzedOptions.test.ts). Here is the converse: two addresses that differ in one option have
 * another plan for some source, or the option is at rest in both of them. Keys of options at rest stay apart, because
 * stored keys may not change.
 */
import { describe, expect, test } from "vitest";
import type { Source } from "../../../../src/image/header.ts";
import { planRender } from "../../../../src/image/plan.ts";
import { canonicalOptions } from "../../../../src/request/canonical.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../../../src/request/options/applyOption.ts";
import { hasCanvas, hasLeast, type Transform } from "../../../../src/request/transform.ts";
import { choices } from "../../../support/seeded.ts";
import { LIMITS } from "../../image/orders.ts";

const LONG = process.env.FIRSTLIGHT_LONG === "1";
const COUNT = LONG ? 300_000 : 1_000;
const { below, pick } = choices(22);

type Field = keyof Transform;
type Row = {
  /** Segments of an address, each with another value. */
  readonly values: readonly string[];
  /** Where the option surely has something to do: every other pair stands there. */
  readonly among?: readonly string[];
  /** Whether the option has nothing to do in this transform, so that its values may have one plan. Left out: never. */
  readonly atRest?: (transform: Transform, other: Transform) => boolean;
};

const sides = ({ width, height }: Transform) => [width, height].filter((side) => side > 0).length;
/** Whether some part of the scaled picture is cut off, or may be. */
const cuts = (t: Transform) =>
  (hasLeast(t) && sides(t) === 2) ||
  (sides(t) === 2 && ["fill", "fill-down", "auto"].includes(t.resize)) ||
  t.crop?.gravity === null;
/** Whether the result always has exactly the box. */
const fillsBox = ({ resize, enlarge, width, height }: Transform) =>
  enlarge && width > 0 && height > 0 && ["fill", "fill-down", "force"].includes(resize);
const isLossy = ({ format }: Transform) => format !== "png";

/** Without enlarging, a crop may be smaller than each of the sizes. */
const isSmall = ({ crop, enlarge }: Transform) => crop !== null && !enlarge;
const side = { atRest: isSmall } as const;
/** A side has its own length already, and nothing is enlarged. */
const cannotGrow = (t: Transform) => !t.enlarge && (sides(t) === 0 || (sides(t) === 1 && t.resize === "force"));
/** A picture that has grown to its box, or a crop to the other least size, may be larger than each least size. */
const least = { atRest: (t: Transform) => (t.enlarge && sides(t) > 0) || (t.crop !== null && hasLeast(t)) } as const;

const ROWS = {
  resize: {
    values: ["fit", "fill", "fill-down", "force", "auto", "outside", "fit-down"].map((type) => `rt:${type}`),
    // With one side there is nothing to cover. Types that fill differ only where a picture is too small.
    atRest: (t, other) => sides(t) < 2 || (t.enlarge && [t, other].every(fillsBox)) || hasLeast(t),
  },
  width: { values: ["w:0", "w:97", "w:211", "w:320"], ...side },
  height: { values: ["h:0", "h:89", "h:201", "h:310"], ...side },
  dpr: { values: ["dpr:1", "dpr:1.5", "dpr:2"], atRest: (t) => isSmall(t) || cannotGrow(t) },
  enlarge: { values: ["el:0", "el:1"], atRest: (t) => sides(t) === 0 || hasLeast(t) || t.resize === "fit-down" },
  gravity: {
    among: ["rs:fill:97:201"],
    values: ["g:ce", "g:no", "g:soea", "g:nowe:10:10", "g:we:0.1:0.2", "g:fp:0.2:0.3"],
    atRest: (t) => !cuts(t),
  },
  crop: { values: ["c:0:0", "c:100:50", "c:0.5:0.5:so", "c:0.3:0:ea:5", "c:60:0.9:fp:0.1:0.9"] },
  background: { values: ["bg:", "bg:f80", "bg:08f"] },
  quality: { values: ["q:0", "q:30", "q:90"], atRest: (t) => !isLossy(t) },
  formatQuality: {
    values: ["fq:", "fq:webp:50", "fq:jpg:40", "fq:webp:40:png:9"],
    // It says nothing of this format, or `quality` says it.
    atRest: (t, other) => t.quality !== null || [t, other].every(({ formatQuality: { webp = 0 } }) => webp === 0),
  },
  maxBytes: { values: ["mb:0", "mb:1000", "mb:2000"] },
  format: { values: ["f:png", "f:jpg", "f:webp"] },
  autoRotate: { values: ["ar:0", "ar:1"] },
  rotate: { values: ["rot:0", "rot:90", "rot:180"] },
  minWidth: { values: ["mw:0", "mw:150", "mw:251"], ...least },
  minHeight: { values: ["mh:0", "mh:140", "mh:240"], ...least },
  zoom: {
    values: ["z:1", "z:1.7", "z:0.5:1.3"],
    atRest: (t) => isSmall(t) || cannotGrow(t),
  },
  trim: { values: ["t:10", "t:20:fff", "t:10::1"] },
  extend: {
    values: ["ex:0", "ex:1", "ex:1:no"],
    among: ["s:97:201"],
    // There is no box, or nothing is ever smaller than it.
    // Or the canvas has the box's proportion anyway.
    atRest: (t) => sides(t) < 2 || fillsBox(t) || hasLeast(t) || t.resize === "outside" || t.extendRatio !== null,
  },
  extendRatio: {
    values: ["exar:0", "exar:1", "exar:1:we"],
    among: ["s:97:201"],
    // The same, and what is extended in one direction only stands in the middle of the other.
    atRest: (t) =>
      sides(t) < 2 || t.extend !== null || hasLeast(t) || t.crop !== null || !["fit", "fit-down"].includes(t.resize),
  },
  extendColour: {
    values: ["exbg:", "exbg:f00", "exbg:0f0"],
    among: ["s:97:201", "ex:1"],
    atRest: (t) =>
      !hasCanvas(t) || (t.padding === null && (sides(t) < 2 || fillsBox(t) || hasLeast(t) || t.resize === "outside")),
  },
  padding: { values: ["pd:0", "pd:5", "pd:1:2:3:4"] },
  blur: { values: ["bl:0", "bl:1", "bl:2.5"] },
  sharpen: { values: ["sh:0", "sh:1", "sh:2.5"] },
  pixelate: { values: ["pix:0", "pix:5", "pix:9"] },
  watermark: { values: ["wm:0", "wm:0.5", "wm:1:soea:10:5:0.2", "wm:1:re:5", "wm:1:so:0.1"] },
  keepProfile: { values: ["scp:0", "scp:1"] },
  mostSourcePixels: { values: ["msr:0", "msr:1", "msr:2"] },
  mostFramePixels: { values: ["mafr:0", "mafr:1", "mafr:2"] },
  mostSourceBytes: { values: ["msfs:0", "msfs:10", "msfs:20"] },
  mostResultSide: { values: ["mrd:0", "mrd:100", "mrd:150"] },
  mostFrames: { values: ["maf:0", "maf:2", "maf:3"] },
  keepCopyright: { values: ["kcr:", "kcr:1"] },
  license: { values: ["w:", "license:by:creator:Jane", "license:by-sa:creator:Jane"] },
  maxFrames: { values: ["da:0", "da:1"], atRest: () => true },
  raw: { values: ["raw:0", "raw:1"] },
  skip: { values: ["skp:", "skp:jpg", "skp:png:jpg"] },
} as const satisfies Record<Field, Row>;

const BASE: Source = {
  ...{ format: "png", width: 400, height: 300, orientation: 1, frames: 1, alpha: true, progressive: false },
  ...{ colour: "rgb", depth: 8, interlaced: false, scans: 1, coefficientBytes: 0, inflatedBytes: 0 },
  ...{ icc: null, iccDeflated: false, inverted: false },
};
/** Shapes between which every option makes a difference. */
const SOURCES: readonly Source[] = [
  BASE,
  { ...BASE, width: 300, height: 400, orientation: 6 },
  { ...BASE, width: 1600, height: 1100, alpha: false },
  { ...BASE, width: 800, height: 4_000 },
  { ...BASE, width: 900, height: 120 },
  { ...BASE, width: 83, height: 61 },
  { ...BASE, width: 61, height: 230 },
  { ...BASE, width: 4_000, height: 700, orientation: 3 },
];
const MARK = { width: 31, height: 17 };

/** What the engine decides, with what it reads beside the plan: the border, the file's size, metadata, limits. */
function plansOf(transform: Transform): string {
  const format = transform.format === "auto" ? "webp" : transform.format;
  const { trim, maxBytes, raw, skip, keepProfile, keepCopyright, license } = transform;
  const { mostSourcePixels, mostFramePixels, mostSourceBytes, mostFrames, mostResultSide } = transform;
  const beside = [trim, maxBytes, raw, skip, keepProfile, keepCopyright, license];
  const limits = [mostSourcePixels, mostFramePixels, mostSourceBytes, mostFrames, mostResultSide];
  const plans = SOURCES.map((source) => {
    try {
      return planRender(source, { transform, format, limits: LIMITS, fileBytes: 1_000, mark: MARK });
    } catch (error) {
      return String(error);
    }
  });
  return JSON.stringify([plans, beside, limits]);
}

const FIELDS = Object.keys(ROWS) as readonly Field[];
const read = (segments: readonly string[]) =>
  splitOptions(segments.reduce((before, segment) => applyOption(before, segment), DEFAULTS)).transform;
const keyOf = (transform: Transform) => canonicalOptions({ transform, accept: "webp", cachebuster: "" });

describe(`${COUNT} pairs of addresses that differ in one option`, () => {
  const seen = new Map<Field, { told: number; rest: number }>(FIELDS.map((field) => [field, { told: 0, rest: 0 }]));
  test("one key and one plan, or two keys and two plans, or an option at rest", { timeout: 900_000 }, () => {
    for (let i = 0; i < COUNT; i++) {
      const field = FIELDS[i % FIELDS.length] as Field;
      const { values, among = [], atRest = () => false }: Row = ROWS[field];
      // With a limit of the result many sources have no plan.
      const others = Array.from({ length: below(5) }, () => pick(FIELDS)).filter(
        (other) => other !== field && other !== "mostResultSide",
      );
      const isAmong = Math.floor(i / FIELDS.length) % 2 === 0;
      const rest = [...others.map((other) => pick<string>(ROWS[other].values)), ...(isAmong ? among : [])];
      const first = below(values.length);
      const second = (first + 1 + below(values.length - 1)) % values.length;
      const [a, b] = [first, second].map((at) => read([...rest, values[at] ?? ""])) as [Transform, Transform];
      const [sameKey, samePlan] = [keyOf(a) === keyOf(b), plansOf(a) === plansOf(b)];
      const row = seen.get(field);
      if (row !== undefined && !samePlan) row.told++;
      if (row !== undefined && samePlan) row.rest++;
      if (sameKey === samePlan || (samePlan && (atRest(a, b) || atRest(b, a)))) continue;
      expect.fail(
        `${[...rest].join("/")} with ${values[first]} or ${values[second]}: ${sameKey ? "one key" : keyOf(a)}`,
      );
    }
  });
  test("every option makes a difference to some plan", () => {
    const without = [...seen].filter(([field, { told }]) => told === 0 && field !== "maxFrames");
    expect(without.map(([field]) => field)).toEqual([]);
    if (LONG) console.log([...seen].map(([field, { told, rest }]) => `${field} ${told}/${told + rest}`).join(", "));
  });
});
