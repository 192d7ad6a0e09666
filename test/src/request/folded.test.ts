import { describe, expect, test } from "vitest";
import { folded } from "../../../src/request/folded.ts";
import { CENTRE, type Transform } from "../../../src/request/transform.ts";
import { PLAIN } from "../../support/transform.ts";

const north = { kind: "compass", at: "no", x: 5, y: 0.5 } as const;

describe("folded", () => {
  test.each<[string, Partial<Transform>, Partial<Transform>]>([
    ["fit: dpr is a factor", { width: 160, dpr: 2 }, { width: 320, height: 0, dpr: 1 }],
    ["fit: the factor is quantised", { width: 3, dpr: 0.1 }, { width: 0.3, dpr: 1 }],
    ["fit: gravity has no effect", { width: 1, gravity: north }, { gravity: CENTRE }],
    ["fit without a size keeps dpr", { dpr: 2 }, { dpr: 2, width: 0 }],
    ["force with both sides", { resize: "force", width: 10, height: 20, dpr: 2 }, { width: 20, height: 40, dpr: 1 }],
    ["force with one side keeps dpr", { resize: "force", width: 10, dpr: 2 }, { width: 10, dpr: 2 }],
    ["fill keeps dpr and gravity", { resize: "fill", width: 10, dpr: 2, gravity: north }, { dpr: 2, gravity: north }],
    [
      "a crop takes the picture's gravity",
      { resize: "fill", gravity: north, crop: { width: 1, height: 2, gravity: null } },
      { gravity: north, crop: { width: 1, height: 2, gravity: north } },
    ],
    [
      "fit: a crop keeps its gravity",
      { width: 5, dpr: 2, gravity: north, crop: { width: 1, height: 2, gravity: null } },
      { width: 10, dpr: 1, gravity: CENTRE, crop: { width: 1, height: 2, gravity: north } },
    ],
  ])("%s", (_, asked, expected) => {
    const once = folded({ ...PLAIN, ...asked });
    expect(once).toMatchObject(expected);
    expect(folded(once)).toEqual(once);
  });
});
