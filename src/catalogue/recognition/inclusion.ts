/**
 * Which labels may be kept. A machine must not say a person's age, gender, race, nationality, orientation or marital state.
 * Labels of services, their parents and aliases, and labels of a manifest all pass this table; inferred tags have one of their
 * own (inference/excludedTags.ts). Pure.
 */

type Exclusion = {
  /** A label is excluded when one of its words is here. Plurals with -s and -es are found too. */
  readonly words: readonly string[];
  /** A label is excluded when it is one of these as a whole. Inside another label such a word says something else. */
  readonly whole: readonly string[];
};

export const EXCLUDED = {
  age: {
    words: [
      ...["adolescent", "adult", "aged", "babies", "baby", "boy", "boyhood", "child", "childhood", "children", "elder"],
      ...["elderly", "girl", "infant", "juvenile", "kid", "minor", "newborn", "pensioner", "preschooler", "retiree"],
      ...["schoolboy", "schoolgirl", "teen", "teenage", "teenager", "toddler", "tween", "youngster", "youth"],
    ],
    whole: ["age", "middle age", "old", "old age", "old people", "senior", "senior citizen", "young", "young people"],
  },
  gender: {
    words: [
      ...[
        "aunt",
        "boy",
        "brother",
        "businessman",
        "businesswoman",
        "cowboy",
        "cowgirl",
        "dad",
        "daughter",
        "effeminate",
      ],
      ...["father", "female", "feminine", "femininity", "gender", "gentleman", "gentlemen", "girl", "grandfather"],
      ...["grandmother", "guy", "ladies", "lady", "lass", "male", "man", "manhood", "masculine", "masculinity", "men"],
      ...[
        "mom",
        "mother",
        "mum",
        "nephew",
        "niece",
        "nonbinary",
        "sister",
        "son",
        "transgender",
        "transsexual",
        "uncle",
      ],
      ...["woman", "womanhood", "women", "fireman", "policeman", "policewoman", "salesman", "fisherman", "serviceman"],
    ],
    whole: ["duchess", "king", "nun", "monk", "prince", "princess", "queen", "sex", "trans", "non-binary"],
  },
  race: {
    words: [
      ...[
        "aboriginal",
        "african",
        "arab",
        "asian",
        "caucasian",
        "ethnic",
        "ethnicity",
        "eurasian",
        "gypsy",
        "hispanic",
      ],
      ...[
        "indigenous",
        "inuit",
        "latina",
        "latino",
        "latinx",
        "maori",
        "mulatto",
        "negro",
        "racial",
        "romani",
        "slavic",
      ],
    ],
    whole: [
      "black people",
      "brown people",
      "mixed race",
      "people of colour",
      "people of color",
      "race",
      "white people",
    ],
  },
  nationality: {
    words: [
      ...["american", "argentinian", "australian", "brazilian", "british", "bulgarian", "canadian", "chinese", "cuban"],
      ...["danish", "dutch", "egyptian", "english", "ethiopian", "filipino", "finnish", "french", "german", "greek"],
      ...["hungarian", "indian", "indonesian", "iranian", "iraqi", "irish", "israeli", "italian", "japanese", "kenyan"],
      ...["korean", "mexican", "nationality", "nigerian", "norwegian", "pakistani", "polish", "portuguese", "romanian"],
      ...["russian", "scottish", "spanish", "swedish", "swiss", "syrian", "thai", "turkish", "ukrainian", "vietnamese"],
      ...["welsh", "citizenship", "foreigner", "immigrant", "migrant", "refugee"],
    ],
    whole: ["citizen", "national"],
  },
  orientation: {
    words: [
      ...["asexual", "bisexual", "gay", "heterosexual", "homosexual", "homosexuality", "lesbian", "lgbt", "lgbtq"],
      ...["lgbtqia", "pansexual", "queer", "sexuality"],
    ],
    whole: ["orientation", "sexual orientation", "straight", "pride", "gay pride"],
  },
  marital: {
    words: [
      ...["bachelor", "bachelorette", "bride", "bridegroom", "divorced", "divorcee", "fiance", "fiancee", "groom"],
      ...["husband", "marital", "married", "newlywed", "spouse", "unmarried", "widow", "widowed", "widower", "wife"],
      ...["wives"],
    ],
    whole: ["engaged", "single", "single person", "single mother", "single father", "engagement"],
  },
} as const satisfies Readonly<Record<string, Exclusion>>;

const WORDS: ReadonlySet<string> = new Set(Object.values(EXCLUDED).flatMap(({ words }) => words));
const WHOLE: ReadonlySet<string> = new Set(
  Object.values(EXCLUDED).flatMap(({ whole }) => whole.map((label) => wordsOf(label).join(" "))),
);

/** Whether a label may be kept. Upper and lower case, accents and what separates words make no difference. */
export function isIncluded(name: string): boolean {
  const words = wordsOf(name);
  if (words.length === 0) return false;
  const isWhole = WHOLE.has(words.join(" ")) || WHOLE.has(words.map(singular).join(" "));
  return (
    !isWhole && !words.some((word) => WORDS.has(word) || WORDS.has(singular(word)) || WORDS.has(word.slice(0, -2)))
  );
}

/** `Boys' Choir` -> boys, choir; `OldMan` -> old, man; `fiancé` -> fiance. Another script is kept as it is. */
function wordsOf(name: string): readonly string[] {
  const spaced = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2");
  return spaced.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function singular(word: string): string {
  return word.endsWith("s") ? word.slice(0, -1) : word;
}
