import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parseConfig.ts";
import { Failure } from "../../../src/errors.ts";
import { refusableOptions, unknownRefusals } from "../../../src/policy/unsigned.ts";
import { OPTIONS } from "../../../src/request/options/table.ts";
import { readImageRequest } from "../../../src/request/readImageRequest.ts";

const STRICT = { ALLOWED_SOURCES: "a.test", UNSIGNED_REFUSED: refusableOptions().join() };
const SECRET = "open sesame";

/** `ok`, or what was refused. */
async function ask(path: string, vars: Record<string, string> = STRICT, authentication: string | null = null) {
  return readImageRequest(`https://img.test${path}`, null, parseConfig(vars), 0, authentication).then(
    () => "ok",
    (error: unknown) => (error instanceof Failure ? [error.reason, error.facts.option] : [error]),
  );
}
const imgproxy = (options: string) => `/_/${options}/plain/https://a.test/1.jpg`;

const ROWS = [
  ["background", "bg:ff0000"],
  ["cachebuster", "cb:1"],
  ["crop", "c:10:10"],
  ["extend", "w:9/ex:1"],
  ["extend", "rs:fit:9:9:0:1"],
  ["extend_background", "w:9/exbg:fff"],
  ["gravity", "g:no"],
  ["gravity", "g:ce:5:0"],
  ["gravity", "g:fp:0.5:0.5"],
  ["rotate", "rot:90"],
] as const;

describe("an unsigned URL", () => {
  test.each(ROWS)("may not use %s where that is refused: %s", async (option, text) => {
    expect(await ask(imgproxy(text))).toEqual(["option_not_allowed", option]);
    expect(await ask(imgproxy(text), { ...STRICT, UNSIGNED_REFUSED: option })).toEqual(["option_not_allowed", option]);
  });
  test.each(ROWS)("may use %s where nothing is refused, and where others are: %s", async (option, text) => {
    const others = refusableOptions().filter((name) => name !== option);
    expect(await ask(imgproxy(text), { ALLOWED_SOURCES: "a.test" })).toBe("ok");
    expect(await ask(imgproxy(text), { ...STRICT, UNSIGNED_REFUSED: others.join(" ") })).toBe("ok");
  });
  test.each(["rs:fill:320:200", "g:ce", "rot:0", "bg:", "c:0:0", "cb:", "q:70", "f:png", "el:1", "exp:9", "fn:x"])(
    "has its sizes, and may say a default: %s",
    async (text) => expect(await ask(imgproxy(text))).toBe("ok"),
  );
  test("in the Photon grammar", async () => {
    expect(await ask("/photon/a.test/1.jpg?w=300&ssl=1")).toBe("ok");
    expect(await ask("/photon/a.test/1.jpg?crop=0,0,50,50")).toEqual(["option_not_allowed", "crop"]);
  });
});

test("a request that the secret header permits may use them", async () => {
  const vars = { ...STRICT, PHOTON_AUTHENTICATION: SECRET };
  expect(await ask("/photon/b.test/1.jpg?crop=0,0,50,50", vars, SECRET)).toBe("ok");
});

test("a signed URL may use them", async () => {
  const config = {
    SIGNING_KEYS: "736563726574",
    SIGNING_SALTS: "68656c6c6f",
    UNSIGNED_REFUSED: STRICT.UNSIGNED_REFUSED,
  };
  const path = "/c:10:10/plain/https://a.test/1.jpg";
  const signature = createHmac("sha256", "secret").update(`hello${path}`).digest("base64url");
  expect(await ask(`/${signature}${path}`, config)).toBe("ok");
});

describe("UNSIGNED_REFUSED", () => {
  test("takes these options", () => {
    expect(refusableOptions()).toEqual([
      "background",
      "blur",
      "cachebuster",
      "crop",
      "extend",
      "extend_aspect_ratio",
      "extend_background",
      "gravity",
      "pixelate",
      "rotate",
      "sharpen",
      "trim",
      "watermark",
    ]);
  });
  test("another name is a configuration error that says the names there are", () => {
    const problem =
      'UNSIGNED_REFUSED: "quality" is none of background, blur, cachebuster, crop, extend, extend_aspect_ratio, extend_background, gravity, pixelate, rotate, sharpen, trim, watermark';
    expect(unknownRefusals(["crop", "quality"])).toEqual([problem]);
  });
  test("every name that it takes is no error, and neither is an empty list", () => {
    expect(unknownRefusals(refusableOptions())).toEqual([]);
    expect(unknownRefusals([])).toEqual([]);
  });
  test("a new option whose row says refusable is taken", () => {
    const dummy = { ...OPTIONS.rotate, name: "dummy", short: [], key: "dummy" };
    expect(refusableOptions({ ...OPTIONS, dummy })).toContain("dummy");
  });
});
