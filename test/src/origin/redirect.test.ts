import { expect, test } from "vitest";
import { follow, locationOf } from "../../../src/origin/redirect.ts";

const FROM = new URL("https://pictures.test/a/b");

test.each([
  [200, null],
  [300, null],
  [301, "/x"],
  [304, null],
  [305, null],
  [308, "/x"],
])("status %i leads to %s", (status, expected) => {
  expect(locationOf({ status, headers: new Headers({ location: "/x" }) } as Response)).toBe(expected);
});

test.each([
  ["/x#part", "https://pictures.test/x"],
  ["x", "https://pictures.test/a/x"],
  ["//other.test/x", "https://other.test/x"],
  ["/fit=cover,https://other.test/x", "https://pictures.test/fit=cover,https://other.test/x"],
  ["/my picture, new.jpg", "https://pictures.test/my%20picture,%20new.jpg"],
])("%s is %s", (location, expected) => {
  expect(follow(location, FROM).href).toBe(expected);
});

test.each(["/x, /y", "https://a.test/, https://b.test/", "/x,\t//y", "https://[bad"])("%s is refused", (location) => {
  expect(() => follow(location, FROM)).toThrow(expect.objectContaining({ reason: "source_redirect_refused" }));
});
