/**
 * SVG text -> a tree of the elements that draw, and back to text. What does not draw, or points out of the document, is
 * not in the tree: scripts, foreign objects, metadata, other namespaces, addresses. So nothing of it reaches the renderer.
 */
import { Failure } from "../../../errors.ts";
import type { Rect, Size } from "../../picture.ts";
import { damaged } from "../byteReader.ts";
import { embeddedPicture, MAX_EMBEDDED_PIXELS } from "./embedded.ts";
import { nearestFamily, withNearestFamilies } from "./fonts.ts";
import { type Attributes, recordOf } from "./header.ts";
import { type Attribute, readMarkup } from "./markup.ts";
import { plainStyle, plainValue } from "./plainValues.ts";

export type Element = {
  readonly name: string;
  readonly attributes: Attributes;
  readonly children: (Element | string)[];
};

export type SvgTree = {
  readonly root: Element;
  readonly byId: ReadonlyMap<string, Element>;
  /** Text of all `style` elements. */
  readonly css: string;
  readonly hasText: boolean;
  /** How many there are, and the length of all `class` attributes together. */
  readonly elements: number;
  readonly classCharacters: number;
  /** The text ended early or is not well-formed: the tree has what stands before. */
  readonly truncated: boolean;
};

export const MAX_ELEMENTS = 50_000;
export const MAX_DEPTH = 100;

const MAX_CLASS_CHARACTERS = 256;

const NAMESPACE = "http://www.w3.org/2000/svg";

const DRAWN: ReadonlySet<string> = new Set(
  [
    "svg g a defs switch use symbol style path rect circle ellipse line polyline polygon image text tspan textPath",
    "linearGradient radialGradient stop pattern clipPath mask marker filter feBlend feColorMatrix feComponentTransfer",
    "feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA",
    "feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight",
    "feSpecularLighting feSpotLight feTile feTurbulence",
  ].flatMap((line) => line.split(" ")),
);
const PLAIN_NAME = /^[A-Za-z_][\w.-]*$/;
const WITH_TEXT: ReadonlySet<string> = new Set(["text", "tspan", "textPath", "style"]);

/** Text -> tree. Throws image_damaged without a root, source_too_complex past the limits. */
export function readTree(text: string): SvgTree {
  const open: { readonly tag: string; readonly element: Element | null }[] = [];
  const byId = new Map<string, Element>();
  const namespaces = new Map<string, string>();
  const css: string[] = [];
  let root: Element | null = null;
  let elements = 0;
  let classCharacters = 0;
  let pixels = 0;
  let mismatched = false;
  let hasText = false;
  const isWhole = readMarkup(text, {
    open(tag, attributes, empty) {
      if (mismatched || (root !== null && open.length === 0)) return false;
      for (const [key, value] of attributes) {
        if (key.startsWith("xmlns:") || (key === "xmlns" && root === null)) namespaces.set(key.slice(6), value);
      }
      const parent = open.at(-1)?.element ?? null;
      let element = parent === null && root !== null ? null : elementOf(tag, attributes, namespaces, root === null);
      if (element?.name === "image") {
        const picture = embeddedPicture(element.attributes.href ?? "");
        pixels += picture?.pixels ?? 0;
        if (picture === null || pixels > MAX_EMBEDDED_PIXELS) {
          pixels -= picture?.pixels ?? 0;
          element = null;
        } else element = { ...element, attributes: { ...element.attributes, href: picture.href } };
      }
      if (element !== null) {
        classCharacters += element.attributes.class?.length ?? 0;
        if (++elements > MAX_ELEMENTS) throw tooComplex(`SVG of over ${MAX_ELEMENTS} elements`);
        const { id } = element.attributes;
        if (id !== undefined && !byId.has(id)) byId.set(id, element);
        parent?.children.push(element);
        root ??= element;
      }
      if (!empty) open.push({ tag, element });
      if (open.length > MAX_DEPTH) throw tooComplex(`SVG with elements nested over ${MAX_DEPTH} deep`);
      return true;
    },
    close(tag) {
      if (open.at(-1)?.tag === tag) open.pop();
      else mismatched = true;
    },
    text(piece) {
      const element = open.at(-1)?.element;
      if (mismatched || element == null || !WITH_TEXT.has(element.name)) return;
      if (element.name === "style") {
        const families = withNearestFamilies(plainStyle(piece));
        css.push(families);
        element.children.push(families);
      } else {
        hasText = true;
        element.children.push(piece);
      }
    },
  });
  if (root === null) throw damaged("it has no root element");
  const truncated = !isWhole || mismatched || open.length > 0;
  return { root, byId, css: css.join("\n"), hasText, elements, classCharacters, truncated };
}

