/** Splits the text of a `sizes` attribute into the tokens of CSS (CSS Syntax Level 3) that it can use. Pure. */

/**
 * `number`: a number with its unit (empty for none). `word`: a name, in lower case. `open`: `(`, or a function with its
 * name in `text`. `mark`: a comma, a colon, an operator, or any other character.
 */
export type Token =
  | { readonly kind: "number"; readonly value: number; readonly unit: string }
  | { readonly kind: "word" | "open" | "mark"; readonly text: string }
  | { readonly kind: "close" | "space" };

/** The alternatives in turn: space, number, function or name, a bracket, an operator, any other character. */
const TOKEN =
  /([ \t\n\r\f]+)|([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(%|-?[a-z_][\w-]*)?|(-?[a-z_][\w-]*)(\()?|(\()|(\))|([<>]=?|[\s\S])/giy;

/** The tokens of `text`. Comments are white space. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [, space, number, unit, word, bracket, open, close, mark] of text
    .replace(/\/\*[\s\S]*?(?:\*\/|$)/g, " ")
    .matchAll(TOKEN)) {
    if (space !== undefined) tokens.push({ kind: "space" });
    else if (number !== undefined) {
      tokens.push({ kind: "number", value: Number(number), unit: (unit ?? "").toLowerCase() });
    } else if (word !== undefined) {
      tokens.push({ kind: bracket === undefined ? "word" : "open", text: word.toLowerCase() });
    } else if (open !== undefined) tokens.push({ kind: "open", text: "" });
    else if (close !== undefined) tokens.push({ kind: "close" });
    else tokens.push({ kind: "mark", text: mark ?? "" });
  }
  return tokens;
}

/** Whether the token is this word or mark. */
export function isText(token: Token | undefined, text: string): boolean {
  return (token?.kind === "word" || token?.kind === "mark") && token.text === text;
}

/**
 * Cuts tokens into component values: each is one token, or a bracket with all that it holds. An open bracket ends with
 * the text.
 */
export function componentsOf(tokens: readonly Token[]): Token[][] {
  const components: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth > 0) components.at(-1)?.push(token);
    else components.push([token]);
    if (token.kind === "open") depth++;
    else if (token.kind === "close" && depth > 0) depth--;
  }
  return components;
}

/** What a bracket or a function holds, without white space at both ends. */
export function insideOf([, ...rest]: readonly Token[]): readonly Token[] {
  return trimmed(rest.at(-1)?.kind === "close" ? rest.slice(0, -1) : rest);
}

/** The tokens without white space at both ends. */
export function trimmed(tokens: readonly Token[]): readonly Token[] {
  const isSolid = ({ kind }: Token): boolean => kind !== "space";
  return tokens.slice(Math.max(0, tokens.findIndex(isSolid)), tokens.findLastIndex(isSolid) + 1);
}
