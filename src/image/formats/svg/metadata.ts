/**
 * Metadata in an SVG: its title (SVG 2 5.8), and RDF in `metadata` (SVG 2 5.9), as Inkscape and the Creative Commons write it.
 * Both are given as one XMP packet, which is RDF too.
 */
import { type BlockReader, MAX_XMP_BYTES, NO_BLOCKS } from "../../metadata/blocks.ts";
import { NAMESPACES } from "../../metadata/xmp.ts";
import { escaped, readMarkup } from "./markup.ts";
import { MAX_SVG_BYTES, svgText } from "./text.ts";

/** The root and its title are looked for in so many first characters. */
const HEAD_CHARACTERS = 65_536;
const MOST_NAMESPACES = 64;

const METADATA = /<(?:[\w.-]+:)?metadata[\s>]/y;
const COMMENT = ["<!--", "-->"] as const;
const CDATA = ["<![CDATA[", "]]>"] as const;

export const svgBlocks: BlockReader = (bytes) => {
  const text = svgText(bytes.subarray(0, MAX_SVG_BYTES));
  const { title, namespaces } = readHead(text.slice(0, HEAD_CHARACTERS));
  const from = findMetadata(text);
  if (from < 0 && title === "") return NO_BLOCKS;
  const own = title === "" ? "" : `<t xmlns:dc="${NAMESPACES.dc}"><dc:title>${escaped(title)}</dc:title></t>`;
  // The prefixes of the metadata may stand at the root.
  const declared = namespaces.map(([name, address]) => ` ${name}="${escaped(address)}"`).join("");
  const rdf = from < 0 ? "" : text.slice(from, from + MAX_XMP_BYTES);
  return { exif: null, xmp: new TextEncoder().encode(`${own}<svg${declared}>${rdf}`), iptc: null };
};

type Head = { readonly title: string; readonly namespaces: readonly (readonly [name: string, address: string])[] };

/** The root's namespaces, and the title that is its child: the others are those of its parts. */
function readHead(text: string): Head {
  let namespaces: Head["namespaces"] = [];
  let [title, depth, inTitle] = ["", 0, false];
  let isDone = false;
  try {
    readMarkup(text, {
      open(name, attributes, empty) {
        if (depth === 0)
          namespaces = attributes.filter(([key]) => /^xmlns:[\w.-]+$/.test(key)).slice(0, MOST_NAMESPACES);
        inTitle ||= depth === 1 && !empty && /^(?:[\w.-]+:)?title$/.test(name);
        if (!empty) depth++;
        return !isDone;
      },
      text(part) {
        if (inTitle) title += part;
      },
      close() {
        depth--;
        isDone ||= inTitle && depth <= 1;
        if (isDone) inTitle = false;
      },
    });
  } catch {
    // An entity that nothing declares. What was read before it counts.
  }
  return { title: title.trim(), namespaces };
}

/** Offset of the start tag of `metadata`, or -1. Each character is looked at once or twice. */
function findMetadata(text: string): number {
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    const hidden = [COMMENT, CDATA].find(([mark]) => text.startsWith(mark, at));
    if (hidden !== undefined) {
      const [mark, close] = hidden;
      at = text.indexOf(close, at + mark.length);
      if (at < 0) return -1;
      continue;
    }
    METADATA.lastIndex = at;
    if (METADATA.test(text)) return at;
  }
  return -1;
}
