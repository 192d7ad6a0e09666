import { describe, expect, it } from "vitest";
import { parseEdgeArguments } from "../../../../src/cli/edge/arguments.ts";

const ACCEPTED = [
  ["a port alone", ["--port", "8787"], { port: 8787, persist: undefined, vars: {} }],
  ["any free port", ["--port", "0"], { port: 0, persist: undefined, vars: {} }],
  ["the last port", ["--port", "65535"], { port: 65_535, persist: undefined, vars: {} }],
  ["settings", ["--port", "1", "--settings", "f.json"], { port: 1, settings: "f.json", vars: {} }],
  ["the joined form", ["--port=1", "--persist=d"], { port: 1, persist: "d", vars: {} }],
  [
    "a variable whose value has =",
    ["--port", "1", "--var", "K=a=b"],
    { port: 1, persist: undefined, vars: { K: "a=b" } },
  ],
  ["an empty variable", ["--port", "1", "--var", "K="], { port: 1, persist: undefined, vars: { K: "" } }],
  [
    "the later of two",
    ["--port", "1", "--var", "K=a", "--var", "K=b"],
    { port: 1, persist: undefined, vars: { K: "b" } },
  ],
  ["HTTP/2", ["--port", "1", "--h2"], { port: 1, h2: true, vars: {} }],
  ["a log for people", ["--pretty", "--port", "1"], { port: 1, pretty: true, vars: {} }],
] as const;

const REFUSED = [
  ["nothing", [], ["--port is missing"]],
  ["a port above the last", ["--port", "65536"], ["--port cannot be 65536: a whole number from 0 to 65535 is needed"]],
  ["a port of letters", ["--port", "http"], ["--port cannot be http: a whole number from 0 to 65535 is needed"]],
  ["a flag without its value", ["--port", "1", "--persist"], ["--persist needs a value"]],
  [
    "an unknown flag",
    ["--port", "1", "--prot"],
    ["Unknown argument --prot; known are --port, --persist, --settings, --var, --h2, --pretty"],
  ],
  ["a bare word", ["8787"], ["Unknown argument 8787; known are --port, --persist, --settings, --var, --h2, --pretty"]],
  [
    "a variable without =",
    ["--port", "1", "--var", "KEY"],
    ["--var cannot be KEY: NAME=VALUE is needed, NAME of letters, digits and _"],
  ],
  [
    "a variable with a bad name",
    ["--port", "1", "--var", "A-B=c"],
    ["--var cannot be A-B=c: NAME=VALUE is needed, NAME of letters, digits and _"],
  ],
  [
    "two mistakes, both named",
    ["--var", "=x", "--port", "-1"],
    [expect.stringContaining("--var"), expect.stringContaining("--port")],
  ],
] as const;

describe("parseEdgeArguments", () => {
  it.each(ACCEPTED)("takes %s", (_, argv, value) => {
    expect(parseEdgeArguments(argv)).toEqual({ ok: true, value: { h2: false, pretty: false, ...value } });
  });
  it("takes PORT of the environment where no port is given, and refuses a wrong one by its name", () => {
    expect(parseEdgeArguments([], "8787")).toMatchObject({ ok: true, value: { port: 8787 } });
    expect(parseEdgeArguments(["--port", "1"], "8787")).toMatchObject({ ok: true, value: { port: 1 } });
    expect(parseEdgeArguments([], "65536")).toEqual({
      ok: false,
      problems: ["PORT cannot be 65536: a whole number from 0 to 65535 is needed"],
    });
  });
  it.each(REFUSED)("refuses %s", (_, argv, problems) => {
    expect(parseEdgeArguments(argv)).toEqual({ ok: false, problems });
  });
});
