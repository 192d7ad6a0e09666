import { describe, expect, test } from "vitest";
import { isPlaceholder } from "../../../../src/origin/providers/placeholders.ts";

const answer = { url: "https://live.staticflickr.com/1/2_3.jpg", bytes: 1000, hash: "01234567" };

describe("a notice in place of a picture", () => {
  test.each([
    ["Flickr's", "https://s.yimg.com/pw/images/en-us/photo_unavailable.png", true],
    ["the large one", "https://s.yimg.com/pw/images/en-us/photo_unavailable_l.png", true],
    ["on another of its hosts", "https://combo.staticflickr.com/pw/images/en-us/photo_unavailable.png", true],
    ["the bare path", "https://www.flickr.com/photo_unavailable", true],
    ["with a query", "https://s.yimg.com/pw/images/en-us/photo_unavailable.png?x=1", true],
    ["a photo", "https://live.staticflickr.com/65535/49514275848_981f23e5ea_b.jpg", false],
    ["somebody else's file of that name", "https://example.org/photo_unavailable.png", false],
    ["a name that ends alike", "https://evilyimg.com/photo_unavailable.png", false],
    ["a name that goes on", "https://s.yimg.com/photo_unavailable_today.png", false],
    ["no URL", "photo_unavailable.png", false],
  ])("%s", (_, url, expected) => {
    expect(isPlaceholder({ ...answer, url })).toBe(expected);
  });
  test("by length and hash together", () => {
    const files = [{ bytes: 1000, sha256: "0123456789abcdef" }];
    const table = { one: { provider: "one", hosts: /^$/, path: /^$/, files, source: "" } };
    expect(isPlaceholder(answer, table)).toBe(true);
    expect(isPlaceholder({ ...answer, bytes: 999 }, table)).toBe(false);
    expect(isPlaceholder({ ...answer, hash: "01234568" }, table)).toBe(false);
  });
});
