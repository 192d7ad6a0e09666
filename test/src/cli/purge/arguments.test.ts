import { describe, expect, test } from "vitest";
import { parsePurgeArguments, SWEEP_SECONDS } from "../../../../src/cli/purge/arguments.ts";

const ENV = { PURGE_ENDPOINT: "https://img.test/", PURGE_SECRET: "s" };
const HOST = { target: { host: "a.test" }, block: null, endpoint: "https://img.test", secret: "s", resume: null };

describe("the command line of npm run purge", () => {
  test.each([
    ["a host", ["--host", "a.test"], { ...HOST, sweepSeconds: 0 }],
    ["with =", ["--source=https://a.test/?b=c"], { target: { source: "https://a.test/?b=c" } }],
    ["a prefix", ["--prefix", "https://a.test/b/"], { target: { prefix: "https://a.test/b/" } }],
    ["a path", ["--path", "/_/w:1/x"], { target: { path: "/_/w:1/x" }, block: null }],
    ["a maker", ["--maker", "1-libwebp1"], { target: { maker: "1-libwebp1" }, block: null }],
    ["blocked, and swept when all must know", ["--host", "a", "--block"], { block: true, sweepSeconds: SWEEP_SECONDS }],
    ["blocked, swept at another time", ["--host", "a", "--block", "--sweep", "5"], { sweepSeconds: 5 }],
    ["lifted: nothing to sweep", ["--host", "a", "--lift"], { block: false, sweepSeconds: 0 }],
    ["marked stale", ["--host", "a", "--stale"], { block: null, stale: true, sweepSeconds: 0 }],
    ["not marked stale", ["--host", "a"], { stale: false }],
    ["resumed", ["--host", "a", "--resume", "WzBd"], { resume: "WzBd" }],
    [
      "its own endpoint and secret",
      ["--host", "a", "--endpoint", "http://b/", "--secret", "t"],
      { endpoint: "http://b", secret: "t" },
    ],
  ])("%s", (_, argv, value) => {
    expect(parsePurgeArguments(argv, ENV)).toMatchObject({ ok: true, value });
  });

  test.each([
    ["no target", [], ENV, "One of --source, --prefix, --host, --path, --maker is needed, 0 are given"],
    ["two targets", ["--host", "a", "--path", "/b"], ENV, "2 are given"],
    ["both ways", ["--host", "a", "--block", "--lift"], ENV, "--block and --lift exclude each other"],
    ["blocked and stale", ["--host", "a", "--stale", "--block"], ENV, "--stale and --block exclude each other"],
    ["a stale maker", ["--maker", "1-a1", "--stale"], ENV, "A maker cannot be marked stale"],
    ["a resumed mark", ["--host", "a", "--stale", "--resume", "x"], ENV, "there is nothing to resume"],
    ["a blocked prefix", ["--prefix", "https://a/", "--block"], ENV, "Only a source or a host can be blocked"],
    ["an unknown word", ["--host", "a", "--all"], ENV, "Unknown argument --all"],
    ["a value that is missing", ["--path", "/", "--host"], ENV, "--host needs a value"],
    ["a sweep that is no time", ["--host", "a", "--sweep", "soon"], ENV, "--sweep cannot be soon"],
    ["no endpoint", ["--host", "a"], { PURGE_SECRET: "s" }, "No endpoint"],
    ["an endpoint without a scheme", ["--host", "a", "--endpoint", "img.test"], ENV, 'not "img.test"'],
    ["a URL as host", ["--host", "http://a.test"], ENV, "give a host, not a URL"],
    ["a source that is no URL", ["--source", "a.jpg"], ENV, "--source cannot be a.jpg: give an http or https URL"],
    ["no secret", ["--host", "a"], { PURGE_ENDPOINT: "https://img.test" }, "No secret: set PURGE_SECRET"],
  ])("%s is refused", (_, argv, env, problem) => {
    const parsed = parsePurgeArguments(argv, env);
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });

  test("all problems come at once", () => {
    expect(parsePurgeArguments(["--nope"], {})).toMatchObject({ ok: false, problems: { length: 4 } });
  });
});
