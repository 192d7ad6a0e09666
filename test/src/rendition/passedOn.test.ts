import { expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import type { FormatName } from "../../../src/image/formats/registry.ts";
import { passedOn } from "../../../src/rendition/passedOn.ts";
import type { Transform } from "../../../src/request/transform.ts";
import { PLAIN } from "../../support/transform.ts";

function ask(wish: Partial<Transform>, format: FormatName, accept: "avif" | "webp" | "base" = "webp") {
  try {
    return passedOn({ transform: { ...PLAIN, ...wish }, accept }, { format });
  } catch (error) {
    return error instanceof Failure ? `${error.reason} ${error.facts.option} ${error.facts.value}` : String(error);
  }
}

test.each([
  [{}, "jpeg", null],
  [{ raw: true }, "jpeg", "jpeg"],
  [{ raw: true }, "png", "png"],
  [{ raw: true }, "webp", "webp"],
  [{ raw: true }, "svg", "option_invalid raw used on SVG"],
  [{ raw: true }, "gif", "option_invalid raw used on GIF"],
  [{ raw: true }, "pdf", "option_invalid raw used on PDF"],
  [{ skip: ["jpeg"] }, "jpeg", "jpeg"],
  [{ skip: ["jpeg"] }, "png", null],
  [{ skip: ["jpeg"] }, "svg", null],
  [{ skip: ["jpeg"], format: "png" }, "jpeg", null],
  [{ skip: ["jpeg"], format: "jpeg" }, "jpeg", "jpeg"],
  [{ skip: ["webp", "png"] }, "webp", "webp"],
] as const)("%j of %s: %s", (wish, format, wanted) => expect(ask(wish, format)).toBe(wanted));

test("a WebP is passed on to a reader who takes it, else made anew", () => {
  expect(ask({ skip: ["webp"] }, "webp", "avif")).toBe("webp");
  expect(ask({ skip: ["webp"] }, "webp", "base")).toBeNull();
  expect(ask({ skip: ["webp"], format: "webp" }, "webp", "base")).toBe("webp");
});
