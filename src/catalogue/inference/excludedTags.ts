/**
 * Words that are never inferred of a picture, since they say of a person what nobody should be told by a machine: age,
 * gender, race, nationality, orientation, marital state. Pure data.
 */
const EXCLUDED = {
  age: [
    "adult",
    "baby",
    "boy",
    "child",
    "children",
    "elderly",
    "girl",
    "infant",
    "kid",
    "old",
    "senior",
    "teen",
    "teenager",
    "toddler",
    "young",
  ],
  gender: ["female", "gender", "gentleman", "lady", "male", "man", "men", "transgender", "woman", "women"],
  race: [
    "african",
    "arab",
    "asian",
    "black people",
    "caucasian",
    "ethnic",
    "ethnicity",
    "hispanic",
    "latino",
    "race",
    "white people",
  ],
  nationality: [
    "american",
    "british",
    "chinese",
    "french",
    "german",
    "immigrant",
    "indian",
    "nationality",
    "refugee",
    "russian",
  ],
  orientation: ["bisexual", "gay", "heterosexual", "homosexual", "lesbian", "lgbt", "lgbtq", "queer", "straight"],
  marital: [
    "bachelor",
    "bride",
    "divorced",
    "engaged",
    "groom",
    "husband",
    "married",
    "single",
    "widow",
    "widower",
    "wife",
  ],
} as const;

const ALL: ReadonlySet<string> = new Set(Object.values(EXCLUDED).flat());

/** A tag as it is compared: without white space at its ends, in lower case. */
export function normalTag(tag: string): string {
  return tag.trim().toLowerCase();
}

/** Whether a tag may be inferred. Compound tags are excluded with any of their words. */
export function mayInfer(tag: string): boolean {
  const normal = normalTag(tag);
  return normal !== "" && !ALL.has(normal) && !normal.split(/[\s_-]+/).some((word) => ALL.has(word));
}
