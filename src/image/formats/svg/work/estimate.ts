/**
 * How much work an SVG is to draw, before it is drawn: its elements, the lines of its outlines, and the pixels that each
 * paint, layer, mask and filter goes over. Boxes around shapes stand for the shapes, so the estimate is an upper one.
 */
import { Failure } from "../../../../errors.ts";
import { embeddedPicture } from "../embedded.ts";
import { extentOf, type Viewport } from "../extent.ts";
import {
  areaWithin,
  type Box,
  boxThrough,
  lengthOf,
  type Matrix,
  multiply,
  NOTHING,
  stretchOf,
  unite,
} from "../lengths.ts";
import type { Extent } from "../path.ts";
import { type Properties, propertiesOf, type Rules, readRules, referenceOf } from "../style.ts";
import type { Element, SvgTree } from "../tree.ts";
import { charactersIn, dashesOf, markerArea, tileArea } from "./contents.ts";
import { BLACK, type Context, contextInside, insideViewport, NO_PAINT, type Paint } from "./context.ts";
import { COST, type Work } from "./costs.ts";
import { costOfPrimitive, FILTER_FUNCTION, filterRegion } from "./filters.ts";

/** The most elements that are drawn, each as often as it is used. */
export const MAX_DRAWN = 60_000;
const MAX_DRAWN_DEPTH = 160;

/** How far layers reach over the canvas on each side, in canvases. */
const REACH = 2;
const NOT_DRAWN: ReadonlySet<string> = new Set(
  "defs symbol style linearGradient radialGradient stop pattern clipPath mask marker filter".split(" "),
);
const INITIAL = { fill: BLACK, stroke: NO_PAINT, strokeWidth: 1, fontSize: 16 } as const;

/** What an element leaves for the layers around it: its box on the canvas, and the pixels of its own layers at once. */
type Drawn = { readonly box: Box; readonly layers: number };
const NONE: Drawn = { box: NOTHING, layers: 0 };

/** Tree, its place on a canvas of `width` x `height` pixels -> work. Throws source_too_complex past MAX_DRAWN. */
export function estimateWork(tree: SvgTree, matrix: Matrix, viewport: Viewport, width: number, height: number): Work {
  return new Estimate(tree, width, height).of(matrix, viewport);
}

class Estimate {
  readonly #tree: SvgTree;
  readonly #rules: Rules;
  readonly #canvas: Box;
  readonly #canvasArea: number;
  readonly #reach: Box;
  readonly #extents = new Map<Element, Extent | null>();
  readonly #properties = new Map<Element, Properties>();
  #drawn = 0;
  #work: Work = { fixed: 0, byLength: 0, byArea: 0, byAreaSquared: 0, layerPixels: 0 };

  constructor(tree: SvgTree, width: number, height: number) {
    this.#tree = tree;
    this.#rules = readRules(tree.css);
    this.#canvas = { left: 0, top: 0, right: width, bottom: height };
    this.#canvasArea = width * height;
    const [across, down] = [REACH * width, REACH * height];
    this.#reach = { left: -across, top: -down, right: width + across, bottom: height + down };
  }

  of(matrix: Matrix, viewport: Viewport): Work {
    const { elements, classCharacters, root } = this.#tree;
    const compared = elements * COST.selector + classCharacters * COST.classCharacter;
    this.#work.fixed += this.#rules.selectors * compared;
    const { layers } = this.#draw(root, { ...INITIAL, depth: 0, cover: null, matrix, viewport });
    this.#work.layerPixels = Math.max(this.#work.layerPixels, layers);
    return this.#work;
  }

  #draw(element: Element, outer: Context): Drawn {
    this.#count(1);
    if (outer.depth > MAX_DRAWN_DEPTH) throw tooComplex(`SVG that draws over ${MAX_DRAWN_DEPTH} levels deep`);
    this.#work.fixed += COST.element;
    const properties = this.#propertiesOf(element);
    const inner = contextInside(element, properties, outer, this.#tree.byId);
    const drawn = this.#contents(element, properties, inner);
    return this.#layer(element, properties, inner, drawn);
  }

