import { describe, expect, test } from "vitest";
import { readCommandLine } from "../../../src/cli/commandLine.ts";

const SYNTAX = { values: ["host", "var"], lists: ["var"], switches: ["block"], words: true } as const;
const KNOWN = "known are --host, --var, --block";

describe("readCommandLine", () => {
  test.each([
    ["a value behind its name", ["--host", "a"], { values: { host: "a" } }],
    ["a value with =", ["--host=a=b"], { values: { host: "a=b" } }],
    ["a value that begins like a name", ["--host=--block"], { values: { host: "--block" }, switches: new Set() }],
    ["a value with one dash", ["--host", "-1"], { values: { host: "-1" } }],
    ["a list", ["--var", "a=1", "--var=b"], { values: { var: "b" }, lists: { var: ["a=1", "b"] } }],
    ["a switch, and twice", ["--block", "--block"], { switches: new Set(["block"]) }],
    [
      "bare words in their order",
      ["b", "--block", "a"],
      {
        rest: [
          { name: null, value: "b" },
          { name: null, value: "a" },
        ],
      },
    ],
    ["nothing", [], { values: {}, lists: {}, rest: [] }],
  ])("%s", (_, argv, expected) => {
    expect(readCommandLine(argv, SYNTAX)).toMatchObject({ ...expected, problems: [] });
  });

  test.each([
    ["an unknown name", ["--hots", "a"], [`Unknown argument --hots; ${KNOWN}`]],
    ["an unknown name with =", ["--hots=a"], [`Unknown argument --hots; ${KNOWN}`]],
    ["a name of every object", ["--constructor", "a"], [`Unknown argument --constructor; ${KNOWN}`]],
    ["two dashes alone", ["--", "a"], [expect.stringMatching(/^Unknown argument --;/)]],
    ["a name at the end", ["--host"], ["--host needs a value"]],
    ["a name before another", ["--host", "--block"], ["--host needs a value"]],
    ["an empty value", ["--host="], ["--host needs a value"]],
    ["an empty word as value", ["--host", ""], ["--host needs a value"]],
    ["a value for a switch", ["--block=true"], ["--block takes no value"]],
    ["a name twice", ["--host", "a", "--host", "b"], ["--host is given 2 times"]],
    ["several", ["--host", "--var"], ["--host needs a value", "--var needs a value"]],
  ])("%s is a problem", (_, argv, problems) => {
    expect(readCommandLine(argv, SYNTAX).problems.slice(0, problems.length)).toEqual(problems);
  });

  test("bare words are a problem where none are taken", () => {
    const { problems } = readCommandLine(["8787"], { values: ["port"] });
    expect(problems).toEqual(["Unknown argument 8787; known are --port"]);
  });

  test("further names keep their order among the words", () => {
    const syntax = { ...SYNTAX, further: { has: (name: string) => name === "w", called: "the options" } };
    expect(
      readCommandLine(["a", "--w", "1", "b", "--w=2"], syntax).rest.map(({ name, value }) => `${name}:${value}`),
    ).toEqual(["null:a", "w:1", "null:b", "w:2"]);
    expect(readCommandLine(["--h", "1"], syntax).problems[0]).toBe(`Unknown argument --h; ${KNOWN}, and the options`);
  });
});
