/** Rights as XMP (ISO 16684-1), as few bytes as it takes. */
import { escaped } from "../formats/svg/markup.ts";
import type { Size } from "../picture.ts";
import type { Rights } from "./rights.ts";
import { NAMESPACES } from "./xmp.ts";

/** What a container adds around the packet at most: PNG's chunk with its keyword. */
const CONTAINER_BYTES = 34;
/** What rights may add to a file in all, by the longer side of its picture. */
const SMALL_SIDE = 400;
const SMALL_BYTES = 512;
const LARGE_BYTES = 2048;

/** The most bytes of a packet for a picture of this size. */
export function packetBytes({ width, height }: Size): number {
  return (Math.max(width, height) < SMALL_SIDE ? SMALL_BYTES : LARGE_BYTES) - CONTAINER_BYTES;
}

const HEAD = `<rdf:RDF xmlns:rdf="${NAMESPACES.rdf}"><rdf:Description rdf:about=""`;
const TAIL = "</rdf:Description></rdf:RDF>";

type Part = {
  readonly field: keyof Rights;
  readonly space: Exclude<keyof typeof NAMESPACES, "rdf">;
  readonly before: string;
  readonly after: string;
  /** Half an address leads nowhere: it is written whole or not at all. */
  readonly whole: boolean;
};

/** The most useful first: where room ends, the rest is left out. */
const PARTS: readonly Part[] = [
  { field: "license", space: "cc", before: '<cc:license rdf:resource="', after: '"/>', whole: true },
  {
    ...{ field: "creator", space: "dc", whole: false },
    ...{ before: "<dc:creator><rdf:Seq><rdf:li>", after: "</rdf:li></rdf:Seq></dc:creator>" },
  },
  {
    ...{ field: "copyright", space: "dc", whole: false },
    ...{ before: '<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">', after: "</rdf:li></rdf:Alt></dc:rights>" },
  },
  {
    ...{ field: "statement", space: "xmpRights", whole: true },
    ...{ before: "<xmpRights:WebStatement>", after: "</xmpRights:WebStatement>" },
  },
  {
    ...{ field: "terms", space: "xmpRights", whole: false },
    ...{
      before: '<xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="x-default">',
      after: "</rdf:li></rdf:Alt></xmpRights:UsageTerms>",
    },
  },
  {
    ...{ field: "credit", space: "photoshop", whole: false },
    ...{ before: "<photoshop:Credit>", after: "</photoshop:Credit>" },
  },
];

/**
 * Rights -> a packet of at most `maxBytes`, or null when there are none or none fits. A text that is too long is cut, and
 * nothing stands behind it. So rights that were cut once and are cut again to less are those that are cut to less at once.
 */
export function rightsXmp(rights: Rights, maxBytes: number): Uint8Array | null {
  const encoder = new TextEncoder();
  const bytesOf = (text: string) => encoder.encode(text).length;
  const spaces = new Set<string>();
  let [declared, body] = ["", ""];
  for (const { field, space, before, after, whole } of PARTS) {
    const text = rights[field];
    if (text === null) continue;
    const declaration = spaces.has(space) ? "" : ` xmlns:${space}="${NAMESPACES[space]}"`;
    const room = maxBytes - bytesOf(`${HEAD}${declared}${declaration}>${body}${before}${after}${TAIL}`);
    const all = escaped(text);
    const fits = bytesOf(all) <= room;
    if (!fits && whole) continue;
    const written = fits ? all : cutTo(text, room);
    if (written !== "") {
      spaces.add(space);
      declared += declaration;
      body += before + written + after;
    }
    if (!fits) break;
  }
  return body === "" ? null : encoder.encode(`${HEAD}${declared}>${body}${TAIL}`);
}

/** The beginning of a text, escaped, that takes at most `room` bytes; whole characters, no space at the end. */
function cutTo(text: string, room: number): string {
  const encoder = new TextEncoder();
  let [cut, left] = ["", room];
  for (const character of text) {
    left -= encoder.encode(escaped(character)).length;
    if (left < 0) break;
    cut += character;
  }
  return escaped(cut.trimEnd());
}