  /** Throws source_too_complex past MAX_DRAWN. */
  #count(drawn: number): void {
    this.#drawn += drawn;
    if (this.#drawn > MAX_DRAWN) throw tooComplex(`SVG that draws over ${MAX_DRAWN} elements`);
  }

  #contents(element: Element, properties: Properties, context: Context): Drawn {
    const { name, attributes, children } = element;
    if (name === "use") {
      this.#work.fixed += COST.use;
      const target = this.#tree.byId.get((attributes.href ?? "").slice(1));
      if (target === undefined) return NONE;
      const { width, height } = context.viewport;
      const shift: Matrix = [1, 0, 0, 1, lengthOf(attributes.x, width) ?? 0, lengthOf(attributes.y, height) ?? 0];
      const placed = { ...context, matrix: multiply(context.matrix, shift), depth: context.depth + 1 };
      if (target.name !== "symbol") return this.#draw(target, placed);
      return this.#all(target.children, insideViewport({ ...target.attributes, ...attributes }, placed));
    }
    if (name === "text") return this.#text(element, context);
    let extent = this.#extents.get(element);
    if (extent === undefined) this.#extents.set(element, (extent = extentOf(element, context.viewport)));
    return extent === null ? this.#all(children, context) : this.#shape(element, extent, properties, context);
  }

  #all(children: Element["children"], context: Context): Drawn {
    let drawn = NONE;
    for (const child of children) {
      if (typeof child === "string" || NOT_DRAWN.has(child.name)) continue;
      const { box, layers } = this.#draw(child, { ...context, depth: context.depth + 1 });
      drawn = { box: unite(drawn.box, box), layers: Math.max(drawn.layers, layers) };
    }
    return drawn;
  }

  #shape(element: Element, extent: Extent, properties: Properties, context: Context): Drawn {
    const { matrix, fill, stroke, strokeWidth, cover } = context;
    const { segments, travel } = extent;
    const { right, bottom } = this.#canvas;
    const stretch = stretchOf(matrix);
    const box = boxThrough(extent.box, matrix);
    const outset = stroke.nanoseconds === 0 ? 0 : 2 * strokeWidth * stretch;
    const whole = {
      left: box.left - outset,
      top: box.top - outset,
      right: box.right + outset,
      bottom: box.bottom + outset,
    };
    const limited = (area: number) => (cover === null ? Math.min(area, this.#canvasArea) : cover);
    this.#work.fixed += segments * COST.segment;
    this.#work.byLength += Math.min(travel * stretch, 4 * segments * (right + bottom)) * COST.outline;
    if (element.name === "image") {
      this.#work.byArea += limited(areaWithin(box, this.#canvas)) * COST.image;
      this.#work.fixed += (embeddedPicture(element.attributes.href ?? "")?.pixels ?? 0) * COST.embeddedPixel;
    } else {
      this.#work.byArea += limited(areaWithin(box, this.#canvas)) * fill.nanoseconds;
      if (stroke.nanoseconds > 0) {
        const line = travel * strokeWidth * stretch * stretch * 2;
        this.#work.byArea += limited(Math.min(areaWithin(whole, this.#canvas), line)) * stroke.nanoseconds;
        this.#work.fixed += 3 * segments * COST.segment + dashesOf(properties, travel) * COST.dash;
      }
    }
    const tiles = Math.max(this.#pattern(fill, box, context), this.#pattern(stroke, whole, context));
    this.#markers(properties, segments, context);
    return { box: whole, layers: tiles };
  }

  #text({ children }: Element, context: Context): Drawn {
    const characters = charactersIn(children);
    const { matrix, fill, stroke, fontSize, cover } = context;
    const { right, bottom } = this.#canvas;
    const size = fontSize * stretchOf(matrix);
    const area = cover ?? Math.min(this.#canvasArea * Math.min(characters, 100), characters * size * size);
    this.#work.fixed += characters * COST.character;
    this.#work.byArea += area * (fill.nanoseconds + stroke.nanoseconds);
    this.#work.byLength += Math.min(8 * characters * size, 40 * characters * (right + bottom)) * COST.outline;
    return { box: characters === 0 ? NOTHING : this.#canvas, layers: 0 };
  }

  /** Counts the tile of a pattern. Gives its pixels. */
  #pattern({ pattern }: Paint, box: Box, context: Context): number {
    if (pattern === null) return 0;
    const area = tileArea(pattern, areaWithin(box, this.#reach), this.#canvasArea, context);
    const { layers } = this.#all(pattern.children, { ...context, ...INITIAL, cover: area });
    return area + layers;
  }

  /** A marker is drawn at the ends, or at each corner. */
  #markers(properties: Properties, segments: number, context: Context): void {
    for (const property of ["marker", "marker-start", "marker-mid", "marker-end"]) {
      for (const value of properties.get(property) ?? []) {
        const marker = this.#tree.byId.get(referenceOf(value) ?? "");
        if (marker?.name !== "marker") continue;
        const count = property === "marker" || property === "marker-mid" ? segments + 1 : 1;
        const cover = markerArea(marker, this.#canvasArea, context);
        const before = { ...this.#work };
        const drawn = this.#drawn;
        this.#all(marker.children, { ...context, ...INITIAL, cover });
        this.#count((count - 1) * (this.#drawn - drawn));
        for (const key of ["fixed", "byLength", "byArea", "byAreaSquared"] as const) {
          this.#work[key] += (count - 1) * (this.#work[key] - before[key]);
        }
      }
    }
  }

  /** Adds the layer that opacity, masks, clips, filters and blending need around what was drawn. */
  #layer(element: Element, properties: Properties, context: Context, drawn: Drawn): Drawn {
    const values = (property: string) => properties.get(property) ?? [];
    const referred = (property: string) =>
      values(property).flatMap((value) => this.#tree.byId.get(referenceOf(value) ?? "") ?? []);
    const masks = [...referred("mask"), ...referred("clip-path")];
    const filters = values("filter").filter((value) => value !== "none");
    const isBlended =
      values("opacity").some((value) => (lengthOf(value, 1) ?? 0) < 1) ||
      values("mix-blend-mode").some((value) => value !== "normal") ||
      values("isolation").some((value) => value === "isolate");
    if (masks.length === 0 && filters.length === 0 && !isBlended) return drawn;
    const { cover, depth } = context;
    let { box } = drawn;
    let layers = 1;
    for (const value of filters) {
      const filter = this.#tree.byId.get(referenceOf(value) ?? "");
      box = unite(box, filterRegion(filter, box, context, this.#reach));
      const area = cover ?? areaWithin(box, this.#reach);
      const stretch = stretchOf(context.matrix);
      this.#count(filter?.children.length ?? 0);
      for (const primitive of filter?.children ?? [FILTER_FUNCTION]) {
        if (typeof primitive === "string") continue;
        const { plain, squared } = costOfPrimitive(primitive, stretch);
        this.#work.byArea += area * plain;
        this.#work.byAreaSquared += area * squared;
      }
      layers += 4;
    }
    const area = cover ?? areaWithin(box, this.#reach);
    this.#work.byArea += area * COST.layer;
    for (const mask of masks) {
      this.#work.byArea += area * COST.mask;
      const inside = { ...context, ...INITIAL, cover: area, depth: depth + 1 };
      // A mask can have a mask of its own.
      const nested = this.#layer(mask, this.#propertiesOf(mask), inside, this.#all(mask.children, inside));
      layers += 2 + nested.layers / Math.max(1, area);
    }
    return { box: element.name === "svg" ? this.#canvas : box, layers: drawn.layers + layers * area };
  }

  #propertiesOf(element: Element): Properties {
    let properties = this.#properties.get(element);
    if (properties === undefined) {
      this.#properties.set(element, (properties = propertiesOf(element, this.#rules)));
    }
    return properties;
  }
}

function tooComplex(why: string): Failure {
  return new Failure("source_too_complex", { why });
}
