import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { epochOf, isBlocked, type StoredAccess, storedAccess } from "../../../src/policy/storedAccess.ts";
import { NOW } from "../../support/stored.ts";

const ASKED = { host16: "a".repeat(16), source32: "a".repeat(32) };
const FINAL = { host16: "b".repeat(16), source32: "b".repeat(32) };
const MIDDLE = { host16: "d".repeat(16), source32: "d".repeat(32) };
const OTHER = { host16: "c".repeat(16), source32: "c".repeat(32) };

type Thing = Parameters<typeof storedAccess>[0];
type Rules = Parameters<typeof storedAccess>[3];
type Authority = Parameters<typeof storedAccess>[2];

const RULES: Rules = parseConfig({ ALLOWED_SOURCES: "a.test,b.test/photos,*.c.test" });
const rules = (over: Partial<Rules>): Rules => ({ ...RULES, ...over });
const blocking = (sources: readonly string[], hosts: readonly string[] = []) =>
  rules({ blocked: { sources: new Set(sources), hosts: new Set(hosts) } });

/** A thing that came through a redirect, from a listed address unless `over` says otherwise. */
const redirected = (over: Partial<Thing["final"]> = {}, rest: Partial<Thing> = {}): Thing => ({
  final: { ...FINAL, url: "https://b.test/photos/1.jpg", complete: true, ...over },
  storedAt: NOW,
  maker: "1-libwebp1",
  ...rest,
});
/** A thing that came from the very address that was asked for. */
const direct = (over: Partial<Thing> = {}): Thing => redirected({ ...ASKED, url: "https://a.test/1.jpg" }, over);

/** A thing that came through others on the way. */
const through = (via = [MIDDLE]): Thing => redirected({ via });
/** The last redirect led back to the address that was asked for. */
const back: Thing = redirected({ ...ASKED, url: "https://a.test/1.jpg", via: [MIDDLE] });

const decide = (thing: Thing, over: Rules = RULES, authority: Authority = "list") =>
  storedAccess(thing, ASKED, authority, over);

describe("storedAccess", () => {
  const retired = rules({ retiredMakers: new Set(["1-libwebp1"]) });
  const rows: readonly [string, Thing, Rules, StoredAccess][] = [
    ["direct", direct(), RULES, "allowed"],
    ["redirected to a listed address", redirected(), RULES, "allowed"],

    ["direct, of a retired maker", direct(), retired, "retired"],
    ["redirected, of a retired maker", redirected(), retired, "retired"],
    ["of another maker", direct({ maker: "1-libwebp10" }), retired, "allowed"],
    ["an original, which no maker made", { final: direct().final, storedAt: NOW }, retired, "allowed"],

    ["the final source is blocked", redirected(), blocking([FINAL.source32]), "blocked"],
    ["the final host is blocked", redirected(), blocking([], [FINAL.host16]), "blocked"],
    ["another source and host are blocked", redirected(), blocking([OTHER.source32], [OTHER.host16]), "allowed"],
    ["a cut address does not hide it", redirected({ complete: false }), blocking([FINAL.source32]), "blocked"],
    ["nor its host", redirected({ url: "", complete: false }), blocking([], [FINAL.host16]), "blocked"],
    ["a source on the way is blocked", through(), blocking([MIDDLE.source32]), "blocked"],
    ["a host on the way is blocked", through(), blocking([], [MIDDLE.host16]), "blocked"],
    ["another than those on the way is blocked", through(), blocking([OTHER.source32], [OTHER.host16]), "allowed"],
    ["the last of two on the way is blocked", through([OTHER, MIDDLE]), blocking([MIDDLE.source32]), "blocked"],
    ["back to the address asked for, past a blocked one", back, blocking([MIDDLE.source32]), "blocked"],
    ["back to the address asked for, past another one", back, blocking([OTHER.source32]), "allowed"],
    [
      "stored before the purge of a host on the way",
      through(),
      rules({ epochs: { [MIDDLE.host16]: NOW + 1 } }),
      "purged",
    ],
    ["at its very moment, on the way", through(), rules({ epochs: { [MIDDLE.host16]: NOW } }), "allowed"],
    ["direct and blocked: decided before any store was read", direct(), blocking([ASKED.source32]), "allowed"],

    ["stored before the final host's purge", redirected(), rules({ epochs: { [FINAL.host16]: NOW + 1 } }), "purged"],
    ["at its very moment", redirected(), rules({ epochs: { [FINAL.host16]: NOW } }), "allowed"],
    ["after it", redirected(), rules({ epochs: { [FINAL.host16]: NOW - 1 } }), "allowed"],
    ["another host was purged", redirected(), rules({ epochs: { [OTHER.host16]: NOW + 1 } }), "allowed"],
    ["direct: the epoch is in its key already", direct(), rules({ epochs: { [ASKED.host16]: NOW + 1 } }), "allowed"],

    ["retired before blocked", redirected(), { ...retired, blocked: blocking([FINAL.source32]).blocked }, "retired"],
    [
      "blocked before purged",
      redirected(),
      { ...blocking([FINAL.source32]), epochs: { [FINAL.host16]: NOW + 1 } },
      "blocked",
    ],
    [
      "purged before unlisted",
      redirected({ url: "https://d.test/1.jpg" }),
      rules({ epochs: { [FINAL.host16]: NOW + 1 } }),
      "purged",
    ],
  ];
  test.each(rows)("%s", (_name, thing, over, expected) => expect(decide(thing, over)).toBe(expected));
});

