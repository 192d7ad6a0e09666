import { describe, expect, test } from "vitest";
import { flickrAccountOf, NOTHING_SAID, subProviderOf } from "../../../src/catalogue/subProviders/subProviderOf.ts";
import { SUB_PROVIDERS, type SubProvider } from "../../../src/catalogue/subProviders/table.ts";

const ROWS: readonly (readonly [string, SubProvider])[] = Object.entries(SUB_PROVIDERS);

describe("every row of the table", () => {
  test.each(ROWS)("%s is found by what the table lists", (name, row) => {
    if (row.by === "account") {
      for (const { nsid, aliases } of row.accounts) {
        for (const account of [nsid, ...aliases]) {
          expect(subProviderOf({ ...NOTHING_SAID, provider: "flickr", owner: account })).toBe(name);
          const creatorUrl = `https://www.flickr.com/photos/${account}`;
          expect(subProviderOf({ ...NOTHING_SAID, provider: "flickr", creatorUrl })).toBe(name);
        }
      }
      return;
    }
    for (const value of row.values) {
      const said = { ...NOTHING_SAID, provider: row.provider };
      const by = {
        data_provider: { dataProviders: ["Other", value] },
        unit_code: { unitCode: value },
        building: { building: value },
      };
      expect(subProviderOf({ ...said, ...by[row.by] })).toBe(name);
    }
  });

  test("no account and no value stands in two rows", () => {
    const keys = ROWS.flatMap(([, row]) =>
      row.by === "account"
        ? row.accounts.flatMap(({ nsid, aliases }) => [nsid, ...aliases]).map((id) => id.toLowerCase())
        : row.values.map((value) => `${row.by} ${value}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("a renamed account: the id, the old alias and the new one are the same source", () => {
  const of = (creatorUrl: string) => subProviderOf({ ...NOTHING_SAID, provider: "flickr", creatorUrl });
  expect(of("https://www.flickr.com/photos/130608600@N05")).toBe("spacex");
  expect(of("https://www.flickr.com/photos/spacexphotos/")).toBe("spacex");
  expect(of("https://www.flickr.com/photos/spacex")).toBe("spacex");
});

describe("nothing is attributed", () => {
  test.each([
    ["to a provider that is not said", { ...NOTHING_SAID, owner: "24662369@N07" }],
    [
      "to another provider",
      { ...NOTHING_SAID, provider: "wikimedia", creatorUrl: "https://www.flickr.com/photos/gsfc" },
    ],
    ["by another account", { ...NOTHING_SAID, provider: "flickr", owner: "24662369@N0" }],
    ["by an alias that only begins like one", { ...NOTHING_SAID, provider: "flickr", owner: "spacexphotosfan" }],
    ["by a unit code in another case", { ...NOTHING_SAID, provider: "smithsonian", unitCode: "nmafa" }],
    ["by nothing", { ...NOTHING_SAID, provider: "europeana" }],
  ])("%s", (_, said) => expect(subProviderOf(said)).toBeNull());
});

describe("the owner in an address", () => {
  test.each([
    ["https://www.flickr.com/photos/61021753@N02", "61021753@n02"],
    ["http://www.flickr.com/photos/61021753%40N02/8272601122/", "61021753@n02"],
    ["www.flickr.com/people/BioDivLibrary", "biodivlibrary"],
    ["//flickr.com/photos/gsfc?x=1", "gsfc"],
    ["https://m.flickr.com/photos/gsfc#a", "gsfc"],
    ["https://www.flickr.com/groups/gsfc", null],
    ["https://www.flickr.com.evil.test/photos/gsfc", null],
    ["https://evil.test/?https://www.flickr.com/photos/gsfc", null],
    ["https://live.staticflickr.com/2818/11653609255_5ddd09754a_b.jpg", null],
    ["https://www.flickr.com/photos/", null],
    ["", null],
  ])("%s -> %s", (url, account) => expect(flickrAccountOf(url)).toBe(account));
});
