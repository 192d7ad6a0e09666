/** What a run looks like on a terminal, and as lines of JSON elsewhere. */
import { describe, expect, test } from "vitest";
import type { HostStatus } from "../../../../src/catalogue/feed/feedStatus.ts";
import { statusOf } from "../../../../src/catalogue/feed/feedStatus.ts";
import { NOTHING_DONE, newHost } from "../../../../src/catalogue/feed/hostRecord.ts";
import { newRun } from "../../../../src/catalogue/feed/runRecord.ts";
import { jobPace } from "../../../../src/catalogue/jobPace.ts";
import { DEFAULT_SETTINGS, type Run } from "../../../../src/catalogue/run.ts";
import { lengthOf, linesOf, screenOf, summaryOf, warningOf } from "../../../../src/cli/catalogue/screen.ts";
import { type CatalogueStatus, statusAnswer } from "../../../../src/handlers/catalogue/answer.ts";

const RUN: Run = { v: 1, run: "first", createdAt: 0, settings: DEFAULT_SETTINGS, hosts: 2, parts: 2, pictures: 400 };
const PLACE = { origin: "https://img.test", region: "enam" };

function status(): CatalogueStatus {
  const run = {
    ...newRun("first", DEFAULT_SETTINGS, PLACE, 1_000),
    hosts: 2,
    finished: 1,
    pictures: 400,
    listed: true,
  };
  const entry = { host: "slow.test", first: 0, parts: 1, pictures: 300 };
  const tally = {
    ...NOTHING_DONE,
    done: 60,
    counts: { stored: 57, "not-found": 3 },
    reasons: { source_missing: 3 },
    operations: { r2Write: 1_000_000 },
  };
  const open = { ...newHost("first", 0, "0".repeat(16), entry, 2, 1_000), tally, trouble: "source_timeout" };
  const done = { ...NOTHING_DONE, done: 100, counts: { stored: 100 } };
  const feed = statusOf({ ...run, tally: done }, [open], [{ host: "done.test", pictures: 100, tally: done }], () =>
    jobPace(null, 300),
  );
  return statusAnswer(RUN, [feed]);
}

describe("the answer", () => {
  test("adds up the hosts that are open and those that are finished", () => {
    expect(status()).toMatchObject({
      ...{ state: "running", pictures: 400, done: 160, hosts: 2, hostsDone: 1, secondsLeft: 120, dollars: 4.5 },
      ...{ counts: { stored: 157, "not-found": 3 }, reasons: { source_missing: 3 } },
    });
    expect(status().perHost.map(({ host }: HostStatus) => host)).toEqual(["slow.test", "done.test"]);
  });

  test.each<[string, Parameters<typeof statusAnswer>[1], string]>([
    ["no feed knows it", [], "ready"],
    [
      "a feed is paused",
      [{ run: { ...newRun("first", DEFAULT_SETTINGS, PLACE, 0), state: "paused" }, tally: NOTHING_DONE, hosts: [] }],
      "paused",
    ],
    [
      "every feed is at its end",
      [{ run: { ...newRun("first", DEFAULT_SETTINGS, PLACE, 0), endedAt: 5 }, tally: NOTHING_DONE, hosts: [] }],
      "done",
    ],
  ])("%s: %s", (_, feeds, state) => {
    expect(statusAnswer(RUN, feeds).state).toBe(state);
  });
});

describe("the screen", () => {
  test("a bar, the rate, statuses, errors by reason, and the slowest hosts", () => {
    const lines = linesOf(status(), 100);
    expect(lines[0]).toContain("first running  [############------------------] 40.0 %  160 of 400");
    expect(lines.join("\n")).toContain("errors: source_missing 3");
    expect(lines.at(-1)).toMatch(/^ {2}slow\.test .* 60\/300 +2\.0\/s 2 min {2}source_timeout$/);
    expect(linesOf(status(), 40).every(({ length }) => length <= 40)).toBe(true);
  });

  test.each([
    [
      "all",
      160,
      { source_not_allowed: 160 },
      /refused: 160, all so far \(source_not_allowed 160\)\. Put the hosts into ALLOWED_SOURCES/,
    ],
    [
      "all, for another reason",
      160,
      { address_private: 160 },
      /Correct what the reason says, then: .* retry first --status refused$/,
    ],
    ["all but one", 159, { source_not_allowed: 159 }, null],
    ["none", 0, {}, null],
  ] as const)("refused: %s", (_, refused, reasons, text) => {
    const refusing = { ...status(), counts: { refused }, reasons };
    const { warning } = warningOf(refusing);
    if (text === null) expect(warning).toBeUndefined();
    else expect(warning).toMatch(text);
    const lines = linesOf(refusing, 60);
    expect(lines.every(({ length }) => length <= 60)).toBe(true);
    expect(lines.join(" ").includes(`--status refused`)).toBe(text !== null);
    const written: string[] = [];
    screenOf({ write: (line: string) => written.push(line) > 0 }).show(refusing, 1);
    expect(JSON.parse(written[0] ?? "").warning).toBe(warning);
  });

  test("a terminal is drawn over, anything else gets a line of JSON", () => {
    const written: string[] = [];
    const out = (isTTY: boolean) => ({ isTTY, columns: 80, write: (text: string) => written.push(text) > 0 });
    const terminal = screenOf(out(true));
    terminal.show(status(), 0);
    terminal.show(status(), 0);
    expect(written[1]?.startsWith(`\x1b[${linesOf(status(), 80).length}A\x1b[J`)).toBe(true);
    screenOf(out(false)).show(status(), 7);
    expect(JSON.parse(written[2] ?? "")).toMatchObject({
      at: 7,
      done: 160,
      slowest: [{ host: "slow.test", trouble: "source_timeout" }],
    });
  });

  test.each([
    [null, "?"],
    [1, "1 s"],
    [119, "119 s"],
    [120, "2 min"],
    [7_199, "120 min"],
    [7_200, "2 h"],
    [47 * 3_600, "47 h"],
    [51 * 3_600, "2 d 3 h"],
  ])("%s seconds are %s", (seconds, text) => {
    expect(lengthOf(seconds)).toBe(text);
  });
});

test("the summary says what became of a run in plain words", () => {
  const ended = { ...status(), done: 400, startedAt: 1_000, endedAt: 66_000, dollars: 4.5 };
  expect(summaryOf(ended)).toBe(
    "Run first: 400 of 400 pictures of 2 hosts in 65 s. By status: stored 157  not-found 3. " +
      "Its operations cost $4.50 at list prices.",
  );
  expect(summaryOf({ ...ended, endedAt: null })).toContain("of 2 hosts. By status");
});

test("a host that was given up is named, with what to do", () => {
  const all = status();
  const perHost = all.perHost.map((one) => (one.host === "done.test" ? { ...one, trouble: "part-damaged" } : one));
  expect(warningOf({ ...all, perHost }).warning).toBe(
    "given up: done.test. A part of the pictures cannot be read. Restore catalogue/first/parts, " +
      "then: npm run catalogue -- retry first",
  );
});
