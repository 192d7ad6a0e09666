/** Which words a search finds. The server and the page's script use the same. Pure. */

/** Lower-case words without accents: `Casa Milà` -> `casa`, `mila`. */
export function wordsOf(text: string): readonly string[] {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

/** Whether each word of the query begins a word of the text. `seas` and `sea` find each other. */
export function matches(text: string, query: string): boolean {
  const words = wordsOf(text).map(singular);
  return wordsOf(query).every((asked) => words.some((word) => word.startsWith(singular(asked))));
}

/** The words that most of the texts have, the most frequent first: what to search for when nothing was found. */
export function frequentWords(texts: readonly string[], count: number): readonly string[] {
  const found = new Map<string, number>();
  for (const text of texts) {
    for (const word of new Set(wordsOf(text))) {
      if (word.length > LONGEST_FILLER && !/\d/.test(word)) found.set(word, (found.get(word) ?? 0) + 1);
    }
  }
  return [...found]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .slice(0, count)
    .map(([word]) => word);
}

/** Words such as `the`, `and`, `of` are not longer. */
const LONGEST_FILLER = 3;

/** English plurals in `s`. */
function singular(word: string): string {
  return word.length > LONGEST_FILLER && /[^s]s$/.test(word) ? word.slice(0, -1) : word;
}
