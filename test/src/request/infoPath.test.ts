import { expect, test } from "vitest";
import { pictureOfInfo } from "../../../src/request/infoPath.ts";

test.each([
  ["/info/_/w:40/abc", "/_/w:40/abc"],
  ["/info/?url=a.test/b.jpg", "/?url=a.test/b.jpg"],
  ["/info/", "/"],
  ["/info", null],
  ["/information/a", null],
  ["/_/info/a", null],
])("%s", (path, picture) => {
  expect(pictureOfInfo(`https://img.test${path}`)).toBe(picture === null ? null : `https://img.test${picture}`);
});
