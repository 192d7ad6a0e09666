import { describe, expect, test } from "vitest";
import { parseHostPattern } from "../../../../src/config/hostPattern.ts";
import { POLITENESS_RANGES } from "../../../../src/config/politeness.ts";
import { POLITENESS, PolitenessRules } from "../../../../src/origin/governor/politeness.ts";

const KNOWN = new PolitenessRules({});
const of = (url: string, rules = KNOWN) => rules.of(new URL(url));
const media = { concurrency: 2, perSecond: null, bytesPerSecond: 3_125_000, perDay: null };

describe("known hosts", () => {
  test.each([
    ["the media of Wikimedia", "https://upload.wikimedia.org/a.jpg", "wikimedia-media", media],
    ["its other host has the same budget", "https://thumb.wikimedia.org/a.jpg", "wikimedia-media", media],
    [
      "a subdomain of a row with *.",
      "https://de.wikipedia.org/a.jpg",
      "wikimedia-sites",
      { concurrency: 9, perSecond: 19 },
    ],
    ["the name of such a row itself", "https://wikipedia.org/a.jpg", "wikipedia.org", null],
    ["a name that only ends alike", "https://evilwikipedia.org/a.jpg", "evilwikipedia.org", null],
    ["Flickr's pictures, which have no limit", "https://live.staticflickr.com/1/2_3.jpg", "flickr", null],
    ["their addresses of 2011", "https://farm9.staticflickr.com/1/2_3.jpg", "flickr", null],
    ["their addresses before that", "https://farm9.static.flickr.com/1/2_3.jpg", "flickr", null],
    ["a host without a row, with its port", "https://a.test:8443/a.jpg", "a.test:8443", null],
  ])("%s", (_, url, group, rule) => {
    const governed = of(url);
    expect(governed.group).toBe(group);
    if (rule === null) expect(governed.rule).toBeNull();
    else expect(governed.rule).toMatchObject(rule);
  });

  test("every row can be read, is within the bounds of a setting, and says where it is from", () => {
    for (const { hosts, limits, source, read, group } of POLITENESS) {
      for (const host of hosts) expect(parseHostPattern(host)).toMatchObject({ scheme: null, path: "" });
      for (const [limit, value] of Object.entries(limits)) {
        const { min, max } = POLITENESS_RANGES[limit as keyof typeof POLITENESS_RANGES];
        expect(value, `${group} ${limit}`).toBeGreaterThanOrEqual(min);
        expect(value, `${group} ${limit}`).toBeLessThanOrEqual(max);
      }
      expect(source).not.toBe("");
      expect(read).toMatch(/^20\d\d-\d\d$/);
    }
    const patterns = POLITENESS.flatMap(({ hosts }) => [...hosts] as string[]);
    expect(new Set(patterns).size).toBe(patterns.length);
  });
});

describe("live settings", () => {
  test.each([
    [
      "replace one limit and leave the others",
      { "upload.wikimedia.org": { concurrency: 1 } },
      { ...media, concurrency: 1 },
    ],
    ["hold for the whole group", { "thumb.wikimedia.org": { perDay: 9 } }, { ...media, perDay: 9 }],
    ["of another group change nothing", { "live.staticflickr.com": { perSecond: 1 } }, media],
    ["lift a limit", { "upload.wikimedia.org": { bytesPerSecond: null } }, { ...media, bytesPerSecond: null }],
    ["are read after URL parsing", { "UPLOAD.wikimedia.org": { concurrency: 1 } }, { ...media, concurrency: 1 }],
  ])("%s", (_, settings, rule) => {
    expect(of("https://upload.wikimedia.org/a.jpg", new PolitenessRules(settings)).rule).toEqual(rule);
  });

  test.each([
    "https://live.staticflickr.com/1/2_3.jpg",
    "https://farm9.staticflickr.com/1/2_3.jpg",
    "https://farm9.static.flickr.com/1/2_3.jpg",
  ])("one setting governs all of Flickr's hosts: %s", (url) => {
    const rules = new PolitenessRules({ "live.staticflickr.com": { perSecond: 50, concurrency: 16 } });
    expect(of(url, rules)).toMatchObject({ group: "flickr", rule: { perSecond: 50, concurrency: 16 } });
  });

  test("with every limit lifted the host has no rule", () => {
    const rules = new PolitenessRules({ "upload.wikimedia.org": { concurrency: null, bytesPerSecond: null } });
    expect(of("https://upload.wikimedia.org/a.jpg", rules).rule).toBeNull();
  });

  test("the exact host goes before the longer pattern, the longer before the shorter, a port before none", () => {
    const rules = new PolitenessRules({
      "*.a.test": { concurrency: 1 },
      "*.b.a.test": { concurrency: 2 },
      "x.b.a.test": { concurrency: 3 },
      "x.b.a.test:8443": { concurrency: 4 },
    });
    const slots = (host: string) => of(`https://${host}/`, rules).rule?.concurrency;
    expect(["y.a.test", "y.b.a.test", "x.b.a.test", "x.b.a.test:8443"].map(slots)).toEqual([1, 2, 3, 4]);
    expect(of("https://y.a.test/", rules).group).toBe("*.a.test");
    expect(of("https://z.a.test/", rules).group).toBe("*.a.test");
  });
});
