import { expect, test } from "vitest";
import { refuseAvif, refuseHugeResult } from "../../../src/policy/limits.ts";
import { DEFAULTS, splitOptions } from "../../../src/request/options/applyOption.ts";

const LIMITS = { maxResultSide: 4096, maxResultPixels: 12_000_000 };

test.each([
  ["a side at the limit", { width: 4096, enlarge: true }, false],
  ["a side over it", { width: 4097, enlarge: true }, true],
  ["a height over it", { height: 4097, enlarge: true }, true],
  ["by dpr", { width: 2049, dpr: 2, enlarge: true }, true],
  ["not when the picture may not grow", { width: 9000, height: 9000, resize: "fill" }, false],
  ["pixels at the limit", { resize: "force", width: 4000, height: 3000, enlarge: true }, false],
  ["pixels over it", { resize: "fill", width: 4000, height: 3001, enlarge: true }, true],
  ["fit may end up smaller", { resize: "fit", width: 9000, height: 10, enlarge: true }, false],
  ["a limit of the address, below", { width: 101, enlarge: true, mostResultSide: 100 }, true],
  ["a limit of the address, above: it raises none", { width: 4097, enlarge: true, mostResultSide: 9000 }, true],
  ["no size at all", { enlarge: true }, false],
] as const)("%s", (_, asked, refused) => {
  const ask = () => refuseHugeResult({ ...DEFAULTS, ...asked }, LIMITS);
  if (refused) expect(ask).toThrow("result_too_large");
  else expect(ask).not.toThrow();
});

const { transform } = splitOptions(DEFAULTS);
test.each([
  ["off", "signature", "avif", "one of webp, jpg, jpeg, png; avif is off here (AVIF)"],
  ["off", "list", "avif", "one of webp, jpg, jpeg, png; avif is off here (AVIF)"],
  ["second-view", "list", "avif", "one of webp, jpg, jpeg, png; avif needs a signature"],
  ["second-view", "header", "avif", "one of webp, jpg, jpeg, png; avif needs a signature"],
  ["second-view", "signature", "avif", null],
  ["off", "list", "webp", null],
  ["off", "signature", "auto", null],
] as const)("AVIF %s, by %s, f:%s: %s", (avif, authority, format, limit) => {
  const ask = () => refuseAvif({ transform: { ...transform, format }, authority }, { avif });
  if (limit === null) expect(ask).not.toThrow();
  else
    expect(ask).toThrow(
      expect.objectContaining({ reason: "option_invalid", facts: expect.objectContaining({ limit }) }),
    );
});
