import { describe, expect, test } from "vitest";
import { Failure, type FailureFacts, type Reason } from "../../../../src/errors.ts";
import type { Candidate } from "../../../../src/origin/providers/candidate.ts";
import { candidatesFor } from "../../../../src/origin/providers/candidates.ts";
import { movesOn, REFUSALS, Refusals } from "../../../../src/origin/providers/refusals.ts";
import { NOTHING_KNOWN } from "../../../../src/origin/providers/rule.ts";
import { PLAIN } from "../../../support/transform.ts";
import { DEFAULT_RULES } from "./rules.ts";

const { firstMs, mostMs, pendingMs, tooManyMs, pictures, lackingMs, pictureMs } = REFUSALS;
const MISSING = new Failure("source_missing", { value: 404 });
const BAD = new Failure("source_refused", { value: 400 });
const TOO_MANY = (retryAfter?: number) =>
  new Failure("source_refused", { value: 429, ...(retryAfter === undefined ? {} : { retryAfter }) });

function candidates(source: string, width: number): readonly Candidate[] {
  return candidatesFor(source, { ...PLAIN, width }, NOTHING_KNOWN, DEFAULT_RULES);
}

const flickr = (id: number, width = 640) => candidates(`https://live.staticflickr.com/1/${id}_abc_b.jpg`, width);
const ids = (id: number) => candidates(`https://ids.si.edu/ids/deliveryService?id=${id}`, 640);

function first(list: readonly Candidate[]): Candidate {
  if (list[0] === undefined) throw new Error("no candidate");
  return list[0];
}

/** One walk: every candidate but the original fails, and the original answers or fails too. */
function walk(refusals: Refusals, list: readonly Candidate[], failure: Failure, now: number, answers = true): number {
  const refused: [Candidate, Failure][] = [];
  for (const candidate of list) {
    if (candidate.rule === null || refusals.isRefused(candidate, now)) continue;
    refusals.noteRefused(candidate, failure, now);
    refused.push([candidate, failure]);
  }
  refusals.noteEnd(refused, answers ? (list.at(-1) ?? null) : null, now);
  return refused.length;
}

describe("movesOn", () => {
  test.each([
    ["404", "source_missing", { value: 404 }, true],
    ["410", "source_missing", { value: 410 }, true],
    ["400", "source_refused", { value: 400 }, true],
    ["403", "source_refused", { value: 403 }, true],
    ["429", "source_refused", { value: 429 }, true],
    ["501: a form that the server lacks", "source_failed", { value: 501 }, true],
    ["a notice: the picture is gone", "source_placeholder", {}, false],
    ["a host without a certificate", "source_tls", {}, false],
    ["401", "source_refused", { value: 401 }, false],
    ["500", "source_failed", { value: 500 }, false],
    ["503", "source_failed", { value: 503 }, false],
    ["a time limit", "source_timeout", {}, false],
    ["a host that is left alone", "source_breaker_open", {}, false],
    ["our own limit", "queue_full", {}, false],
    ["a takedown", "blocked", {}, false],
  ] as const satisfies readonly (readonly [string, Reason, FailureFacts, boolean])[])(
    "%s",
    (_, reason, facts, expected) => {
      expect(movesOn(new Failure(reason, facts))).toBe(expected);
    },
  );
});

describe("a wrong rule", () => {
  test("costs one request, then none for an hour, then one again", () => {
    const refusals = new Refusals();
    expect(walk(refusals, ids(1), MISSING, 0)).toBe(1);
    expect(walk(refusals, ids(2), MISSING, 1)).toBe(0);
    expect(walk(refusals, ids(3), MISSING, firstMs - 1)).toBe(0);
    expect(walk(refusals, ids(4), MISSING, firstMs)).toBe(1);
  });
  test("each further failure makes the pause four times as long, up to a day", () => {
    const refusals = new Refusals();
    let now = 0;
    for (const ms of [firstMs, 4 * firstMs, 16 * firstMs, mostMs, mostMs]) {
      walk(refusals, ids(now), BAD, now);
      expect(refusals.isRefused(first(ids(now + 1)), now + ms - 1)).toBe(true);
      expect(refusals.isRefused(first(ids(now + 1)), now + ms)).toBe(false);
      now += ms;
    }
  });
  test("a picture that the rule gives ends it", () => {
    const refusals = new Refusals();
    walk(refusals, ids(1), MISSING, 0);
    refusals.noteEnd([], first(ids(2)), firstMs);
    expect(walk(refusals, ids(3), MISSING, firstMs + 1)).toBe(1);
    expect(refusals.isRefused(first(ids(4)), 2 * firstMs + 1)).toBe(false);
  });
  test("while its first walk is on, others leave the rule alone", () => {
    const refusals = new Refusals();
    refusals.noteRefused(first(ids(1)), MISSING, 0);
    expect(refusals.isRefused(first(ids(2)), pendingMs - 1)).toBe(true);
    expect(refusals.isRefused(first(ids(2)), pendingMs)).toBe(false);
  });
  test("is not blamed where the original is gone too", () => {
    const refusals = new Refusals();
    expect(walk(refusals, ids(1), MISSING, 0, false)).toBe(1);
    expect(refusals.isRefused(first(ids(2)), 1)).toBe(false);
  });
  test("on one host leaves the same rule alone on another", () => {
    const refusals = new Refusals();
    const picture = (host: string) => candidates(`https://${host}/photos/1/original.jpg`, 200);
    walk(
      refusals,
      picture("static.inaturalist.org").map((one) => ({ ...one, certain: true })),
      MISSING,
      0,
    );
    expect(refusals.isRefused(first(candidates("https://static.inaturalist.org/photos/2/original.jpg", 200)), 1)).toBe(
      true,
    );
    expect(refusals.isRefused(first(picture("inaturalist-open-data.s3.amazonaws.com")), 1)).toBe(false);
  });
  test("where one of two hosts gives the picture, the other host is left alone", () => {
    const refusals = new Refusals();
    const large = { ...NOTHING_KNOWN, original: { width: 4000, height: 3000 } };
    const source = "https://upload.wikimedia.org/wikipedia/commons/a/ab/A.jpg";
    const [thumb, upload] = candidatesFor(source, { ...PLAIN, width: 640 }, large, DEFAULT_RULES);
    if (thumb === undefined || upload === undefined) throw new Error("no candidates");
    refusals.noteRefused(thumb, MISSING, 0);
    refusals.noteEnd([[thumb, MISSING]], upload, 0);
    expect([refusals.isRefused(thumb, firstMs - 1), refusals.isRefused(upload, 1)]).toEqual([true, false]);
  });
});

