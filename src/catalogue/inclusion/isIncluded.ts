/** Applies the inclusion table. All labels and tags that a machine has made pass here, whatever door they come by. Pure. */
import { EXCLUDED, EXCLUDED_ENDINGS, OTHER_ENDINGS, THINGS } from "./table.ts";

const rows = Object.values(EXCLUDED);
const of = (column: keyof (typeof rows)[number]): readonly string[] =>
  rows.flatMap((row): readonly string[] => row[column]);
const WORDS: ReadonlySet<string> = new Set(of("words"));
const WHOLE: ReadonlySet<string> = new Set(of("whole"));
const PHRASES = of("phrases").map((phrase) => phrase.split(" "));
const ADJECTIVES: ReadonlySet<string> = new Set(of("adjectives"));
const NOUNS: ReadonlySet<string> = new Set(of("nouns"));

/**
 * Whether a label may be kept. Upper and lower case, accents, plurals and what separates words make no difference. A name
 * without a letter or digit is no label.
 */
export function isIncluded(name: string): boolean {
  const words = wordsOf(name).map(formsOf);
  if (words.length === 0) return false;
  if (words.length === 1 && words[0]?.some((form) => WHOLE.has(form)) === true) return false;
  return !words.some((_, at) => isExcludedAt(words, at));
}

/** All forms that a word may stand for: itself, and what it is the plural of. */
type Forms = readonly string[];

function isExcludedAt(words: readonly Forms[], at: number): boolean {
  const forms = words[at] ?? [];
  if (forms.some((form) => WORDS.has(form) || hasExcludedEnding(form))) return true;
  if (PHRASES.some((phrase) => phrase.every((word, i) => words[at + i]?.includes(word) === true))) return true;
  const isThing = (place: number) => words[place]?.some((form) => THINGS.has(form)) === true;
  if (forms.some((form) => ADJECTIVES.has(form)) && !isThing(at + 1)) return true;
  return forms.some((form) => NOUNS.has(form)) && !isThing(at + 1) && !isThing(at - 1);
}

function hasExcludedEnding(word: string): boolean {
  return !OTHER_ENDINGS.has(word) && EXCLUDED_ENDINGS.some((ending) => word.endsWith(ending));
}

/** `Boys' Choir` -> boys, choir; `OldMan` -> old, man; `fiancé` -> fiance. Another script is kept as it is. */
function wordsOf(name: string): readonly string[] {
  const spaced = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2");
  return spaced.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** -es is an ending of the plural only behind a sibilant or an o, and -ies only for -y. */
function formsOf(word: string): Forms {
  if (!word.endsWith("s")) return [word];
  const forms = [word, word.slice(0, -1)];
  if (/(?:s|x|z|ch|sh|o)es$/.test(word)) forms.push(word.slice(0, -2));
  if (word.endsWith("ies")) forms.push(`${word.slice(0, -3)}y`);
  return forms;
}
