/**
 * Reads XML markup (XML 1.0) once from front to back. It builds nothing and follows no reference to the outside. Its time
 * grows with the length of the text only.
 */
import { Failure } from "../../../errors.ts";
import { endOfDeclaration } from "./root.ts";

export type Attribute = readonly [name: string, value: string];

/** What the reader calls, in the order of the text. `open` gives false to stop reading. */
export type MarkupHandler = {
  open(name: string, attributes: readonly Attribute[], empty: boolean): boolean;
  close(name: string): void;
  text(text: string): void;
};

/** Entities are replaced only when a DOCTYPE declares them as plain text of this length at most, as Illustrator does. */
const MAX_ENTITY_CHARACTERS = 256;
const MAX_ENTITIES = 64;
/** The most characters that entities of a DOCTYPE may add to the text, all references together. */
export const MAX_REPLACED_CHARACTERS = 65_536;

const PREDEFINED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const NAME = /[^\s/>="'<&]+/y;
const SPACE = /\s*/y;
const ENTITY = /<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g;

/**
 * Text -> calls of the handler. True: read to the end, or stopped by the handler. False: from some place on the text is no
 * well-formed markup, or it is cut; what stands before it has been handed on. Throws format_unsupported for an entity that
 * no declaration makes plain text.
 */
export function readMarkup(text: string, handler: MarkupHandler): boolean {
  const entities = new Map<string, string>();
  let replaced = 0;
  const resolve = (raw: string) =>
    raw.includes("&")
      ? raw.replace(/&([^;&\s]{0,40});?/g, (whole, name: string) => {
          const known = PREDEFINED[name] ?? numeric(name);
          if (known !== null) return known;
          const declared = entities.get(name);
          if (declared === undefined) throw new Failure("format_unsupported", { value: "SVG with entities" }, whole);
          replaced += declared.length;
          if (replaced > MAX_REPLACED_CHARACTERS) {
            const why = `its entities add over ${MAX_REPLACED_CHARACTERS} characters`;
            throw new Failure("source_too_complex", { why });
          }
          return declared;
        })
      : raw;

  let at = 0;
  while (at < text.length) {
    const next = text.indexOf("<", at);
    const end = next < 0 ? text.length : next;
    if (end > at) handler.text(resolve(text.slice(at, end)));
    if (next < 0) return true;
    if (text.startsWith("<!--", next)) {
      const close = text.indexOf("-->", next + 4);
      if (close < 0) return false;
      at = close + 3;
    } else if (text.startsWith("<![CDATA[", next)) {
      const close = text.indexOf("]]>", next);
      if (close < 0) return false;
      handler.text(text.slice(next + 9, close));
      at = close + 3;
    } else if (text.startsWith("<?", next)) {
      const close = text.indexOf("?>", next);
      if (close < 0) return false;
      at = close + 2;
    } else if (text.startsWith("<!", next)) {
      const close = endOfDeclaration(text, next);
      if (close < 0) return false;
      collectEntities(text.slice(next, close), entities);
      at = close;
    } else if (text.startsWith("</", next)) {
      const close = text.indexOf(">", next);
      if (close < 0) return false;
      handler.close(text.slice(next + 2, close).trim());
      at = close + 1;
    } else {
      const tag = readTag(text, next + 1, resolve);
      if (tag === null) return false;
      if (!handler.open(tag.name, tag.attributes, tag.empty)) return true;
      at = tag.end;
    }
  }
  return true;
}

type Tag = {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly empty: boolean;
  readonly end: number;
};

/** The start tag whose name begins at `from`; null when it is cut or not well-formed. */
function readTag(text: string, from: number, resolve: (raw: string) => string): Tag | null {
  const attributes: Attribute[] = [];
  const match = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0] ?? "";
  };
  const name = match(NAME, from);
  if (name === "") return null;
  let at = from + name.length;
  for (;;) {
    at += match(SPACE, at).length;
    if (text[at] === ">") return { name, attributes, empty: false, end: at + 1 };
    if (text[at] === "/") return text[at + 1] === ">" ? { name, attributes, empty: true, end: at + 2 } : null;
    const key = match(NAME, at);
    if (key === "") return null;
    at += key.length;
    at += match(SPACE, at).length;
    if (text[at] !== "=") return null;
    at += 1 + match(SPACE, at + 1).length;
    const quote = text[at];
    if (quote !== '"' && quote !== "'") return null;
    const close = text.indexOf(quote, at + 1);
    if (close < 0) return null;
    attributes.push([key, resolve(text.slice(at + 1, close))]);
    at = close + 1;
  }
}

/** Notes the declarations that are plain text. Others (nested, external, of parameters) stay unknown. */
function collectEntities(doctype: string, entities: Map<string, string>): void {
  for (const [, name = "", double, single] of doctype.matchAll(ENTITY)) {
    const value = double ?? single ?? "";
    if (entities.size >= MAX_ENTITIES) return;
    if (value.length <= MAX_ENTITY_CHARACTERS && !/[&<%]/.test(value) && !entities.has(name)) entities.set(name, value);
  }
}

/** A character reference such as `#65` or `#x41`; null for any other name and for characters that XML excludes. */
function numeric(name: string): string | null {
  const hex = /^#x([0-9a-f]{1,6})$/i.exec(name)?.[1];
  const decimal = /^#(\d{1,7})$/.exec(name)?.[1];
  const code = hex === undefined ? (decimal === undefined ? Number.NaN : Number(decimal)) : Number.parseInt(hex, 16);
  const isAllowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code < 0xd800);
  return isAllowed || (code >= 0xe000 && code <= 0x10ffff && (code & 0xfffe) !== 0xfffe)
    ? String.fromCodePoint(code)
    : null;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text -> the same as the content of an element or of an attribute in double quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => ESCAPES[mark] ?? mark);
}
