import { expect, test } from "vitest";
import { meets, missingColumns, readWhere } from "../../../../../src/cli/catalogue/recognise/where.ts";

const ROW = { id: "1", url: "https://a.test/", provider: "flickr", source: "nasa", views: 100 };

test.each([
  ["provider=flickr", true],
  ["provider=Flickr", false],
  ["provider=flickr,source=nasa,views>=100", true],
  ["provider=flickr,views>=101", false],
  ["license=by", false],
])("%s", (text, expected) => {
  const { value, problems } = readWhere(text);
  expect([meets(ROW, value), problems]).toEqual([expected, []]);
});

test("a row without views does not meet views>=0", () => {
  expect(meets({ id: "1", url: "https://a.test/" }, readWhere("views>=0").value)).toBe(false);
});

test.each(["", "views>5", "views>=", "views>=-1", "title=x", "provider", "provider=", "provider=a,"])(
  "%j is refused",
  (text) => {
    expect(readWhere(text).problems).toHaveLength(1);
  },
);

test("a value may have an equals sign, and a column that no row has is named once", () => {
  const { value } = readWhere("creator=a=b,creator=c,views>=1");
  expect(value[0]).toEqual({ column: "creator", value: "a=b" });
  expect(missingColumns(value, new Set(["id", "views"]))).toEqual(["creator"]);
});
