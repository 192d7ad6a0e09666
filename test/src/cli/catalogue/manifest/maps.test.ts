import { describe, expect, test } from "vitest";
import { readRow, rowText } from "../../../../../src/catalogue/manifestRow.ts";
import { readColumns, readMapFile } from "../../../../../src/cli/catalogue/manifest/columns.ts";
import { ColumnRowMap } from "../../../../../src/cli/catalogue/manifest/maps/columnRowMap.ts";
import { OpenverseRowMap } from "../../../../../src/cli/catalogue/manifest/maps/openverse.ts";
import { unquoted, Yfcc100mRowMap } from "../../../../../src/cli/catalogue/manifest/maps/yfcc100m.ts";
import { rowsBy } from "../../../../support/manifests.ts";

describe("a column map", () => {
  const rows = (columns: string, text: string, format: "tsv" | "csv" | "copy" | "jsonl" = "tsv") =>
    rowsBy(new ColumnRowMap(readColumns(columns)), text, format);

  test("numbers: the file has no header", () => {
    expect(rows("id=0,url=2", "7\tx\thttps://a.test/x.jpg\n")).toEqual([{ id: "7", url: "https://a.test/x.jpg" }]);
  });
  test("names: the first line is the header, in any order", () => {
    const text = "url,more,id\nhttps://a.test/x,1,7\n";
    expect(rows("id=id,url=url", text, "csv")).toEqual([{ id: "7", url: "https://a.test/x" }]);
    expect(() => rows("id=id,url=address", text, "csv")).toThrow(/no column address; it has url, more, id/);
  });
  test("JSON paths", () => {
    const text = '{"i":7,"p":{"u":"https://a.test/x"},"t":["a","b"]}\n';
    expect(rows("id=i,url=p.u,tags=t", text, "jsonl")).toEqual([
      { id: "7", url: "https://a.test/x", tags: ["a", "b"] },
    ]);
  });
  test("every meaning reaches the row, and the row is one of the contract", () => {
    const columns =
      "id=0,url=1,provider=2,source=3,creator=4,creatorUrl=5,createdAt=6,views=7,tags=8,license=9,labels=10,owner=11";
    const line = [
      ...["7", "https://a.test/x", "flickr", "flickr", "Ann", "https://www.flickr.com/photos/gsfc", "2020-01-02", "12"],
      ...[
        '["sky",{"name":"blue"},{"name":{"toString":0,"valueOf":0}}]',
        "by-sa",
        '[{"name":"cat","accuracy":0.9,"provider":"m"},{"name":"no"},{"name":"x","accuracy":1e999}]',
        "",
      ],
    ].join("\t");
    const [row] = rows(columns, `${line}\n`);
    expect(row).toEqual({
      ...{ id: "7", url: "https://a.test/x", provider: "flickr", source: "nasa", creator: "Ann" },
      ...{
        creatorUrl: "https://www.flickr.com/photos/gsfc",
        createdAt: "2020-01-02",
        views: 12,
        tags: ["sky", "blue"],
      },
      ...{ license: "by-sa", labels: [{ name: "cat", accuracy: 0.9, provider: "m" }] },
    });
    if (typeof row === "object") expect(readRow(rowText(row))).toEqual(row);
  });
  test("a source that the catalogue lists stays", () => {
    const text = "7\thttps://a.test/x\tflickr\tmine\thttps://www.flickr.com/photos/gsfc\n";
    expect(rows("id=0,url=1,provider=2,source=3,creatorUrl=4", text)).toMatchObject([{ source: "mine" }]);
  });
  test.each([
    ["7\n", "too-few-columns"],
    ["\n", "blank"],
    ["\thttps://a.test/x\n", "id-missing"],
    ["a\u0001\thttps://a.test/x\n", "id-malformed"],
    [`${"i".repeat(129)}\thttps://a.test/x\n`, "id-too-long"],
    ["7\t\n", "url-missing"],
    ["7\tnone\n", "url-invalid"],
    [Buffer.from("37ff096874747073", "hex"), "no-utf8"],
  ])("%j is %s", (text, verdict) =>
    expect(rowsBy(new ColumnRowMap(readColumns("id=0,url=1")), text, "tsv")).toEqual([verdict]),
  );
  test("identifiers of 128 characters and of other scripts are taken", () => {
    const ids = ["i".repeat(128), "é".repeat(128), "日本"];
    const text = ids.map((id) => `${id}\thttps://a.test/x\n`).join("");
    expect(rows("id=0,url=1", text)).toEqual(ids.map((id) => ({ id, url: "https://a.test/x" })));
  });
  test("with a header, more or fewer columns are broken", () => {
    const text = "id,url\n7,https://a.test/x\n8\n9,https://a.test/y,z\n";
    expect(rows("id=id,url=url", text, "csv")).toEqual([
      { id: "7", url: "https://a.test/x" },
      "too-few-columns",
      "too-many-columns",
    ]);
  });

  test.each([
    ["id=0", /column of url is missing/],
    ["id=0,url=x", /all of one kind/],
    ["id=0,url=1,colour=2", /"colour" is not known; known are id, url/],
    ["id=0,url=1,id=2", /"id" is given twice/],
    ["id", /no MEANING=COLUMN/],
    ["id=0,url=256", /cannot be 256/],
  ])("--columns %s is refused", (text, message) => expect(() => readColumns(text)).toThrow(message));
  test.each([
    ["{", /no JSON/],
    ["[]", /no JSON object/],
    ['{"id":"a","url":true}', /cannot be true/],
  ])("a map file %s is refused", (text, message) => expect(() => readMapFile(text)).toThrow(message));
});

