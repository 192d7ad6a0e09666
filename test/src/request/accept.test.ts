import { expect, test } from "vitest";
import { acceptClass } from "../../../src/request/accept.ts";

test.each([
  ["nothing sent", null, "base"],
  ["empty", "", "base"],
  ["anything", "*/*", "base"],
  ["any picture", "image/*", "base"],
  ["Chrome", "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", "avif"],
  ["Firefox 128", "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", "avif"],
  ["WebP only", "image/webp,*/*;q=0.8", "webp"],
  ["Safari 13", "image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", "base"],
  ["upper case and spaces", " IMAGE/WEBP ; Q=0.5 ", "webp"],
  ["refused by q=0", "image/avif;q=0,image/webp", "webp"],
  ["refused by q=0.000", "image/webp;q=0.000", "base"],
  ["hardly wanted is wanted", "image/webp;q=0.001", "webp"],
  ["other parameters", "image/avif;level=1;q=0.9", "avif"],
  ["a longer name", "image/webp2,image/avif-sequence", "base"],
])("%s", (_, accept, expected) => expect(acceptClass(accept)).toBe(expected));
