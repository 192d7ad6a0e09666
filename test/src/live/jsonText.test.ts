import { describe, expect, test } from "vitest";
import { JsonError, JsonText, MAX_DEPTH } from "../../../src/live/jsonText.ts";
import { seeded } from "../../support/warmer.ts";

describe("a text that is no JSON: where it breaks, and what is expected there", () => {
  test.each([
    ["nothing", "", 1, 1, "a value is expected, not the end"],
    ["an open object", "{", 1, 2, "a key in double quotes is expected, not the end"],
    ["a comma at the end of a list", "[1,]", 1, 4, 'a value is expected, not "]"'],
    ["a comma at the end of an object", '{"a":1,}', 1, 8, 'a key in double quotes is expected, not "}"'],
    ["no comma, on the third line", '{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}" is expected, not "\\""'],
    ["no colon", '{"a" 1}', 1, 6, '":" is expected, not "1"'],
    ["single quotes", "{'a':1}", 1, 2, 'a key in double quotes is expected, not "\'"'],
    ["a comment", "{} // x", 1, 4, 'the end of the text is expected, not "/"'],
    ["two values", "{}{}", 1, 3, "the end of the text is expected"],
    ["a text that is not closed", '["a', 1, 2, "a text is not closed"],
    ["a line break in a text", '["a\nb"]', 1, 2, "a text is not closed"],
    ["a byte order mark", "\ufeff{}", 1, 1, 'a value is expected, not "\ufeff"'],
    ["lines that end with CR LF", '{\r\n"a":x}', 2, 5, 'a value is expected, not "x"'],
    ["a key that stands twice", '{"a":1,\n "a":2}', 2, 2, "a is given twice"],
    ["an inner key that stands twice", '{"a":{"b":1,"b":2}}', 1, 13, "a.b is given twice"],
    ["the same key, escaped", '{"a":1,"\\u0061":2}', 1, 8, "a is given twice"],
  ])("%s", (_, text, line, column, message) => {
    const error = errorOf(text);
    expect([error?.message, error?.position]).toEqual([expect.stringContaining(message), { line, column }]);
  });
  test("the same key in two objects is no repetition", () => {
    expect(new JsonText('[{"a":1},{"a":2}]').value).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe("where keys and values stand", () => {
  const json = new JsonText('{\n  "a": [1, {"b": true}],\n\t"c" :\n    "é"\n}');
  test.each([
    [[], { line: 1, column: 1 }, { line: 1, column: 1 }],
    [["a"], { line: 2, column: 3 }, { line: 2, column: 8 }],
    [["a", 0], { line: 2, column: 9 }, { line: 2, column: 9 }],
    [["a", 1, "b"], { line: 2, column: 13 }, { line: 2, column: 18 }],
    [["c"], { line: 3, column: 2 }, { line: 4, column: 5 }],
    [["a", 7], { line: 2, column: 8 }, { line: 2, column: 8 }],
    [["x", "y"], { line: 1, column: 1 }, { line: 1, column: 1 }],
  ] as const)("%j", (path, key, value) => {
    expect([json.keyAt(path), json.valueAt(path)]).toEqual([key, value]);
  });
});

test("values may be nested to a limit", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  expect(errorOf(nested(MAX_DEPTH + 1))).toBeUndefined();
  expect(errorOf(nested(MAX_DEPTH + 2))?.message).toContain(`more than ${MAX_DEPTH} deep`);
  expect(errorOf("[".repeat(1_000_000))?.message).toContain(`more than ${MAX_DEPTH} deep`);
});

test("a text of a megabyte is read", () => {
  const text = JSON.stringify({ a: "x".repeat(1_000_000), b: Array.from({ length: 10_000 }, (_, i) => `\\${i}`) });
  expect(new JsonText(text).value).toEqual(JSON.parse(text));
});

describe("accepts what JSON.parse accepts, and gives the same value", () => {
  test.each([1, 2, 3, 4])("random texts, whole and damaged, seed %i", (seed) => {
    const random = seeded(seed);
    let [accepted, refused] = [0, 0];
    for (let round = 0; round < 2000; round++) {
      const text = damaged(JSON.stringify(randomValue(random, 3), null, pick(random, ["", " ", "\t"])), random);
      const expected = parsed(text);
      const error = errorOf(text);
      if (error?.message.endsWith("is given twice")) continue;
      expect(error === undefined, text).toBe(expected !== undefined);
      if (error === undefined) expect(new JsonText(text).value, text).toEqual(expected?.value);
      if (error === undefined) accepted++;
      else refused++;
    }
    expect(Math.min(accepted, refused)).toBeGreaterThan(200);
  });
});

test("each value stands where it is said to stand", () => {
  const random = seeded(5);
  for (let round = 0; round < 300; round++) {
    const text = JSON.stringify({ x: randomValue(random, 3) }, null, pick(random, [" ", "\t"]));
    const lines = text.split("\n");
    const json = new JsonText(text);
    for (const [path, value] of partsOf(json.value, [])) {
      const { line, column } = json.valueAt(path);
      const there = (lines[line - 1] ?? "").slice(column - 1);
      const begins =
        typeof value === "object" && value !== null ? (Array.isArray(value) ? "[" : "{") : JSON.stringify(value);
      expect(there.startsWith(begins), `${JSON.stringify(path)} in ${text}`).toBe(true);
    }
  }
});

function errorOf(text: string): JsonError | undefined {
  try {
    new JsonText(text);
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return error;
    throw error;
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function partsOf(
  value: unknown,
  path: readonly (string | number)[],
): readonly (readonly [readonly (string | number)[], unknown])[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  const parts = Object.entries(value).flatMap(([key, part]) =>
    partsOf(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [[path, value], ...parts];
}

function pick<T>(random: () => number, from: readonly [T, ...T[]]): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

function randomValue(random: () => number, depth: number): unknown {
  const kind = random();
  if (depth > 0 && kind < 0.3)
    return Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1));
  if (depth > 0 && kind < 0.6) {
    return Object.fromEntries(
      Array.from({ length: Math.floor(random() * 4) }, (_, i) => [
        `${pick(random, ["k", "é", '"', "\\", "\n"])}${i}`,
        randomValue(random, depth - 1),
      ]),
    );
  }
  return pick<unknown>(random, [null, true, false, 0, -1.5e-7, 1e21, "", 'a"b\\c', "\u2028\u0001"]);
}

/** Half of the texts as they are; in the others one character is taken out, doubled or replaced. */
function damaged(text: string, random: () => number): string {
  if (random() < 0.5) return text;
  const at = Math.floor(random() * text.length);
  const put = pick(random, ["", "0", '"', ",", "}", "]", "\\", "e", "-", " ", "\n", ".", "u"]);
  return text.slice(0, at) + put + text.slice(at + pick(random, [0, 1]));
}
