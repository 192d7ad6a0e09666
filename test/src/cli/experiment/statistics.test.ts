import { describe, expect, test } from "vitest";
import { drawSession } from "../../../../bench/experiment/sessions.ts";
import { mulberry } from "../../../../bench/likeness/random.ts";
import { boundaryAt, boundaryFactor } from "../../../../src/cli/experiment/boundary.ts";
import { differenceOf, type Session, splitCheck } from "../../../../src/cli/experiment/difference.ts";
import { normalCdf, normalQuantile } from "../../../../src/cli/experiment/normal.ts";
import { designEffect, viewsPerArm } from "../../../../src/cli/experiment/sampleSize.ts";
import { betaCdf, betaQuantile, priorViews, shrunkRate } from "../../../../src/cli/experiment/shrunkRate.ts";

describe("sizes that were published", () => {
  test.each([
    [0.02, 0.022, 80_679],
    [0.01, 0.011, 163_092],
    [0.05, 0.055, 31_231],
  ])("%d to %d: %i views an arm", (from, to, views) => expect(viewsPerArm(from, to)).toBe(views));
  test.each([
    ["one view a session", 1, 0, 0.3, 1],
    ["even sessions", 5, 0, 0.1, 1.4],
    ["uneven sessions", 5, 1, 0.1, 1.9],
    ["no correlation", 5, 1, 0, 1],
  ])("design effect: %s", (_, views, cv, icc, wanted) => expect(designEffect(views, cv, icc)).toBeCloseTo(wanted, 9));
});

describe("distributions", () => {
  test.each([
    [0, 0.5],
    [1.959964, 0.975],
    [-1.644854, 0.05],
    [9, 1],
  ])("normal at %d", (z, p) => expect(normalCdf(z)).toBeCloseTo(p, 6));
  test("the quantile is the inverse", () => expect(normalQuantile(0.8)).toBeCloseTo(0.841621, 5));
  test.each([
    [0.5, 1, 1, 0.5],
    [0.3, 2, 5, 0.579825],
    [0.02, 20, 980, 0.528847],
    [0.9, 10, 1, 0.348678],
  ])("beta at %d with %d and %d", (x, a, b, p) => expect(betaCdf(x, a, b)).toBeCloseTo(p, 4));
  test("its quantile is the inverse", () => expect(betaCdf(betaQuantile(0.1, 3, 7), 3, 7)).toBeCloseTo(0.1, 9));
});

describe("O'Brien and Fleming's boundary", () => {
  test("falls to the constant at the last look", () => {
    const bounds = [1, 2, 3, 4, 5].map((look) => boundaryAt(look, 5));
    expect(bounds.map((z) => z.toFixed(2))).toEqual(["4.56", "3.23", "2.63", "2.28", "2.04"]);
    expect(boundaryFactor(1)).toBe(1);
  });
  test.each([0, 11, 1.5])("%d looks are refused", (looks) => expect(() => boundaryFactor(looks)).toThrow("looks"));
});

describe("the difference", () => {
  const session = (views: [number, number], clicks: [number, number]): Session => ({ views, clicks });
  test("of independent views has the variance of two proportions", () => {
    const sessions = Array.from({ length: 400 }, (_, i) => {
      const arm = i % 2;
      const clicked = i % 20 < 4 + arm ? 1 : 0;
      return arm === 1 ? session([0, 1], [0, clicked]) : session([1, 0], [clicked, 0]);
    });
    const { rates, designEffect: effect } = differenceOf(sessions);
    expect(rates[0]).toBeCloseTo(0.2, 9);
    expect(effect).toBeCloseTo(1, 9);
  });
  test("of sessions that click everything or nothing is as uncertain as their number says", () => {
    const sessions = Array.from({ length: 400 }, (_, i) => {
      const clicks = (i >> 1) % 2 === 0 ? 4 : 0;
      return i % 2 === 1 ? session([0, 4], [0, clicks]) : session([4, 0], [clicks, 0]);
    });
    expect(differenceOf(sessions).designEffect).toBeCloseTo(4, 9);
  });
  test.each([
    ["a fair draw", 500, 500, 0],
    ["all in one arm", 0, 100, 10],
    ["nobody", 0, 0, 0],
  ])("split check: %s", (_, original, mate, z) => {
    const lists = [
      ...Array<null>(original)
        .fill(null)
        .map(() => [1, 0] as const),
      ...Array<null>(mate)
        .fill(null)
        .map(() => [0, 1] as const),
    ];
    expect(splitCheck(lists)).toBeCloseTo(z, 6);
  });
});

describe("rates of single pictures", () => {
  test("few views stay near the cluster, many leave it", () => {
    const [few, many] = [
      { views: 2, clicks: 2 },
      { views: 20_000, clicks: 2_000 },
    ].map((own) => shrunkRate(own, 0.02, 200));
    expect(few?.mean).toBeCloseTo(0.0297, 4);
    expect(many?.mean).toBeCloseTo(0.0992, 4);
    expect((few?.high ?? 0) - (few?.low ?? 0)).toBeGreaterThan((many?.high ?? 0) - (many?.low ?? 0));
  });
  test("the prior is worth much where pictures do not differ, little where they do", () => {
    const alike = Array.from({ length: 50 }, () => ({ views: 1_000, clicks: 20 }));
    const unlike = Array.from({ length: 50 }, (_, i) => ({ views: 1_000, clicks: i % 2 === 0 ? 0 : 100 }));
    expect(priorViews(alike)).toBe(10_000);
    expect(priorViews(unlike)).toBeLessThan(30);
  });
});

test("intervals cover the truth, and no difference is seldom one (a small twin of the bench)", () => {
  const random = mulberry(5);
  let [covered, rejected] = [0, 0];
  for (let run = 0; run < 150; run++) {
    const truth = { original: 0.1, mate: 0.1 };
    const { z, difference, standardError } = differenceOf(
      Array.from({ length: 400 }, () => drawSession(truth, random)),
    );
    if (Math.abs(difference) <= 1.96 * standardError) covered++;
    if (Math.abs(z) > 1.96) rejected++;
  }
  // 4 standard deviations of 150 draws.
  expect(covered / 150).toBeGreaterThan(0.87);
  expect(rejected).toBeGreaterThan(0);
});
