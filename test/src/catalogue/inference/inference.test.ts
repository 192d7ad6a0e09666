import { describe, expect, test } from "vitest";
import { drawTagged, shuffled } from "../../../../bench/likeness/tags.ts";
import { evaluate } from "../../../../src/catalogue/inference/evaluate.ts";
import { popularityOf } from "../../../../src/catalogue/inference/popularity.ts";
import { countTags, inferTags, type Tagged } from "../../../../src/catalogue/inference/vote.ts";
import { seeded } from "../../../support/seeded.ts";

const picture = (id: string, creator: string | null, ...tags: string[]): Tagged => ({ id, creator, tags });
/** 100 pictures: every second one has "common", one in a hundred "rare". */
const counts = {
  pictures: 100,
  of: new Map([
    ["common", 50],
    ["rare", 1],
  ]),
};

describe("neighbour voting minus the prior", () => {
  const three = ["x", "y", "z"].map((creator, i) => picture(`p${i}`, creator, "rare", "common"));
  test("rel(x, t) = n_t(k) - k N_t / N, the most relevant first", () => {
    expect(inferTags(three, counts)).toEqual([
      { tag: "rare", relevance: 3 - 0.03, certainty: 3.01 / 4, support: 3, neighbours: ["p0", "p1", "p2"] },
      { tag: "common", relevance: 1.5, certainty: 3.5 / 4, support: 3, neighbours: ["p0", "p1", "p2"] },
    ]);
  });
  test.each([
    ["two creators are too few", three.slice(0, 2)],
    ["one creator votes once", ["a", "b", "c", "d"].map((id) => picture(id, "x", "rare"))],
    ["all without a creator vote once", ["a", "b", "c", "d"].map((id) => picture(id, null, "rare"))],
    ["a tag that everybody has is no evidence", three.map(({ id, creator }) => picture(id, creator, "all"))],
    ["what a person is is never inferred", three.map(({ id, creator }) => picture(id, creator, "Young woman"))],
  ])("%s", (_, neighbours) => {
    expect(inferTags(neighbours, { ...counts, of: new Map([...counts.of, ["all", 100]]) })).toEqual([]);
  });
  test("letters and white space do not make another tag", () => {
    const mixed = [" Rare", "rare ", "RARE"].map((tag, i) => picture(`p${i}`, `c${i}`, tag));
    expect(inferTags(mixed, counts).map(({ tag, support }) => [tag, support])).toEqual([["rare", 3]]);
  });
  test("pictures are counted once for a tag, and not without tags", () => {
    const { pictures, of } = countTags([{ tags: ["a", "A"] }, { tags: ["b"] }, { tags: [] }]);
    expect([pictures, of.get("a"), of.get("b")]).toEqual([2, 1, 1]);
  });
});

test("few neighbours hardly move the popularity, many do", () => {
  const mean = Math.log1p(10);
  expect(popularityOf([], mean)).toBeCloseTo(10, 6);
  expect(popularityOf([1_000], mean)).toBeLessThan(25);
  expect(popularityOf(Array<number>(200).fill(1_000), mean)).toBeGreaterThan(800);
});

describe("how right they are (a small twin of the bench)", () => {
  const random = seeded(7);
  const pictures = drawTagged(150, random);
  const found = evaluate(pictures, random);
  test("the lower bound is above both baselines", () => {
    expect(found.precision.low).toBeGreaterThan(Math.max(found.ofRandom, found.ofFrequent));
    expect(found.recall.value).toBeGreaterThan(0.2);
  });
  test("with tags shuffled among pictures it is not", () => {
    const dealt = evaluate(shuffled(pictures, random), random);
    expect(dealt.inferred).toBeGreaterThan(50);
    expect(dealt.precision.low).toBeLessThanOrEqual(Math.max(dealt.ofRandom, dealt.ofFrequent));
  });
  test("the interval is wider where clusters are fewer", () => {
    const few = evaluate(drawTagged(20, random), random);
    expect(few.precision.high - few.precision.low).toBeGreaterThan(found.precision.high - found.precision.low);
  });
});
