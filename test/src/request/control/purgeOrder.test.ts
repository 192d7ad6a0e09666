import { describe, expect, test } from "vitest";
import { Failure } from "../../../../src/errors.ts";
import { readPurgeOrder } from "../../../../src/request/control/purgeOrder.ts";

describe("readPurgeOrder", () => {
  test.each([
    ["a source, canonical", { source: "HTTPS://A.test/b#c" }, { kind: "source", source: "https://a.test/b" }],
    ["a prefix", { prefix: "https://a.test/b" }, { kind: "prefix", prefix: "https://a.test/b", host: "a.test" }],
    ["a host", { host: "A.test" }, { kind: "host", host: "a.test" }],
    ["a host with a port", { host: "a.test:8080" }, { kind: "host", host: "a.test:8080" }],
    ["a host with HTTPS's own port", { host: "a.test:443" }, { kind: "host", host: "a.test" }],
    ["a path", { path: "/unsafe/w:1/aHR0" }, { kind: "path", path: "/unsafe/w:1/aHR0" }],
  ])("%s", (_, body, target) =>
    expect(readPurgeOrder(body)).toEqual({ target, block: null, stale: false, cursor: null }),
  );

  test("block and cursor", () => {
    expect(readPurgeOrder({ host: "a.test", block: true, cursor: "x" })).toMatchObject({ block: true, cursor: "x" });
    expect(readPurgeOrder({ source: "https://a.test/", block: false })).toMatchObject({ block: false });
  });

  test.each([
    ["a source", { source: "https://a.test/" }],
    ["a prefix", { prefix: "https://a.test/" }],
    ["a host", { host: "a.test" }],
    ["a path", { path: "/x" }],
  ])("%s can be marked stale", (_, body) => {
    expect(readPurgeOrder({ ...body, stale: true })).toMatchObject({ stale: true, block: null, cursor: null });
  });

  test.each([
    ["a mark that is none", { host: "a.test", stale: 1 }, "stale must be"],
    ["blocked and stale", { host: "a.test", stale: true, block: false }, "exclude each other"],
    ["a stale maker", { maker: "1-a1", stale: true }, "a maker cannot be marked stale"],
    ["a mark with a cursor", { host: "a.test", stale: true, cursor: "x" }, "has no cursor"],
    ["nothing", {}, "one of source, prefix, host, maker, path is needed"],
    ["two targets", { host: "a.test", path: "/x" }, "one of source"],
    ["a number", { host: 1 }, "host must be a text"],
    ["an empty text", { host: "" }, "host must be a text"],
    ["a host that is a URL", { host: "https://a.test" }, "is none"],
    ["a host with a path", { host: "a.test/b" }, "is none"],
    ["a host with a user", { host: "u@a.test" }, "is none"],
    ["a path without a slash", { path: "x" }, "path must begin with /"],
    ["block that is none", { host: "a.test", block: "yes" }, "block must be"],
    ["a blocked prefix", { prefix: "https://a.test/", block: true }, "only a source or a host"],
    ["a blocked path", { path: "/x", block: false }, "only a source or a host"],
    ["a cursor that is none", { host: "a.test", cursor: 1 }, "cursor must be"],
  ])("%s is refused", (_, body, why) => {
    try {
      readPurgeOrder(body);
      expect.unreachable();
    } catch (error) {
      expect(error instanceof Failure && [error.reason, error.facts.why]).toEqual([
        "body_invalid",
        expect.stringContaining(why),
      ]);
    }
  });
  test("a source that is no URL", () => expect(() => readPurgeOrder({ source: "a.jpg" })).toThrow("source_invalid"));
});
