/** XMP (ISO 16684-1): the properties that say whose a picture is, and its title. No other property is read. */
import { readMarkup } from "../formats/svg/markup.ts";
import { MAX_XMP_BYTES, tidy } from "./blocks.ts";

export const NAMESPACES = {
  rdf: "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  dc: "http://purl.org/dc/elements/1.1/",
  cc: "http://creativecommons.org/ns#",
  xmpRights: "http://ns.adobe.com/xap/1.0/rights/",
  photoshop: "http://ns.adobe.com/photoshop/1.0/",
} as const;

/** Property -> its values, in the order of the file. */
export type Xmp = ReadonlyMap<Property, readonly string[]>;

export const PROPERTIES = [
  "cc:license",
  "xmpRights:WebStatement",
  "dc:creator",
  "dc:rights",
  "xmpRights:UsageTerms",
  "photoshop:Credit",
  "dc:title",
  // They are read only so that the title of an agent in them is not taken for the picture's.
  "dc:publisher",
  "dc:contributor",
] as const;
export type Property = (typeof PROPERTIES)[number];

const MOST_VALUES = 8;
const MAX_DEPTH = 64;
const MOST_PREFIXES = 64;

/** The Creative Commons' namespace before 2008. Clip art of that time has it. */
const OLD_CC = "http://web.resource.org/cc/";

const NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(NAMESPACES).map(([name, address]) => [address, name] as const),
  [OLD_CC, "cc"],
]);

const KNOWN: ReadonlySet<string> = new Set(PROPERTIES);

/** RDF/XML -> Xmp; what stands before damage counts. It never throws. */
export function readXmp(bytes: Uint8Array): Xmp {
  const found = new Map<Property, string[]>();
  /** Prefix of the file ("" for names without one) -> the name that we have for its namespace. */
  const prefixes = new Map<string, string>();
  const declare = (prefix: string, address: string) => {
    const name = NAMES.get(address);
    if (name !== undefined && prefixes.size < MOST_PREFIXES) prefixes.set(prefix, name);
  };
  /** The property inside of which the reader is, its depth, and the text so far. */
  let open: { readonly property: Property; readonly depth: number; text: string } | null = null;
  let depth = 0;
  const note = (property: Property, text: string) => {
    const value = tidy(text);
    const values = found.get(property) ?? [];
    if (value !== null && values.length < MOST_VALUES) found.set(property, [...values, value]);
  };
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_XMP_BYTES));
  try {
    readMarkup(text.slice(Math.max(0, text.indexOf("<"))), {
      open(name, attributes, empty) {
        for (const [key, value] of attributes) {
          if (key.startsWith("xmlns:")) declare(key.slice(6), value);
          if (key !== "xmlns") continue;
          // It holds until another one stands. Where elements end is not followed.
          prefixes.delete("");
          declare("", value);
        }
        const property = propertyOf(name, prefixes);
        if (open === null && property !== null && !empty) open = { property, depth, text: "" };
        for (const [key, value] of attributes) {
          // An attribute without a prefix is in no namespace.
          const own = key.includes(":") ? propertyOf(key, prefixes) : null;
          if (own !== null) note(own, value);
          const holder = property ?? open?.property;
          if (holder !== undefined && isRdf(key, "resource", prefixes)) note(holder, value);
        }
        if (!empty) depth++;
        return depth <= MAX_DEPTH;
      },
      text(part) {
        if (open !== null && open.text.length < MAX_XMP_BYTES) open.text += part;
      },
      close(name) {
        depth--;
        if (open === null) return;
        const ends = depth <= open.depth;
        if (ends || isRdf(name, "li", prefixes)) {
          note(open.property, open.text);
          open.text = "";
        }
        if (ends) open = null;
      },
    });
  } catch {
    // An entity that nothing declares. What was read before it counts.
  }
  return found;
}

/** By the address of the namespace, whatever the prefix is. */
function propertyOf(name: string, prefixes: ReadonlyMap<string, string>): Property | null {
  const known = knownName(name, prefixes);
  return known !== null && KNOWN.has(known) ? (known as Property) : null;
}

function isRdf(name: string, local: string, prefixes: ReadonlyMap<string, string>): boolean {
  return knownName(name, prefixes) === `rdf:${local}`;
}

function knownName(name: string, prefixes: ReadonlyMap<string, string>): string | null {
  const colon = name.indexOf(":");
  const space = prefixes.get(name.slice(0, Math.max(0, colon)));
  return space === undefined ? null : `${space}:${name.slice(colon + 1)}`;
}