/** One line of the release with 25 columns, in its order. */
const YFCC = {
  line: "0",
  id: "6985418911",
  hash: "4e2f7a26a1dfbf165a7e30bdabf7e72a",
  owner: "39089491@N00",
  nickname: "nino63004",
  taken: "2012-02-16 09:56:37.0",
  uploaded: "1331840483",
  device: "Canon+PowerShot+ELPH+310+HS",
  title: "IMG_0520",
  description: "",
  userTags: "caf%C3%A9,new+york,a%2Cb",
  machineTags: "geo:lat=1",
  lon: "-81.8",
  lat: "24.5",
  accuracy: "12",
  page: "http://www.flickr.com/photos/39089491@N00/6985418911/",
  download: "http://farm8.staticflickr.com/7205/6985418911_df7747990d.jpg",
  license: "Attribution-NonCommercial-NoDerivs License",
  licenseUrl: "http://creativecommons.org/licenses/by-nc-nd/2.0/",
  server: "7205",
  farm: "8",
  secret: "df7747990d",
  secretOriginal: "692d7e0a7f",
  ext: "jpg",
  marker: "0",
};
const yfcc = (over: Partial<typeof YFCC> = {}) => `${Object.values({ ...YFCC, ...over }).join("\t")}\n`;
const older = (over: Partial<typeof YFCC> = {}) => {
  const { line: _, hash: __, ...rest } = { ...YFCC, ...over };
  return `${Object.values(rest).join("\t")}\n`;
};

describe("YFCC100M", () => {
  const rows = (text: string, size: "_b" | "" = "_b") => rowsBy(new Yfcc100mRowMap(size), text, "tsv");
  const ROW = {
    ...{ id: "6985418911", url: "https://live.staticflickr.com/7205/6985418911_df7747990d_b.jpg", provider: "flickr" },
    ...{ source: "flickr", creator: "nino63004", creatorUrl: "https://www.flickr.com/photos/39089491@N00" },
    ...{ createdAt: "2012-03-15T19:41:23.000Z", tags: ["café", "new york", "a,b", "geo:lat=1"] },
    license: "http://creativecommons.org/licenses/by-nc-nd/2.0/",
  };
  test("25 and 23 columns give the same row", () => {
    expect(rows(yfcc() + older())).toEqual([ROW, ROW]);
  });
  test("the size of 500 px has no suffix", () => {
    expect(rows(yfcc(), "")).toMatchObject([{ url: "https://live.staticflickr.com/7205/6985418911_df7747990d.jpg" }]);
  });
  test("videos are skipped; an owner of the table is attributed", () => {
    expect(rows(yfcc({ marker: "1" }) + older({ marker: "1" }))).toEqual(["video", "video"]);
    expect(rows(yfcc({ owner: "24662369%40N07" }))).toMatchObject([{ source: "nasa" }]);
  });
  test.each([
    [{ server: "" }, "photo-malformed"],
    [{ server: "72/05" }, "photo-malformed"],
    [{ secret: "DF77" }, "photo-malformed"],
    [{ id: "69x" }, "photo-malformed"],
    [{ id: "" }, "id-missing"],
    [{ ext: "jpg\tx" }, "too-many-columns"],
  ])("%j is %s", (over, verdict) => expect(rows(yfcc(over))).toEqual([verdict]));
  test("24 columns are none of its layouts", () => {
    expect(rows(yfcc().replace(/\t0\n$/, "\n"))).toEqual(["too-few-columns"]);
  });
  test.each([
    ["a+b%20c%2B", "a b c+"],
    ["50%", "50%"],
    ["%E9t%C3%A9", "\ufffdté"],
    ["", ""],
  ])("unquoted %s", (text, value) => expect(unquoted(text)).toBe(value));
});

