import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { redirectTarget } from "../../../src/rendition/saturation.ts";
import { PLAIN } from "../../support/transform.ts";

const config = (allowed: string, over: Record<string, string> = {}) =>
  parseConfig({ ON_SATURATION: "redirect", ALLOWED_SOURCES: allowed, ...over });
const FLICKR = "http://live.staticflickr.com/65535/12345678901_0123456789_b.jpg";
const COMMONS = "https://upload.wikimedia.org/wikipedia/commons/a/a9/Example.jpg";
const asked = (source: string, transform = {}, delivery = {}) => ({
  ...{ source, authority: "list" as const, accept: "webp" as const, cachebuster: "" },
  transform: { ...PLAIN, width: 300, ...transform },
  delivery: { filename: null, attachment: false, ...delivery },
});
const ALL = config("live.staticflickr.com,*.wikimedia.org,pictures.test");
const target = (request: ReturnType<typeof asked>, rules = ALL) => redirectTarget(request, rules, "img.test");

describe("a reader is sent", () => {
  test.each([
    ["to the provider's own size, over HTTPS", asked(FLICKR), /^https:\/\/live\.staticflickr\.com\/.*_[nwz]\.jpg$/],
    [
      "to the source where no provider is known",
      asked("https://pictures.test/1.jpg"),
      /^https:\/\/pictures\.test\/1\.jpg$/,
    ],
    [
      "whatever the sizes and the quality",
      asked("https://pictures.test/1.jpg", { height: 9, quality: 50, dpr: 2 }),
      /1\.jpg$/,
    ],
  ])("%s", (_, request, expected) => {
    expect(target(request)).toMatch(expected);
  });

  test("to no other host of the provider that is not allowed", () => {
    expect(target(asked(COMMONS), config("upload.wikimedia.org"))).toMatch(/^https:\/\/upload\.wikimedia\.org\//);
  });
});

describe("a reader waits", () => {
  test("where the deployment does not say so", () => {
    expect(target(asked(FLICKR), config("live.staticflickr.com", { ON_SATURATION: "wait" }))).toBeNull();
  });

  test.each([
    ["a part of the picture", { resize: "fill", height: 300 }, {}],
    ["a crop", { crop: { width: 10, height: 10, gravity: null } }, {}],
    ["another background", { background: [0, 0, 0] }, {}],
    ["a rotation", { rotate: 90 }, {}],
    ["a format", { format: "png" }, {}],
    ["a file to save", {}, { attachment: true }],
  ])("for %s", (_, transform, delivery) => {
    expect(target(asked(FLICKR, transform, delivery))).toBeNull();
  });
});
