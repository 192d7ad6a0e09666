/** Rows of Openverse's table to sources. */
import { expect, test } from "vitest";
import { attributableOf } from "../../../src/catalogue/subProviders/attributableOf.ts";
import { subProviderOf } from "../../../src/catalogue/subProviders/subProviderOf.ts";

test.each([
  ["an account by its NSID", "flickr", "https://www.flickr.com/photos/24662369@N07", null, "nasa"],
  ["an account by its alias", "flickr", "https://www.flickr.com/people/nasahqphoto/", null, "nasa"],
  ["another provider's", "wikimedia", "https://www.flickr.com/photos/24662369@N07", null, null],
  [
    "institutions as a list",
    "europeana",
    null,
    { dataProvider: ["Rijksmuseum", "Wellcome Collection"] },
    "wellcome_collection",
  ],
  ["an institution as a text", "europeana", null, { dataProvider: "Wellcome Collection" }, "wellcome_collection"],
  ["a unit", "smithsonian", null, { unit_code: "SIL" }, "smithsonian_libraries"],
  ["a building", "finnishmuseums", null, { building: "0/Museovirasto/" }, "finnish_heritage_agency"],
  ["a unit that is no text", "smithsonian", null, { unit_code: 7 }, null],
  [
    "an institution that cannot become a text",
    "europeana",
    null,
    { dataProvider: [{ toString: 0, valueOf: 0 }, "Wellcome Collection"] },
    "wellcome_collection",
  ],
  ["meta_data that is no object", "smithsonian", null, ["SIL"], null],
  ["nothing", null, null, null, null],
])("%s", (_, provider, creatorUrl, meta, source) => {
  expect(subProviderOf(attributableOf(provider, creatorUrl, meta))).toBe(source);
});
