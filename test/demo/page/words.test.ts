import { describe, expect, it } from "vitest";
import { frequentWords, matches, wordsOf } from "../../../demo/page/words.ts";

describe("matches", () => {
  it.each([
    ["The seas of Spain", "sea", true],
    ["The sea", "seas", true],
    ["Overseas", "sea", false],
    ["Dress", "dres", true],
    ["Glass", "glasses", false],
    ["Casa Milà, Barcelona", "mila", true],
    ["Casa Mila", "MILÀ", true],
    ["Fish, CC-BY-4.0", "cc-by", true],
    ["Fish and chips", "fish zebra", false],
    ["Fish and chips", "chips fi", true],
    ["Fish", "", true],
    ["Fish", " ,. ", true],
    ["", "fish", false],
  ] as const)("%j has %j: %s", (text, query, expected) => expect(matches(text, query)).toBe(expected));
});

describe("wordsOf", () => {
  it("cuts at everything that is no letter and no digit", () => {
    expect(wordsOf("Été 2024: (sun)-rise")).toEqual(["ete", "2024", "sun", "rise"]);
  });
});

describe("frequentWords", () => {
  it("gives words of most texts first, each text once, without fillers and numbers", () => {
    expect(frequentWords(["the lake lake", "Lake and harbour", "harbour 2024", "lake"], 2)).toEqual([
      "lake",
      "harbour",
    ]);
  });
  it("gives every word that it proposes a picture", () => {
    const texts = ["A kitten on the lawn", "Lakes", "Casa Milà"];
    for (const word of frequentWords(texts, 9))
      expect(
        texts.some((text) => matches(text, word)),
        word,
      ).toBe(true);
  });
});
