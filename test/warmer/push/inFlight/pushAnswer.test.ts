import { describe, expect, test } from "vitest";
import { PushAnswer } from "../../../../warmer/push/inFlight/pushAnswer.ts";
import { seeded } from "../../../support/warmer.ts";

const PATHS = ["/a", "/b", "/c"];
const FIRST = '{"accepted":3,"refused":[]}\n';
const line = (path: string, outcome: string, reason?: string): string =>
  `${JSON.stringify({ path, outcome, ...(reason === undefined ? {} : { reason }) })}\n`;
const ALL = `${FIRST}${line("/b", "made")}${line("/a", "present")}${line("/c", "failed", "source_404")}`;

/** Reads a body in pieces. Returns `index outcome reason` for each hint, in the order it was told. */
function read(body: string, length = body.length, paths: readonly string[] = PATHS) {
  const answer = new PushAnswer(paths);
  const told: string[] = [];
  const sink = (index: number, outcome: string, reason: string): void =>
    void told.push(`${index} ${outcome} ${reason}`.trim());
  for (let at = 0; at < body.length - length; at += length) answer.take(body.slice(at, at + length), sink);
  answer.finish(body, sink);
  return { told, answer };
}

describe("each hint has one outcome", () => {
  const unknown = ["0 unknown", "1 unknown", "2 unknown"];
  const rows = [
    ["a line for each path, in any order", ALL, ["1 made", "0 present", "2 failed source_404"]],
    ["the last line without a line feed", ALL.trimEnd(), ["1 made", "0 present", "2 failed source_404"]],
    [
      "blank lines keep the connection open",
      ALL.replaceAll("\n", "\n\n"),
      ["1 made", "0 present", "2 failed source_404"],
    ],
    ["an older edge: one object", '{"accepted":3,"refused":[]}', unknown],
    ["an empty body", "", unknown],
    ["not JSON", '<html>"reason"</html>', unknown],
    [
      "refused at once, then expired",
      `{"accepted":2,"refused":[{"path":"/b","reason":"blocked"}]}\n${line("/a", "expired")}`,
      ["1 refused blocked", "0 expired", "2 unknown"],
    ],
    [
      "refused later",
      `${FIRST}${line("/a", "refused", "over_limit")}`,
      ["0 refused over_limit", "1 unknown", "2 unknown"],
    ],
    [
      "a second outcome is ignored",
      `${FIRST}${line("/a", "made")}${line("/a", "failed", "x")}`,
      ["0 made", "1 unknown", "2 unknown"],
    ],
    ["a path that was not pushed", `${FIRST}${line("/z", "made")}`, unknown],
    ["a word that is no outcome", `${FIRST}${line("/a", "warmed")}`, unknown],
    ["an outcome before the first line", `${line("/a", "made")}${FIRST}`, unknown],
    [
      "a reason that does not look like a code",
      `${FIRST}${line("/a", "failed", "line\nbreak")}`,
      ["0 failed other", "1 unknown", "2 unknown"],
    ],
    ["no reason", `${FIRST}${line("/a", "failed")}`, ["0 failed other", "1 unknown", "2 unknown"]],
    ["made has no reason", `${FIRST}${line("/a", "made", "x")}`, ["0 made", "1 unknown", "2 unknown"]],
    [
      "lines that are no objects",
      `${FIRST}7\nnull\n[]\n"x"\n${line("/a", "made")}`,
      ["0 made", "1 unknown", "2 unknown"],
    ],
    ["refused is no list", '{"accepted":3,"refused":"reason"}', unknown],
    ["refused entries that are no objects", '{"accepted":1,"refused":[7,null,{"path":1},{}]}', unknown],
  ] as const;
  test.each(rows)("%s", (_name, body, told) => {
    expect(read(body).told).toEqual(told);
  });
  test.each(rows)("%s: any pieces give the same", (_name, body, told) => {
    for (let length = 1; length < body.length; length++) expect(read(body, length).told).toEqual(told);
  });
  test("a path with a quote and a backslash is the one that was pushed", () => {
    const path = '/a"b\\c';
    const written = JSON.stringify(path).slice(1, -1);
    expect(read(`${FIRST}${line(path, "made")}`, 9, [written]).told).toEqual(["0 made"]);
  });
  test("a path that was pushed twice has its outcome twice", () => {
    expect(read(`${FIRST}${line("/a", "made")}`, 9, ["/a", "/a"]).told).toEqual(["0 made", "1 made"]);
  });
  test("after 64 lines nothing is read", () => {
    const padding = line("/z", "made").repeat(62);
    expect(read(`${FIRST}${padding}${line("/a", "made")}`, 99, ["/a"]).told).toEqual(["0 made"]);
    expect(read(`${FIRST}${padding}${line("/z", "made")}${line("/a", "made")}`, 99, ["/a"]).told).toEqual([
      "0 unknown",
    ]);
  });
});

test("outcomes are told when their line is complete, and the first line acknowledges the push", () => {
  const answer = new PushAnswer(PATHS);
  const told: number[] = [];
  const take = (piece: string): void => answer.take(piece, (index) => told.push(index));
  take(FIRST.slice(0, 5));
  expect([answer.acknowledged, answer.unsettled]).toEqual([false, 3]);
  take(FIRST.slice(5));
  expect([answer.acknowledged, answer.unsettled, told]).toEqual([true, 3, []]);
  take(line("/c", "made").slice(0, -1));
  expect(told).toEqual([]);
  take("\n");
  expect([told, answer.unsettled]).toEqual([[2], 2]);
  answer.giveUp((index) => told.push(index));
  expect([told, answer.unsettled]).toEqual([[2, 0, 1], 0]);
});

test("any bytes: each hint ends exactly once, and nothing throws", () => {
  const random = seeded(11);
  for (let round = 0; round < 2_000; round++) {
    const bytes = [...ALL];
    for (let n = 0; n < 3; n++) bytes[Math.floor(random() * bytes.length)] = String.fromCharCode(random() * 256);
    const { told } = read(bytes.join(""), 1 + Math.floor(random() * 40));
    expect(told.map((text) => text[0]).sort()).toEqual(["0", "1", "2"]);
  }
});
