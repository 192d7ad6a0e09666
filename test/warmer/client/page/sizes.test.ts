import { describe, expect, it } from "vitest";
import { parseSizes, sourceSize } from "../../../../warmer/client/page/sizes.ts";
import { SIZES_ROWS } from "../../../support/sizesRows.ts";

const SCREEN = { width: 800, height: 600, dpr: 2 };

describe("sourceSize", () => {
  it.each(SIZES_ROWS)("of %j is %d CSS pixels", (sizes, size) => {
    expect(sourceSize(parseSizes(sizes), SCREEN)).toBeCloseTo(size, 3);
  });
});
