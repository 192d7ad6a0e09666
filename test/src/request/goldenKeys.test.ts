import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Failure } from "../../../src/errors.ts";
import type { AcceptClass } from "../../../src/image/formats/descriptor.ts";
import { canonicalOptions } from "../../../src/request/canonical.ts";
import { applyOption, defaultsOf, namedOptions, splitOptions } from "../../../src/request/options/applyOption.ts";
import { isDefault, type OptionTable } from "../../../src/request/options/option.ts";
import { OPTIONS } from "../../../src/request/options/table.ts";

/**
 * Options as in a path, the Accept class, and the canonical text that schema 2 stores them under. Never change a row:
 * a stored picture whose text changed is never found again.
 */
const GOLDEN: readonly (readonly [string, AcceptClass, string])[] = JSON.parse(
  readFileSync(new URL("goldenKeys.generated.json", import.meta.url), "utf8"),
);

/** The canonical text of a row's options under a table, or the reason why they are refused. */
function keyOf([options, accept]: (typeof GOLDEN)[number], table: OptionTable): string {
  try {
    const segments = options === "" ? [] : options.split("/");
    const read = segments.reduce((before, segment) => applyOption(before, segment, table), defaultsOf(table));
    const { transform, cachebuster } = splitOptions(read);
    return canonicalOptions({ transform, accept, cachebuster }, table);
  } catch (error) {
    return error instanceof Failure ? error.reason : String(error);
  }
}

const changed = (table: OptionTable) => GOLDEN.filter((row) => keyOf(row, table) !== row[2]);

test("there are 861 golden keys, and all of them are as they were", () => {
  expect(GOLDEN.length).toBe(861);
  expect(changed(OPTIONS)).toEqual([]);
});

describe("a new option leaves every golden key as it is", () => {
  const dummy = {
    ...OPTIONS.dpr,
    name: "dummy",
    short: ["dm"],
    key: "dm",
    fallback: 0,
    unsigned: "refusable",
  } as const;
  test.each(["geometry", "pixels", "metadata", "cache"] as const)("whose effect is %s", (effect) => {
    const table: OptionTable = { aaa: { ...dummy, effect }, ...OPTIONS };
    expect(changed(table)).toEqual([]);
    expect(keyOf(["w:320/dm:2", "webp", ""], table)).toMatch(/^(dm:2\/w:320\/f:webp|w:320\/f:webp\/dm:2)$/);
    expect(keyOf(["w:320/dm:2", "webp", ""], OPTIONS)).toBe("option_unknown");
  });
});

/** Every option by its field, written out once more on purpose: one that is taken out of the table fails its row. */
const FIELDS = [
  ["resize", "resizing_type", "rt:fill"],
  ["width", "width", "w:640"],
  ["height", "height", "h:640"],
  ["dpr", "dpr", "rt:auto/dpr:2"],
  ["enlarge", "enlarge", "el:t"],
  ["gravity", "gravity", "rt:fill/g:no"],
  ["crop", "crop", "c:10:10"],
  ["extend", "extend", "rs:fit:9:9/ex:1:no"],
  ["extendColour", "extend_background", "rs:fit:9:9/ex:1/exbg:fff"],
  ["background", "background", "bg:fff"],
  ["quality", "quality", "q:80"],
  ["format", "format", "f:png"],
  ["autoRotate", "auto_rotate", "ar:f"],
  ["rotate", "rotate", "rot:90"],
  ["keepCopyright", "keep_copyright", "kcr:1"],
  ["license", "license", "license:by:creator:Jane"],
  ["maxFrames", "disable_animation", "da:1"],
  ["minWidth", "min_width", "mw:9"],
  ["minHeight", "min_height", "mh:9"],
  ["zoom", "zoom", "z:2"],
  ["trim", "trim", "t:10"],
  ["extendRatio", "extend_aspect_ratio", "rs:fit:9:9/exar:1"],
  ["padding", "padding", "pd:9"],
  ["formatQuality", "format_quality", "fq:webp:50"],
  ["maxBytes", "max_bytes", "mb:9000"],
  ["blur", "blur", "bl:2"],
  ["sharpen", "sharpen", "sh:2"],
  ["pixelate", "pixelate", "pix:2"],
  ["watermark", "watermark", "wm:0.5"],
  ["keepProfile", "strip_color_profile", "scp:0"],
  ["mostSourcePixels", "max_src_resolution", "msr:9"],
  ["mostSourceBytes", "max_src_file_size", "msfs:9"],
  ["mostFrames", "max_animation_frames", "maf:9"],
  ["mostFramePixels", "max_animation_frame_resolution", "mafr:9"],
  ["mostResultSide", "max_result_dimension", "mrd:9"],
  ["raw", "raw", "raw:1"],
  ["skip", "skip_processing", "skp:jpg"],
  ["cachebuster", "cachebuster", "cb:1"],
  ["expires", "expires", "exp:4000000000"],
  ["filename", "filename", "fn:a.jpg"],
  ["attachment", "return_attachment", "att:t"],
] as const;

describe("no option can be taken out of the table", () => {
  test.each(FIELDS)("%s", (field, name, segments) => {
    const without = Object.fromEntries(Object.entries(OPTIONS).filter(([other]) => other !== field));
    expect(Object.keys(OPTIONS)).toContain(field);
    expect(namedOptions(OPTIONS).map((option) => option.name)).toContain(name);
    // The golden keys would show it too.
    expect(changed(without).length).toBeGreaterThan(10);
    const row: OptionTable[string] = OPTIONS[field];
    const key = keyOf([segments, "webp", ""], OPTIONS);
    // What this one asks for is the default. The other number comes from the deployment.
    if (row.effect === "delivery" || field === "maxFrames") expect(key).toBe("f:webp");
    else expect(`/${key}`).toContain(`/${row.key}:`);
  });
  test("and these are all", () => expect(Object.keys(OPTIONS).sort()).toEqual(FIELDS.map(([field]) => field).sort()));
});

test("keys, names and short names are unique, and a default writes nothing", () => {
  const rows: OptionTable[string][] = Object.values(OPTIONS);
  const keys = rows.flatMap((row) => (row.effect === "delivery" ? [] : [row.key]));
  expect(new Set(keys).size).toBe(keys.length);
  const names = namedOptions().flatMap(({ name, short }) => [name, ...short]);
  expect(new Set(names).size).toBe(names.length);
  for (const row of rows) if (row.effect !== "delivery") expect(isDefault(row, row.fallback)).toBe(true);
  expect(keyOf(["", "webp", ""], OPTIONS)).toBe("f:webp");
});