function tooComplex(why: string): Failure {
  return new Failure("source_too_complex", { why });
}

/** Null for what is not in the tree. */
function elementOf(
  tag: string,
  attributes: readonly Attribute[],
  namespaces: ReadonlyMap<string, string>,
  isRoot: boolean,
): Element | null {
  const colon = tag.indexOf(":");
  const name = tag.slice(colon + 1);
  const namespace = namespaceOf(colon < 0 ? "" : tag.slice(0, colon), attributes, namespaces);
  if (!DRAWN.has(name) || namespace !== NAMESPACE || (isRoot && name !== "svg")) return null;
  const kept = recordOf(attributes.flatMap(([key, value]) => keep(key, value, name)));
  return { name, attributes: kept, children: [] };
}

/** A root without any declaration counts as SVG. */
function namespaceOf(
  prefix: string,
  attributes: readonly Attribute[],
  namespaces: ReadonlyMap<string, string>,
): string | undefined {
  const own = prefix === "" ? attributes.find(([key]) => key === "xmlns")?.[1] : undefined;
  return own ?? namespaces.get(prefix === "" ? "" : prefix) ?? (prefix === "" ? NAMESPACE : undefined);
}

/** The attribute as it is kept, or nothing. A link stays only if it points into the document, or is a picture's data. */
function keep(key: string, value: string, element: string): readonly Attribute[] {
  if (key === "xml:space") return [[key, value]];
  if (key === "href" || /^[\w-]+:href$/.test(key)) {
    const target = value.trim();
    return (element === "image" ? /^data:/i : /^#/).test(target) ? [["href", target]] : [];
  }
  if (key === "class") return [[key, value.slice(0, MAX_CLASS_CHARACTERS)]];
  if (key === "font-family") return [[key, nearestFamily(value)]];
  if (key === "style") return [[key, withNearestFamilies(plainStyle(value))]];
  return PLAIN_NAME.test(key) && key !== "xmlns" && !/^on/i.test(key) ? [[key, plainValue(key, value)]] : [];
}

const XLINK = "http://www.w3.org/1999/xlink";

/**
 * The document as text: a canvas of `size` pixels that shows `window` of the picture, which has the sides of `source`.
 * Whatever the root's own view box does inside these sides stays as it is.
 */
export function writeDocument({ root }: SvgTree, source: Size, window: Rect, size: Size): string {
  const box = [window.left, window.top, window.width, window.height].join(" ");
  const own = { x: "0", y: "0", width: String(source.width), height: String(source.height), overflow: "visible" };
  const sides = `width="${size.width}" height="${size.height}" viewBox="${box}" preserveAspectRatio="none"`;
  return `<svg xmlns="${NAMESPACE}" xmlns:xlink="${XLINK}" ${sides}>${writeElement(root, own)}</svg>`;
}

/** The element and what is in it. `over`: attributes in place of its own. */
function writeElement({ name, attributes, children }: Element, over: Attributes = {}): string {
  const written = Object.entries({ ...attributes, ...over }).map(([key, value]) =>
    key === "href" ? ` xlink:href="${escaped(value)}"` : ` ${key}="${escaped(value)}"`,
  );
  const inside = children.map((child) => (typeof child === "string" ? escaped(child) : writeElement(child)));
  return `<${name}${written.join("")}>${inside.join("")}</${name}>`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, (one) => ESCAPES[one] ?? "");
}