describe("the list counts for the final address", () => {
  const elsewhere = redirected({ url: "https://d.test/1.jpg" });
  const signedNeedsAllowed = rules({ signedNeedsAllowed: true });
  const rows: readonly [string, Authority, Rules, StoredAccess][] = [
    ["a caller of the list", "list", RULES, "unlisted"],
    ["a signed caller", "signature", RULES, "allowed"],
    ["a signed caller who is held to the list", "signature", signedNeedsAllowed, "unlisted"],
    ["a caller by header", "header", RULES, "allowed"],
    ["a caller by header, where the signed are held to the list", "header", signedNeedsAllowed, "allowed"],
  ];
  test.each(rows)("%s", (_name, authority, over, expected) => {
    expect(decide(elsewhere, over, authority)).toBe(expected);
    expect(decide(direct(), over, authority)).toBe("allowed");
    expect(decide(redirected(), over, authority)).toBe("allowed");
  });

  // Patterns: a.test (whole host), b.test/photos (with a path), *.c.test (subdomains).
  const addresses: readonly [string, "whole" | "cut", StoredAccess][] = [
    ["https://a.test/1.jpg", "whole", "allowed"],
    ["https://a.test/1.j", "cut", "allowed"],
    ["https://a.test/", "cut", "allowed"],
    ["https://a.test?", "cut", "allowed"],
    // It may go on as another name, such as a.test.evil.test or a.test:8080.
    ["https://a.test", "cut", "unlisted"],
    ["https://a.tes", "cut", "unlisted"],
    ["https://", "cut", "unlisted"],
    ["", "cut", "unlisted"],
    ["https://a.test.evil.test/1.j", "cut", "unlisted"],
    ["https://evil.test/https://a.test/1.j", "cut", "unlisted"],
    ["https://i.c.test/1.j", "cut", "allowed"],
    ["https://c.test/1.j", "cut", "unlisted"],
    ["https://b.test/photos/1.jpg", "whole", "allowed"],
    ["https://b.test/photos", "whole", "allowed"],
    ["https://b.test/photosets/1.jpg", "whole", "unlisted"],
    ["https://b.test/other/1.jpg", "whole", "unlisted"],
    // The rest of the path is unknown: an encoded separator may follow.
    ["https://b.test/photos/1.j", "cut", "unlisted"],
    ["https://b.test/other/1.j", "cut", "unlisted"],
    ["https://d.test/1.jpg", "whole", "unlisted"],
    ["https://d.test/1.j", "cut", "unlisted"],
    ["no address", "whole", "unlisted"],
    ["ftp://a.test/1.j", "cut", "unlisted"],
  ];
  test.each(addresses)("%s, %s: %s", (url, kept, expected) => {
    expect(decide(redirected({ url, complete: kept === "whole" }))).toBe(expected);
    expect(decide(redirected({ url, complete: kept === "whole" }), RULES, "signature")).toBe("allowed");
  });

  test("a pattern of one scheme holds for a cut address", () => {
    const https = rules({ allowedSources: ["https://a.test"] });
    expect(decide(redirected({ url: "https://a.test/1.j", complete: false }), https)).toBe("allowed");
    expect(decide(redirected({ url: "http://a.test/1.j", complete: false }), https)).toBe("unlisted");
  });
});

describe("isBlocked and epochOf", () => {
  test.each([
    ["the source", blocking([FINAL.source32]), true],
    ["its host", blocking([], [FINAL.host16]), true],
    ["neither", blocking([OTHER.source32], [OTHER.host16]), false],
  ])("isBlocked: %s", (_name, over, expected) => expect(isBlocked(FINAL, over)).toBe(expected));

  test("a host that was never purged has epoch 0", () => {
    const over = rules({ epochs: { [FINAL.host16]: 5 } });
    expect([epochOf(FINAL, over), epochOf(OTHER, over)]).toEqual([5, 0]);
  });
});
