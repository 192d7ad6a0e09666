import { describe, expect, test } from "vitest";
import { readPath, refusalOf } from "../../../support/grammarRequests.ts";

const SOURCE = encodeURIComponent("https://listed.test/a.jpg");

test.each([
  ["w=640&q=75", { resize: "fit", enlarge: false, width: 640, height: 0, quality: 80 }],
  ["q=60&w=1080", { width: 1600, quality: 60 }],
  ["w=3840&q=100", { width: 2048, quality: 80 }],
  ["w=32", { width: 160, quality: null, format: "auto" }],
  ["w=640&dpl=dpl_123&utm_source=x", { width: 640 }],
])("%s", async (query, expected) => {
  expect((await readPath(`/_next/image?url=${SOURCE}&${query}`)).transform).toMatchObject(expected);
});

describe("refused", () => {
  test.each([
    [`url=${SOURCE}`, "url_invalid"],
    ["w=640&q=75", "url_invalid"],
    ["url=&w=640", "url_invalid"],
    ["url=%2Fphotos%2Fa.jpg&w=640", "source_invalid"],
    ["url=%2F%2Flisted.test%2Fa.jpg&w=640", "source_invalid"],
    ["url=listed.test%2Fa.jpg&w=640", "source_invalid"],
    [`url=${SOURCE}&url=${SOURCE}&w=640`, "option_invalid url"],
    [`url=${SOURCE}&w=640&w=320`, "option_invalid w"],
    [`url[]=${SOURCE}&w=640`, "url_invalid"],
    [`url=${SOURCE}&w=0`, "option_invalid w"],
    [`url=${SOURCE}&w=6e2`, "option_invalid w"],
    [`url=${SOURCE}&w=640&q=101`, "option_invalid q"],
    ["url=https%3A%2F%2Flisted.test%2F%E4.jpg&w=640", "url_invalid"],
  ])("%s -> %s", async (query, expected) => expect(await refusalOf(`/_next/image?${query}`)).toBe(expected));
});

test("a form's + is a blank, an escaped one is a plus sign", async () => {
  const { source } = await readPath("/_next/image?url=https%3A%2F%2Flisted.test%2Fa+b%2Bc.jpg&w=640");
  expect(source).toBe("https://listed.test/a%20b+c.jpg");
});
