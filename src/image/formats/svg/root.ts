/** The name of an XML document's root element. It needs nothing else, so the sniffer may import it. */

const NAME = /[^\s/>="'<&]+/y;
const SPACE = /\s*/y;

/**
 * The name of the root element, without its prefix. Null when something else than declarations, comments and white space
 * stands before the first tag, and when the text ends before it.
 */
export function rootName(text: string): string | null {
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    at += SPACE.exec(text)?.[0].length ?? 0;
    if (text.startsWith("<!--", at)) at = after(text, "-->", at + 4);
    else if (text.startsWith("<?", at)) at = after(text, "?>", at + 2);
    else if (text.startsWith("<!", at)) at = endOfDeclaration(text, at);
    else if (text[at] === "<") break;
    else return null;
    if (at < 0) return null;
  }
  NAME.lastIndex = at + 1;
  return NAME.exec(text)?.[0].replace(/^.*:/, "") ?? null;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? -1 : found + mark.length;
}

/** Where a declaration that begins at `from` ends: past its `>`, with quotes and the internal subset skipped. -1: cut. */
export function endOfDeclaration(text: string, from: number): number {
  let inside = 0;
  for (let at = from; at < text.length; at++) {
    const one = text[at];
    if (at > from && text.startsWith("<!--", at)) {
      at = after(text, "-->", at + 4) - 1;
      if (at < 0) return -1;
    } else if (one === '"' || one === "'") {
      at = text.indexOf(one, at + 1);
      if (at < 0) return -1;
    } else if (one === "[") inside++;
    else if (one === "]") inside--;
    else if (one === ">" && inside <= 0) return at + 1;
  }
  return -1;
}
