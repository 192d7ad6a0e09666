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
    ["blocked and stale", ["--host", "a", "--stale", "--block"], ENV, "--block and --stale exclude each other"],
    ["a stale maker", ["--maker", "1-a1", "--stale"], ENV, "A maker cannot be marked stale"],
    ["a resumed mark", ["--host", "a", "--stale", "--resume", "x"], ENV, "there is nothing to resume"],
    ["a blocked prefix", ["--prefix", "https://a/", "--block"], ENV, "Only a source or a host can be blocked"],
    ["an unknown name", ["--host", "a", "--all"], ENV, "Unknown argument --all"],
    ["a value that is missing", ["--path", "/", "--host"], ENV, "--host needs a value"],
    ["a sweep that is no time", ["--host", "a", "--sweep", "soon"], ENV, "--sweep cannot be soon"],
    ["a dry run at an endpoint without a scheme", ["--host", "a", "--dry-run", "--endpoint", "a"], {}, 'not "a"'],
    ["no endpoint", ["--host", "a"], { PURGE_SECRET: "s" }, "No endpoint"],
    ["an endpoint without a scheme", ["--host", "a", "--endpoint", "img.test"], ENV, 'not "img.test"'],
    ["a URL as host", ["--host", "http://a.test"], ENV, "give a host, not a URL"],
    ["a source that is no URL", ["--source", "a.jpg"], ENV, "--source cannot be a.jpg: give an http or https URL"],
    ["a path without its slash", ["--path", "x"], ENV, "--path cannot be x"],
    ["an unknown word", ["--host", "a", "b"], ENV, "Unknown argument b; known are --source, --prefix,"],
    ["a value for a switch", ["--host", "a", "--block=no"], ENV, "--block takes no value"],
    ["a target twice", ["--host", "a", "--host", "b"], ENV, "--host is given 2 times"],
    ["keys of the buckets", ["--host", "a", "--access-key", "k"], ENV, "--access-key goes with --list"],
    ["no secret", ["--host", "a"], { PURGE_ENDPOINT: "https://img.test" }, "No secret: set PURGE_SECRET"],
  ])("%s is refused", (_, argv, env, problem) => {
    const parsed = parsePurgeArguments(argv, env);
    expect(parsed).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });

  test("all problems come at once", () => {
    expect(parsePurgeArguments(["--nope"], {})).toMatchObject({ ok: false, problems: { length: 4 } });
  });

  test("--dry-run is a purge that is only shown", () => {
    expect(parsePurgeArguments(["--host", "a"], ENV)).toMatchObject({ ok: true, value: { mode: "purge" } });
    const dry = parsePurgeArguments(["--host", "a", "--dry-run"], ENV);
    expect(dry).toMatchObject({ ok: true, value: { ...HOST, target: { host: "a" }, mode: "dry-run" } });
  });
});

describe("the command line of npm run purge -- --list", () => {
  const S3 = { S3_ENDPOINT: "https://s3.test", S3_ACCESS_KEY_ID: "a", S3_SECRET_ACCESS_KEY: "s" };
  const ACCESS = { endpoint: "https://s3.test", accessKeyId: "a", secretAccessKey: "s", bucketPrefix: "firstlight-" };
  test.each([
    ["everything", [], { target: null, ...ACCESS }],
    ["of a host", ["--host", "a"], { target: { host: "a" }, ...ACCESS }],
    ["of a source", ["--source=https://a/b"], { target: { source: "https://a/b" }, ...ACCESS }],
    ["other buckets", ["--bucket-prefix", "my-"], { target: null, ...ACCESS, bucketPrefix: "my-" }],
    ["another endpoint", ["--s3-endpoint", "http://b"], { target: null, ...ACCESS, endpoint: "http://b" }],
  ])("%s, without the Worker's endpoint and secret", (_, argv, value) => {
    expect(parsePurgeArguments(["--list", ...argv], S3)).toEqual({ ok: true, value: { mode: "list", ...value } });
  });
  test.each([
    ["a prefix", ["--prefix", "https://a/"], "--list takes one --source or one --host"],
    ["two targets", ["--host", "a", "--source", "https://a/"], "--list takes one --source or one --host"],
    ["a block", ["--host", "a", "--block"], "--list and --block exclude each other"],
    ["a dry run", ["--dry-run"], "--list and --dry-run exclude each other"],
    ["the Worker's endpoint", ["--endpoint", "https://a"], "--endpoint does not go with --list"],
    ["an endpoint that is no URL", ["--s3-endpoint", "s3.test"], "--s3-endpoint cannot be s3.test"],
  ])("%s is refused", (_, argv, problem) => {
    const parsed = parsePurgeArguments(["--list", ...argv], S3);
    expect(parsed).toEqual({ ok: false, problems: [expect.stringContaining(problem)] });
  });
});
