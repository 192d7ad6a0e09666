import { describe, expect, test } from "vitest";
import { readHeaders } from "../../../src/origin/headers.ts";
import {
  freshnessOf,
  freshUntil,
  isOutdated,
  type KnownVersion,
  parseCacheControl,
} from "../../../src/store/freshness.ts";
import { knownOf, metaOf, NOW } from "../../support/stored.ts";

const WIDE = { minFreshSeconds: 0, maxFreshSeconds: 10 ** 9 };
const seconds = (headers: Record<string, string>, bounds = WIDE) =>
  (freshUntil(readHeaders(new Headers(headers)), NOW, bounds) - NOW) / 1000;
const date = (offset: number) => new Date(NOW + offset * 1000).toUTCString();

describe("freshUntil", () => {
  test.each([
    ["max-age", { "cache-control": "max-age=100" }, 100],
    ["s-maxage before max-age", { "cache-control": "max-age=100, s-maxage=7" }, 7],
    ["s-maxage before max-age in any order", { "cache-control": "s-maxage=7,max-age=100" }, 7],
    ["max-age before Expires", { "cache-control": "max-age=100", expires: date(5) }, 100],
    ["names without case", { "cache-control": "Public, Max-Age=100" }, 100],
    ["a quoted value", { "cache-control": 'max-age="100"' }, 100],
    ["the first of two", { "cache-control": "max-age=1, max-age=2" }, 1],
    ["minus Age", { "cache-control": "max-age=100", age: "30" }, 70],
    ["never below the lower bound by Age", { "cache-control": "max-age=100", age: "300" }, 0],
    ["an Age that is no number", { "cache-control": "max-age=100", age: "old" }, 100],
    ["a max-age that is no number is stale", { "cache-control": "max-age=soon" }, 0],
    ["a max-age in fractions is stale", { "cache-control": "max-age=1.5" }, 0],
    ["a negative max-age is stale", { "cache-control": "max-age=-1" }, 0],
    ["beyond 2^31 seconds", { "cache-control": "max-age=99999999999999" }, 10 ** 9],
    ["Expires minus Date", { expires: date(50), date: date(-10) }, 60],
    ["Expires without Date", { expires: date(50) }, 50],
    ["Expires in the past", { expires: date(-50), date: date(0) }, 0],
    ["Expires: 0", { expires: "0" }, 0],
    ["Expires that is no date", { expires: "tomorrow morning" }, 0],
    ["no-store", { "cache-control": "no-store, max-age=100" }, 0],
    ["no-cache", { "cache-control": "no-cache" }, 0],
    ["private", { "cache-control": "private, max-age=100" }, 0],
    ["a tenth of the time since Last-Modified", { "last-modified": date(-1000), date: date(0) }, 100],
    ["Last-Modified in the future says nothing", { "last-modified": date(1000), date: date(0) }, 86_400],
    ["silence is a day", {}, 86_400],
    ["other directives are silence", { "cache-control": "public, immutable" }, 86_400],
  ])("%s", (_name, headers, expected) => expect(seconds(headers as Record<string, string>)).toBe(expected));

  test.each([
    [99, 100],
    [100, 100],
    [101, 101],
    [999, 999],
    [1000, 1000],
    [1001, 1000],
  ])("max-age=%i within [100, 1000] is %i", (given, expected) => {
    expect(seconds({ "cache-control": `max-age=${given}` }, { minFreshSeconds: 100, maxFreshSeconds: 1000 })).toBe(
      expected,
    );
  });

  test("no-store is lifted by the lower bound", () => {
    expect(seconds({ "cache-control": "no-store" }, { minFreshSeconds: 60, maxFreshSeconds: 100 })).toBe(60);
  });
});

test("parseCacheControl reads tokens, quotes and bare names", () => {
  expect([...parseCacheControl('no-cache="set-cookie", Max-Age=5 , public')]).toEqual([
    ["no-cache", "set-cookie"],
    ["max-age", "5"],
    ["public", ""],
  ]);
  expect(parseCacheControl(null).size).toBe(0);
});

