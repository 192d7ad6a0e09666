import { describe, expect, test } from "vitest";
import { candidatesFor } from "../../../../../src/origin/providers/candidates.ts";
import type { IiifInfo } from "../../../../../src/origin/providers/iiifInfo.ts";
import { NOTHING_KNOWN } from "../../../../../src/origin/providers/rule.ts";
import type { Transform } from "../../../../../src/request/transform.ts";
import { PLAIN } from "../../../../support/transform.ts";
import { DEFAULT_RULES } from "../rules.ts";

const INFO: IiifInfo = {
  ...{ version: 2, level: 2, width: 6000, height: 4000, sizes: [] },
  ...{ maxWidth: null, maxHeight: null, maxArea: null },
};

function asked(rest: string, wish: Partial<Transform>, info: Partial<IiifInfo> | "absent" | null) {
  const iiif = info === null || info === "absent" ? info : { ...INFO, ...info };
  const source = `https://i.test/iiif/x/${rest}`;
  const list = candidatesFor(source, { ...PLAIN, ...wish }, { ...NOTHING_KNOWN, iiif }, DEFAULT_RULES);
  return list.map(({ url }) => url.replace("https://i.test/iiif/x/", ""));
}

const FULL = "full/full/0/default.jpg";
const sizes = [375, 750, 1500].map((width) => ({ width, height: Math.round(width / 1.5) }));

describe("IIIF", () => {
  const rows = [
    ["without info.json: the form of level 2", FULL, { width: 640 }, null, "full/!640,640/0/default.jpg"],
    ["no valid info.json: no image server", FULL, { width: 640 }, "absent", FULL],
    ["level 2", FULL, { width: 640 }, {}, "full/640,/0/default.jpg"],
    ["level 1", FULL, { width: 640 }, { level: 1 }, "full/640,/0/default.jpg"],
    ["level 0 without sizes", FULL, { width: 640 }, { level: 0 }, FULL],
    ["level 0: a ready size", FULL, { width: 640 }, { level: 0, sizes }, "full/750,500/0/default.jpg"],
    ["level 0: no ready size is large enough", FULL, { width: 1600 }, { level: 0, sizes }, FULL],
    [
      "level 2: a ready size that is a little larger is cheaper",
      FULL,
      { width: 640 },
      { sizes },
      "full/750,500/0/default.jpg",
    ],
    [
      "level 2: a ready size that is much larger is not",
      FULL,
      { width: 320 },
      { sizes: sizes.slice(1) },
      "full/320,/0/default.jpg",
    ],
    [
      "version 1 says native",
      "full/full/0/native.jpg",
      { width: 640 },
      { version: 1, level: 1 },
      "full/640,/0/native.jpg",
    ],
    ["version 3 says max", "full/max/0/default.jpg", { width: 640 }, { version: 3 }, "full/640,/0/default.jpg"],
    [
      "a tall picture needs less width for a height",
      FULL,
      { height: 640 },
      { width: 4000, height: 8000 },
      "full/320,/0/default.jpg",
    ],
    ["over maxWidth", FULL, { width: 1920 }, { maxWidth: 1600 }, FULL],
    ["at maxWidth", FULL, { width: 1600 }, { maxWidth: 1600 }, FULL],
    ["below maxWidth", FULL, { width: 1280 }, { maxWidth: 1600 }, "full/1280,/0/default.jpg"],
    ["over maxHeight", FULL, { width: 1280 }, { maxWidth: 5000, maxHeight: 700 }, FULL],
    ["over maxArea", FULL, { width: 1280 }, { maxArea: 640 * 427 }, FULL],
    ["within maxArea", FULL, { width: 600 }, { maxArea: 640 * 427 }, "full/600,/0/default.jpg"],
    ["nothing larger than the picture", FULL, { width: 640 }, { width: 600, height: 400 }, FULL],
    ["a region in pixels", "0,0,3000,3000/full/0/default.jpg", { width: 640 }, {}, "0,0,3000,3000/640,/0/default.jpg"],
    [
      "a region past the edge is cut there",
      "5900,0,3000,3000/full/0/default.jpg",
      { width: 90 },
      {},
      "5900,0,3000,3000/90,/0/default.jpg",
    ],
    [
      "a region past the edge is too narrow",
      "5900,0,3000,3000/full/0/default.jpg",
      { width: 320 },
      {},
      "5900,0,3000,3000/full/0/default.jpg",
    ],
    ["a region outside", "6000,0,10,10/full/0/default.jpg", { width: 90 }, {}, "6000,0,10,10/full/0/default.jpg"],
    ["a region in shares", "pct:0,0,50,50/full/0/default.jpg", { width: 640 }, {}, "pct:0,0,50,50/640,/0/default.jpg"],
    ["a square region", "square/full/0/default.jpg", { width: 640 }, {}, "square/640,/0/default.jpg"],
    [
      "ready sizes are of the whole picture",
      "square/full/0/default.jpg",
      { width: 640 },
      { level: 0, sizes },
      "square/full/0/default.jpg",
    ],
    ["a quarter turn", "full/full/90/default.jpg", { height: 640 }, {}, "full/640,/90/default.jpg"],
    ["a size in the address", "full/1024,/0/default.jpg", { width: 1024 }, {}, "full/1024,/0/default.jpg"],
    ["below it", "full/1024,/0/default.jpg", { width: 960 }, {}, "full/960,/0/default.jpg"],
    ["a share in the address", "full/pct:10/0/default.jpg", { width: 640 }, {}, "full/pct:10/0/default.jpg"],
    ["below the share", "full/pct:10/0/default.jpg", { width: 400 }, {}, "full/400,/0/default.jpg"],
    ["PNG may be transparent and stays", "full/full/0/default.png", { width: 640 }, {}, "full/640,/0/default.png"],
    ["TIFF becomes JPEG", "full/full/0/default.tif", { width: 640 }, {}, "full/640,/0/default.jpg"],
    ["bitonal stays", "full/full/0/bitonal.jpg", { width: 640 }, {}, "full/640,/0/bitonal.jpg"],
  ] as const satisfies readonly (readonly [
    string,
    string,
    Partial<Transform>,
    Partial<IiifInfo> | "absent" | null,
    string,
  ])[];
  test.each(rows)("%s", (_, rest, wish, info, first) => {
    const list = asked(rest, wish, info);
    expect(list[0]).toBe(first);
    expect(list.at(-1)).toBe(rest);
  });
  test.each([
    ["a query", "full/full/0/default.jpg?x=1"],
    ["an odd angle", "full/full/22.5/default.jpg"],
    ["an unknown quality", "full/full/0/best.jpg"],
    ["an unknown format", "full/full/0/default.bmp"],
    ["an empty size", "full/,/0/default.jpg"],
    ["a tile's address without its region", "512,/0/default.jpg"],
  ])("%s: no IIIF", (_, rest) => {
    expect(asked(rest, { width: 90 }, {})).toEqual([rest]);
  });
});