const HEADER = [
  ...["identifier", "created_on", "updated_on", "ingestion_type", "provider", "source", "foreign_identifier"],
  ...[
    "foreign_landing_url",
    "url",
    "thumbnail",
    "width",
    "height",
    "filesize",
    "license",
    "license_version",
    "creator",
  ],
  ...["creator_url", "title", "meta_data", "tags", "watermarked", "last_synced_with_source", "removed_from_source"],
  ...["filetype", "category", "standardized_popularity"],
];
const META = '{"views": "9", "unit_code": "SIA"}';
const TAGS = '[{"name": "a \\"b\\"", "provider": "flickr"}, {"name": "cat", "accuracy": 0.97, "provider": "clarifai"}]';
const openverse = (over: Readonly<Record<string, string>> = {}) => {
  const values: Readonly<Record<string, string>> = {
    ...{
      identifier: "0aff3595-8168-440b-83ff-7a80b65dea42",
      created_on: "2020-01-01 00:00:00+00",
      provider: "smithsonian",
    },
    ...{
      source: "smithsonian",
      url: "https://ids.si.edu/ids/deliveryService?id=SIA-1",
      license: "cc0",
      license_version: "1.0",
    },
    ...{ meta_data: META, tags: TAGS, removed_from_source: "f", title: "line\nfeed\tand tab", ...over },
  };
  return HEADER.map((name) => values[name] ?? null);
};
const copyLine = (values: readonly (string | null)[]) =>
  `${values
    .map((value) => value?.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t") ?? "\\N")
    .join("\t")}\n`;
const csvLine = (values: readonly (string | null)[]) =>
  `${values.map((value) => (value === null ? "" : `"${value.replaceAll('"', '""')}"`)).join(",")}\n`;

describe("Openverse's table", () => {
  const ROW = {
    ...{ id: "0aff3595-8168-440b-83ff-7a80b65dea42", url: "https://ids.si.edu/ids/deliveryService?id=SIA-1" },
    ...{ provider: "smithsonian", source: "smithsonian_institution_archives", createdAt: "2020-01-01 00:00:00+00" },
    ...{ license: "cc0 1.0", tags: ['a "b"'], labels: [{ name: "cat", accuracy: 0.97, provider: "clarifai" }] },
  };
  const rows = (text: string, format: "copy" | "csv" | "jsonl") => rowsBy(new OpenverseRowMap(), text, format);
  test("COPY text without a header", () => expect(rows(copyLine(openverse()), "copy")).toEqual([ROW]));
  test("a pg_dump with the columns in another order", () => {
    const turned = (list: readonly (string | null)[]) => [...list].reverse();
    const dump = `--\n-- PostgreSQL database dump\n--\n\nSET x = 0;\nCOPY public.image (${turned(HEADER).join(", ")}) FROM stdin;\n`;
    expect(rows(`${dump}${copyLine(turned(openverse()))}\\.\n\n--\nSELECT 1;\n`, "copy")).toEqual([ROW]);
    expect(() => rows("COPY public.audio (identifier, url) FROM stdin;\n", "copy")).toThrow(/public.audio/);
  });
  test("CSV with and without a header", () => {
    expect(rows(csvLine(HEADER) + csvLine(openverse()), "csv")).toEqual([ROW]);
    expect(rows(csvLine(openverse()), "csv")).toEqual([ROW]);
  });
  test("JSON lines", () => {
    const object = Object.fromEntries(HEADER.map((name, at) => [name, openverse()[at]]));
    const text = JSON.stringify({
      ...object,
      meta_data: { unit_code: "SIA" },
      tags: JSON.parse(TAGS),
      removed_from_source: false,
    });
    expect(rows(`${text}\n`, "jsonl")).toEqual([ROW]);
  });
  test("some columns will do; without the address it is refused", () => {
    const text = "url,identifier\nhttps://a.test/x,7\n";
    expect(rows(text, "csv")).toEqual([{ id: "7", url: "https://a.test/x" }]);
    expect(() => rows("identifier,title\n1,2\n", "csv")).toThrow(/no column url/);
  });
  test("what was removed from its source is skipped; views that are a number are kept", () => {
    expect(rows(copyLine(openverse({ removed_from_source: "t" })), "copy")).toEqual(["removed"]);
    expect(rows(copyLine(openverse({ meta_data: '{"views": 9}' })), "copy")).toMatchObject([
      { views: 9, source: "smithsonian" },
    ]);
  });
  test("meta_data that is no JSON spoils nothing else", () => {
    expect(rows(copyLine(openverse({ meta_data: "{" })), "copy")).toEqual([{ ...ROW, source: "smithsonian" }]);
  });
  test("a column too many or too few", () => {
    expect(rows(copyLine([...openverse(), "x"]) + copyLine(openverse().slice(1)), "copy")).toEqual([
      "too-many-columns",
      "too-few-columns",
    ]);
  });
});
