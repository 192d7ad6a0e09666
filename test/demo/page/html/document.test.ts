import { describe, expect, it } from "vitest";
import type { CatalogueEntry } from "../../../../demo/catalogueEntry.ts";
import { pageDocument, WHAT_IT_IS } from "../../../../demo/page/html/document.ts";
import { type Card, WIDTHS } from "../../../../demo/page/html/pictureCard.ts";
import { askedText } from "../../../../demo/page/html/sourceCard.ts";
import { PLACES } from "../../../../demo/places.ts";
import { SOURCES } from "../../../../demo/sources/table.ts";

const ENTRY: CatalogueEntry = {
  file: "a b.jpg",
  title: `<script>"Fish" & 'chips'`,
  author: "Ana <b>",
  licence: "CC-BY-4.0",
  licenceUrl: "https://creativecommons.org/licenses/by/4.0/",
  tags: ["harbour"],
  width: 3000,
  height: 2000,
  bytes: 1000,
};
const [MEADOW, LANTERN] = SOURCES;
const cardOf = (source: Card["source"]): Card => ({
  ...{ entry: ENTRY, source, placeholder: "data:image/webp;base64,AA" },
  paths: WIDTHS.map((width) => `/sig/w:${width}/abc`),
});
const stateOf = (trait: Card["source"], alive: boolean) => ({ ...{ trait, alive }, asked: 1, askedFor: 1 });
const PAGE = {
  ...{ query: "", place: PLACES[0], region: "weur", visit: "v1", direct: false },
  cards: [cardOf(LANTERN)],
  sources: [stateOf(LANTERN, true)],
};

describe("pageDocument", () => {
  const html = pageDocument(PAGE);
  it("says what it is in the heading above everything", () => {
    const [before = ""] = html.split(`<h1>${WHAT_IT_IS}</h1>`);
    expect(before).not.toContain("<main>");
    expect(before.length).toBeLessThan(html.length);
  });
  it("offers every width, with the place and visit in the address", () => {
    for (const width of WIDTHS) expect(html).toContain(`/at/MAD/v1/sig/w:${width}/abc ${width}w`);
  });
  it("reserves the space of each picture, and fills it with its placeholder", () => {
    expect(html).toContain('width="3000" height="2000"');
    expect(html).toContain("--ratio:1.5000;--placeholder:url(data:image/webp;base64,AA)");
  });
  it("escapes titles, authors and licences", () => {
    expect(html).not.toContain("<script>&");
    expect(html).toContain("&#60;script&#62;&#34;Fish&#34; &#38; &#39;chips&#39;, by Ana &#60;b&#62;");
  });
  it("names author and licence under each picture", () => {
    expect(html).toMatch(
      /Ana &#60;b&#62; · <a href="https:\/\/creativecommons.org[^"]*" rel="noreferrer">CC-BY-4\.0<\/a>/,
    );
  });
  it("says nothing of pictures on their way: only a script can know that", () => {
    expect(html).toContain("data-how></p>");
    expect(html).not.toContain("on its way");
  });
  it("draws the stores as a path, in the order of a request", () => {
    const stations = [...html.matchAll(/class="station" data-kind="(\w+)">([^<]+)/g)].map(([, kind, name]) => [
      kind,
      name?.trim(),
    ]);
    expect(stations).toEqual([
      ["edge", "edge cache"],
      ["kv", "KV"],
      ["region", "European store"],
      ["primary", "primary store"],
      ["source", "source"],
    ]);
  });
  it("hides cards that do not match the query, says so, and proposes words that do", () => {
    const other = pageDocument({ ...PAGE, query: "zebra" });
    expect(other).toMatch(/<li class="card"[^>]* hidden>/);
    expect(other).toContain('<span id="count">0</span>');
    expect(other).toMatch(/<p id="nothing" role="status">Nothing found for “<span id="asked-for">zebra<\/span>”/);
    expect(other).toContain('data-word="harbour"');
    expect(html).toContain('<p id="nothing" role="status" hidden>');
  });
  it("finds a picture by its tags", () => {
    expect(pageDocument({ ...PAGE, query: "Harbours" })).toContain('<span id="count">1</span>');
  });
});

describe("pageDocument with a dead source", () => {
  const dead = {
    ...PAGE,
    cards: [cardOf(LANTERN), cardOf(MEADOW)],
    sources: [stateOf(LANTERN, false), stateOf(MEADOW, true)],
  };
  const html = pageDocument(dead);
  it("marks its pictures and no others", () => {
    expect(html.match(/data-source="lantern" data-dead/g)).toHaveLength(1);
    expect(html).not.toMatch(/data-source="meadow" data-dead/);
    expect(html).toContain("from Slow Lantern Museum, which is dead");
  });
  it("says that its pictures are still here, and on the direct page that they are broken", () => {
    expect(html).toMatch(
      /<strong>Slow Lantern Museum is dead\.<\/strong> Its 1 pictures, outlined below, are still here/,
    );
    expect(pageDocument({ ...dead, direct: true })).toContain("its 1 pictures are broken");
  });
});

describe("pageDocument without Firstlight", () => {
  const html = pageDocument({ ...PAGE, direct: true });
  it("has the originals in plain images", () => {
    expect(html).toContain('<img src="/direct/lantern/a%20b.jpg" width');
    expect(html).not.toContain("srcset");
  });
  it("marks the way that is shown", () => {
    expect(html).toContain('<a href="/?from=MAD&#38;direct=1" aria-current="true">');
  });
});

describe("askedText", () => {
  it.each([
    [0, 0, "not asked yet"],
    [1, 1, "asked once for each of 1 picture"],
    [9, 9, "asked once for each of 9 pictures"],
    [10, 9, "asked 10 times for 9 pictures"],
  ] as const)("%d times for %d: %s", (asked, askedFor, text) => expect(askedText(asked, askedFor)).toBe(text));
});
