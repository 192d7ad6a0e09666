import { describe, expect, test } from "vitest";
import { isIncluded } from "../../../../src/catalogue/inclusion/isIncluded.ts";
import { EXCLUDED, OTHER_ENDINGS, THINGS } from "../../../../src/catalogue/inclusion/table.ts";
import { inferTags } from "../../../../src/catalogue/inference/vote.ts";
import {
  includedLabels,
  keptLabels,
  labelsText,
  readLabels,
  tagsOfManifest,
} from "../../../../src/catalogue/recognition/labels.ts";
import { answerOf } from "../../../../src/catalogue/recognition/services/rekognition.ts";

/** What is refused, and beside it what is like it and is kept. */
const BOTH_SIDES = {
  "the word, and words that begin with it": [
    ["man", "Man", "MEN", "a man", "man's hat", "old_man", "OldMan", "Business Man"],
    ["manor", "mandolin", "mandarin", "manhole", "mango", "mantis", "Menu", "Womb"],
  ],
  "an ending in one word": [
    ["policeman", "Firemen", "spokeswoman", "fisherwomen", "tomboy", "showgirls", "superman"],
    ["human", "Human tower", "humans", "roman bath", "ottoman", "specimen", "dolmens", "Abdomen"],
  ],
  "plurals with -s, -es, -ies": [
    ["boys", "girls", "kids", "babies", "ladies", "nationalities", "lasses", "actresses", "widows"],
    ["boysenberry", "kidney", "ladybug", "babysitter", "nation", "sonar", "sonata"],
  ],
  "no other two letters are dropped": [
    ["man", "gay", "son", "teen"],
    ["manor", "gayal", "sonic", "teeny"],
  ],
  "old and young": [
    ["old", "old people", "old couple", "Young", "young model", "senior", "senior citizens", "elder", "6 years old"],
    ["old town", "Old Car", "old-books", "young tree", "senior center", "gold", "elderberry"],
  ],
  race: [
    ["race", "mixed race", "human race", "race of the sitter", "asian face", "african", "black people", "White Person"],
    ["race car", "Race Track", "boat race", "horse race", "african-elephant", "black cat", "white house", "racehorse"],
  ],
  nationality: [
    [
      "german",
      "French people",
      "chinese face",
      "Japanese-American",
      "citizen",
      "polish",
      "american model",
      "Colombians",
    ],
    [
      "french bulldog",
      "American Football",
      "Swiss cheese",
      "nail polish",
      "national park",
      "citizen science",
      "Germanium",
      "Afghan hound",
    ],
  ],
  orientation: [
    ["straight", "straight couple", "gay", "same sex couple", "pride", "pride parade"],
    ["straight razor", "straight road", "gayal", "pride of lions", "orientation course"],
  ],
  "marital state": [
    ["single", "single mother", "single people", "engaged", "engaged couple", "Fiancé", "bride", "engagement"],
    ["single malt", "single bed", "Bridge", "bridal", "engagement ring", "wedding", "grooming brush"],
  ],
} as const satisfies Readonly<Record<string, readonly [refused: readonly string[], kept: readonly string[]]>>;

describe.each(Object.entries(BOTH_SIDES))("%s", (_, [refused, kept]) => {
  test.each(refused)("%s is refused", (name) => expect(isIncluded(name)).toBe(false));
  test.each(kept)("%s is kept", (name) => expect(isIncluded(name)).toBe(true));
});

describe("the table", () => {
  const rows = Object.entries(EXCLUDED).flatMap(([category, row]) =>
    Object.values(row)
      .flat()
      .map((word) => [category, word] as const),
  );
  test.each(rows)("%s: %s is excluded, however it is written", (_, word) => {
    for (const written of [word, word.toUpperCase(), ` ${word}s `, `${word}.`, word.replaceAll(" ", "_")])
      expect([written, isIncluded(written)]).toEqual([written, false]);
  });
  test("has words in the form in which they are compared", () => {
    for (const [, word] of rows) expect(word).toMatch(/^[a-z]+( [a-z]+)*$/);
    for (const word of [...THINGS, ...OTHER_ENDINGS]) expect(word).toMatch(/^[a-z]+$/);
  });
  test("has no person among the things", () => {
    for (const thing of THINGS) expect([thing, isIncluded(thing)]).toEqual([thing, true]);
    for (const person of [
      "person",
      "people",
      "face",
      "couple",
      "model",
      "star",
      "doll",
      "family",
      "student",
      "shepherd",
    ])
      expect(THINGS.has(person)).toBe(false);
  });
  test.each(["", "  ", "!"])("%j is no label", (name) => expect(isIncluded(name)).toBe(false));
  test.each(["Кот", "猫"])("%s, in another script, is kept", (name) => expect(isIncluded(name)).toBe(true));
});

describe("every door has the same table", () => {
  const label = (name: string, parents: readonly string[] = [], aliases: readonly string[] = []) => ({
    ...{ name, parents, aliases, confidence: 0.99, boxes: [] },
  });
  const three = (tag: string) => ["x", "y", "z"].map((creator) => ({ id: creator, creator, tags: [tag] }));
  const source = `${"0".repeat(16)}/${"1".repeat(32)}`;
  const stored = (name: string) =>
    labelsText({
      ...{ v: 1, id: "a", source, status: "done", reason: null, at: 1 },
      ...{ provider: "p", model: "m", modelVersion: "1", labels: [{ ...label(name), display: true }] },
    });
  const tag = (name: string) => ({ name, accuracy: 0.9, provider: "yfcc100m" });
  const DOORS = {
    "a label of a service": (name) => keptLabels([label(name)]).length,
    "its parent": (name) => keptLabels([label("x", ["Thing", name])]).length,
    "its alias": (name) => keptLabels([label("x", [], [name])]).length,
    "a label that is stored already": (name) => readLabels(stored(name)).labels.length,
    "a label of a manifest, at the import": (name) => includedLabels([tag(name)]).length,
    "a label of a manifest (YFCC100M), at the export": (name) => tagsOfManifest([tag(name)]).length,
    "an inferred tag": (name) => inferTags(three(name), { pictures: 100, of: new Map() }).length,
  } as const satisfies Readonly<Record<string, (name: string) => number>>;
  const names = Object.values(BOTH_SIDES).flatMap(([refused, kept]) => [
    ...refused.map((name) => [name, 0] as const),
    ...kept.map((name) => [name, 1] as const),
  ]);
  test.each(Object.entries(DOORS))("%s", (_, door) => {
    for (const [name, wanted] of names) expect([name, door(name)]).toEqual([name, wanted]);
  });
  test("what goes into logs and dead letters is the name of an error, and never the service's text", () => {
    const told = (body: object) => JSON.stringify(answerOf(400, JSON.stringify(body)));
    expect(told({ __type: "AccessDeniedException", message: "Woman" })).not.toContain("Woman");
    expect(told({ __type: "Woman", Message: "Woman" })).not.toContain("Woman");
    expect(told({ __type: "AccessDeniedException" })).toContain("AccessDeniedException");
  });
});
