import { describe, expect, it } from "vitest";
import type { CatalogueEntry } from "../../../demo/catalogueEntry.ts";
import { type Card, matches, pageDocument, WIDTHS } from "../../../demo/page/document.ts";
import { PLACES } from "../../../demo/places.ts";
import { SOURCES } from "../../../demo/sources/table.ts";

const ENTRY: CatalogueEntry = {
  file: "a.jpg",
  title: `<script>"Fish" & 'chips'`,
  author: "Ana <b>",
  licence: "CC-BY-4.0",
  licenceUrl: "https://creativecommons.org/licenses/by/4.0/",
  width: 3000,
  height: 2000,
  bytes: 1000,
};
const CARD: Card = { entry: ENTRY, source: SOURCES[0], paths: WIDTHS.map((width) => `/sig/w:${width}/abc`) };
const PAGE = { cards: [CARD], sources: [], query: "", place: PLACES[0], region: "weur", visit: "v1" };

describe("pageDocument", () => {
  const html = pageDocument(PAGE);
  it("offers every width, with the place and visit in the address", () => {
    for (const width of WIDTHS) expect(html).toContain(`/at/MAD/v1/sig/w:${width}/abc ${width}w`);
  });
  it("reserves the space of each picture", () => {
    expect(html).toContain('width="3000" height="2000"');
    expect(html).toContain("--ratio:1.5000");
  });
  it("escapes titles, authors and licences", () => {
    expect(html).not.toContain("<script>&");
    expect(html).toContain("&#60;script&#62;&#34;Fish&#34; &#38; &#39;chips&#39;, by Ana &#60;b&#62;");
  });
  it("hides cards that do not match the query, and counts the others", () => {
    const other = pageDocument({ ...PAGE, query: "zebra" });
    expect(other).toMatch(/<li class="card"[^>]* hidden>/);
    expect(other).toContain('<span id="count">0</span>');
  });
});

describe("matches", () => {
  it.each([
    ["", true],
    ["FISH", true],
    ["fish ana", true],
    ["cc-by", true],
    ["fish zebra", false],
  ] as const)("query %j: %s", (query, expected) => expect(matches(ENTRY, query)).toBe(expected));
});
