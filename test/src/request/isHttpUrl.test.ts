import { expect, test } from "vitest";
import { isHttpUrl } from "../../../src/request/isHttpUrl.ts";

test.each([
  ["https://a.test/b.jpg", true],
  ["HTTP://a.test", true],
  ["http:/a.test/b.jpg", true],
  ["https://", false],
  ["//a.test/b.jpg", false],
  ["a.jpg", false],
  ["", false],
  ["ftp://a.test/b.jpg", false],
  ["data:image/png;base64,AAAA", false],
])("%j: %s", (text, expected) => {
  expect(isHttpUrl(text)).toBe(expected);
});