describe("a size that a picture may lack", () => {
  test("is not asked again for this picture, and the rule stays on for others", () => {
    const refusals = new Refusals();
    expect(walk(refusals, flickr(1), MISSING, 0)).toBe(2);
    expect(walk(refusals, flickr(1), MISSING, pictureMs - 1)).toBe(0);
    expect(refusals.isRefused(first(flickr(2)), 1)).toBe(false);
    expect(refusals.isRefused(first(flickr(1)), pictureMs)).toBe(false);
  });
  test("of many pictures in a row makes the rule wrong, one picture fewer does not", () => {
    const refusals = new Refusals();
    // Two sizes of one picture count once.
    for (let id = 1; id < pictures; id++) expect(walk(refusals, flickr(id), MISSING, id)).toBe(2);
    expect(refusals.isRefused(first(flickr(100)), pictures)).toBe(false);
    walk(refusals, flickr(pictures), MISSING, pictures);
    expect(refusals.isRefused(first(flickr(100)), pictures + lackingMs - 1)).toBe(true);
    expect(refusals.isRefused(first(flickr(100)), pictures + lackingMs)).toBe(false);
  });
  test("a picture that has the size starts the count anew", () => {
    const refusals = new Refusals();
    for (let id = 1; id < pictures; id++) walk(refusals, flickr(id), MISSING, id);
    refusals.noteEnd([], first(flickr(50)), pictures);
    walk(refusals, flickr(60), MISSING, pictures);
    expect(refusals.isRefused(first(flickr(100)), pictures + 1)).toBe(false);
  });
  test("stepping up to a sibling says that the rule is right", () => {
    const refusals = new Refusals();
    for (let id = 1; id <= 3 * pictures; id++) {
      const [z, c] = flickr(id);
      if (z === undefined || c === undefined) throw new Error("no candidates");
      refusals.noteRefused(z, MISSING, id);
      refusals.noteEnd([[z, MISSING]], c, id);
    }
    expect(refusals.isRefused(first(flickr(1000)), 3 * pictures + 1)).toBe(false);
  });
});

describe("429", () => {
  test.each([
    ["without Retry-After: a minute", undefined, tooManyMs],
    ["Retry-After of 10 s: a minute", 10, tooManyMs],
    ["Retry-After of 10 minutes", 600, 600_000],
    ["Retry-After of a year: a day", 31_536_000, mostMs],
  ])("%s", (_, retryAfter, ms) => {
    const refusals = new Refusals();
    walk(refusals, flickr(1), TOO_MANY(retryAfter), 0);
    expect(refusals.isRefused(first(flickr(2)), ms - 1)).toBe(true);
    expect(refusals.isRefused(first(flickr(2)), Math.min(mostMs, 4 * ms))).toBe(false);
  });
  test("holds where the original is refused too, and is no fault of the picture", () => {
    const refusals = new Refusals();
    walk(refusals, flickr(1), TOO_MANY(), 0, false);
    expect([refusals.isRefused(first(flickr(1)), 1), refusals.isRefused(first(flickr(1)), tooManyMs)]).toEqual([
      true,
      false,
    ]);
  });
});

describe("memory", () => {
  test("is bounded; the oldest is forgotten", () => {
    const refusals = new Refusals();
    for (let id = 0; id <= REFUSALS.maxPictures; id++) {
      refusals.noteRefused(first(flickr(id)), MISSING, 0);
    }
    expect(refusals.isRefused(first(flickr(0)), 1)).toBe(false);
    expect(refusals.isRefused(first(flickr(1)), 1)).toBe(true);
  });
  test("the original is never refused", () => {
    const refusals = new Refusals();
    const original = flickr(1).at(-1) as Candidate;
    refusals.noteRefused(original, MISSING, 0);
    refusals.noteEnd([[original, MISSING]], null, 0);
    expect(refusals.isRefused(original, 1)).toBe(false);
  });
});