describe("freshnessOf", () => {
  const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
  const at = (ms: number) => metaOf({ storedAt: NOW - 1000, freshUntil: NOW + ms });
  test.each([
    ["a moment left", 1, "fresh"],
    ["the very moment", 0, "fresh"],
    ["a moment over", -1, "revalidate"],
    ["the end of stale-while-revalidate", -10_000, "revalidate"],
    ["a moment after it", -10_001, "if-error"],
    ["the end of stale-if-error", -100_000, "if-error"],
    ["a moment after that", -100_001, "expired"],
  ] as const)("%s", (_name, ms, expected) => expect(freshnessOf(at(ms), NOW, windows)).toBe(expected));

  test("the longer window counts when stale-while-revalidate is over stale-if-error", () => {
    const odd = { staleWhileRevalidateSeconds: 100, staleIfErrorSeconds: 10 };
    expect(freshnessOf(at(-50_000), NOW, odd)).toBe("revalidate");
    expect(freshnessOf(at(-100_001), NOW, odd)).toBe("expired");
  });

  test.each([
    ["another version known since", knownOf("ffffffff", NOW), "if-error"],
    ["the same version", knownOf("0badcafe", NOW), "fresh"],
    ["another version known before the picture was made", knownOf("ffffffff", NOW - 1000), "fresh"],
    ["another version known a moment after", knownOf("ffffffff", NOW - 999), "if-error"],
  ] as const)("%s", (_name, known, expected) => expect(freshnessOf(at(1), NOW, windows, known)).toBe(expected));

  test("expired stays expired, whatever the metadata says", () => {
    expect(freshnessOf(at(-100_001), NOW, windows, knownOf("ffffffff", NOW))).toBe("expired");
  });

  test.each([
    ["within the clocks' skew", 300_000, "fresh"],
    ["stored by a clock that ran ahead", 300_001, "revalidate"],
  ] as const)("%s", (_name, ahead, expected) => {
    expect(freshnessOf(metaOf({ storedAt: NOW + ahead, freshUntil: NOW + 10 ** 12 }), NOW, windows)).toBe(expected);
  });
});

describe("isOutdated", () => {
  const made = { variant: "original", sourceHash: "0badcafe", generation: 3, storedAt: NOW };
  const known = (generation: number, at: number, variants: KnownVersion["variants"]): KnownVersion => ({
    generation,
    at,
    variants,
  });
  const same = { hash: "0badcafe", at: NOW - 9 };
  const other = (at: number) => ({ hash: "ffffffff", at });
  const rows: readonly [string, KnownVersion, boolean][] = [
    ["the same bytes", known(3, NOW - 9, { original: same }), false],
    ["other bytes of the same variant, a moment later", known(3, NOW - 9, { original: other(NOW + 1) }), true],
    ["other bytes of the same variant, at the same time", known(3, NOW - 9, { original: other(NOW) }), false],
    ["other bytes of the same variant, before", known(3, NOW - 9, { original: other(NOW - 1) }), false],
    ["other bytes of another variant only", known(3, NOW - 9, { "1200px": other(NOW + 1) }), false],
    ["two variants, this one the same", known(3, NOW - 9, { original: same, "1200px": other(NOW + 1) }), false],
    ["two variants, this one replaced", known(3, NOW - 9, { original: other(NOW + 1), "1200px": same }), true],
    ["a newer generation, known of another variant", known(4, NOW + 1, { "1200px": other(NOW + 1) }), true],
    ["a newer generation that began at the same time", known(4, NOW, { "1200px": other(NOW) }), false],
    ["a newer generation that began before", known(4, NOW - 1, { "1200px": other(NOW - 1) }), false],
    ["an older generation, written later (KV lags)", known(2, NOW + 1, { "1200px": other(NOW + 1) }), false],
    ["no variant that this Worker can read", known(3, NOW - 9, {}), false],
  ];
  test.each(rows)("%s", (_name, version, expected) => expect(isOutdated(made, version)).toBe(expected));
});

describe("a host that was marked stale", () => {
  const MARK = NOW - 60_000;
  const windows = { staleWhileRevalidateSeconds: 10, staleIfErrorSeconds: 100 };
  const from = (storedAt: number, over = {}) => metaOf({ storedAt, freshUntil: NOW + 60_000, ...over });

  test.each([
    ["stored before it", MARK - 1, "revalidate"],
    ["stored at it", MARK, "fresh"],
    ["stored after it", MARK + 1, "fresh"],
  ] as const)("%s", (_, storedAt, expected) => {
    expect(freshnessOf(from(storedAt), NOW, { ...windows, staleSince: MARK })).toBe(expected);
    // The host that the bytes came from counts as much.
    const { host16 } = from(storedAt).final;
    expect(freshnessOf(from(storedAt), NOW, { ...windows, staleEpochs: { [host16]: MARK } })).toBe(expected);
  });
  test.each([
    ["fresh", 1, "revalidate"],
    ["in the time of stale-while-revalidate", -10_000, "revalidate"],
    ["for errors only", -10_001, "if-error"],
    ["expired", -100_001, "expired"],
  ] as const)("one that is %s becomes no better", (_, ms, expected) => {
    const meta = metaOf({ storedAt: MARK - 1, freshUntil: NOW + ms });
    expect(freshnessOf(meta, NOW, { ...windows, staleSince: MARK })).toBe(expected);
  });
  test("another host's mark says nothing", () => {
    expect(freshnessOf(from(MARK - 1), NOW, { ...windows, staleEpochs: { ffffffffffffffff: NOW } })).toBe("fresh");
  });
});
