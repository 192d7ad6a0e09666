import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { readLog } from "../../../../src/cli/experiment/readLog.ts";
import { runExperiment } from "../../../../src/cli/experiment.ts";
import { assign } from "../../../../src/client/experiment.ts";
import { choices } from "../../../support/seeded.ts";

const folder = mkdtempSync(join(tmpdir(), "firstlight-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let [said, complained] = ["", ""];
beforeEach(() => {
  [said, complained] = ["", ""];
  vi.spyOn(console, "error").mockImplementation((line: string) => {
    complained += `${line}\n`;
  });
  vi.spyOn(console, "log").mockImplementation((line: string) => {
    said += `${line}\n`;
  });
});

/** A log of 3 000 sessions in which mates are clicked `factor` times as often. */
function logText(factor: number, fair = true): string {
  const { chance } = choices(3);
  const lines: string[] = [];
  for (let i = 0; i < 3_000; i++) {
    const session = `s${i}`;
    const base = { experiment: "m", key: "k", query: "q", session, results: [{ id: "<a>" }, { id: "b" }] };
    const { log, arm, slots } = assign({
      ...base,
      mateOf: ({ id }) => ({ cluster: `c${id}`, mate: { id: `${id}2` } }),
    });
    if (log === null || (!fair && arm === "mate" && i % 3 === 0)) continue;
    lines.push(log);
    for (const { shown: picture } of slots) {
      if (chance(0.1 * (arm === "mate" ? factor : 1)))
        lines.push(JSON.stringify({ kind: "click", session, query: "q", picture }));
    }
  }
  return lines.join("\n");
}

const fileOf = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("report", () => {
  test("finds a difference that is there, and draws a page", () => {
    const out = join(folder, "out.html");
    expect(runExperiment(["report", fileOf("more", logText(2)), "--planned", "3000", "--out", out])).toBe(0);
    expect(said).toContain("Mates are clicked more often");
    const page = readFileSync(out, "utf8");
    expect(page).toContain("&#60;a&#62;");
    expect(page).not.toContain("<a>");
    expect(page).not.toMatch(/<script|https?:/);
    expect(page.match(/<svg/g)).toHaveLength(2);
  });
  test("finds none where there is none", () => {
    expect(runExperiment(["report", fileOf("same", logText(1)), "--planned", "3000"])).toBe(0);
    expect(said).toContain("No difference was found");
  });
  test("does not decide before the planned size", () => {
    runExperiment(["report", fileOf("same", logText(1)), "--planned", "9000"]);
    expect(said).toContain("Not decided");
  });
  test("believes nothing of a draw that was not fair", () => {
    expect(runExperiment(["report", fileOf("unfair", logText(2, false)), "--planned", "3000"])).toBe(1);
    expect(said).toContain("not that of a fair draw");
    expect(said).not.toContain("difference");
  });
});

describe("a file that is of no use ends with 2 and says why", () => {
  const line = (experiment: string, session: string, arm = "mate") =>
    JSON.stringify({ kind: "assigned", experiment, session, query: "q", arm, slots: [{ cluster: "c", shown: arm }] });
  const click = (session: string) => JSON.stringify({ kind: "click", session, query: "q", picture: "mate" });
  const two = [line("mates-1", "s"), line("mates-2", "t", "original"), line("mates-2", "u"), click("s"), click("u")];
  test.each([
    ["empty", "", `0 sessions, 0 lines ignored. Is it the right file?`],
    ["onlyClicks", `${click("s")}\n`, "0 sessions, 1 line ignored (the first is line 1: a click on a picture"],
    ["two", two.join("\n"), "has two experiments, mates-1 and mates-2: name one with --experiment"],
    ["three", [...two, line("x", "v")].join("\n"), "has 3 experiments, mates-1, mates-2 and x: name one"],
    ["oneArm", line("mates-1", "s"), "has 1 session, and none was shown the original yet"],
  ])("%s", (name, text, why) => {
    expect(runExperiment(["report", fileOf(name, text), "--planned", "100"])).toBe(2);
    expect(complained).toContain(join(folder, name));
    expect(complained).toContain(why);
    expect(runExperiment(["plan", "--from", "0.1", "--to", "0.2", join(folder, name)])).toBe(2);
    expect(said).toBe("");
  });
  test.each([
    ["nothere.jsonl", "nothere.jsonl: no such file\n"],
    ["", ": it is a folder\n"],
  ])("the file %j", (name, why) => {
    expect(runExperiment(["report", join(folder, name), "--planned", "100"])).toBe(2);
    expect(complained).toContain(why);
  });
  test("one of two experiments counts with its clicks, and the other's clicks are not called ignored", () => {
    const file = fileOf("two", two.join("\n"));
    expect(runExperiment(["report", file, "--planned", "100", "--experiment", "mates-2"])).toBe(0);
    expect(said).toContain(
      "2 sessions of 100; the split has z 0.00; 0 lines ignored\noriginals 0.000 %, mates 100.000 %",
    );
    expect(runExperiment(["report", file, "--planned", "100", "--experiment", "mates-3"])).toBe(2);
    expect(complained).toContain("has no experiment mates-3; it has mates-1, mates-2");
  });
  test("a log without a click has figures, and no NaN", () => {
    const out = join(folder, "silent.html");
    const file = fileOf("silent", [line("m", "s"), line("m", "t", "original")].join("\n"));
    expect(runExperiment(["report", file, "--planned", "2", "--looks", "2", "--out", out])).toBe(0);
    expect(runExperiment(["plan", "--from", "0.1", "--to", "0.2", file])).toBe(0);
    expect(said + readFileSync(out, "utf8")).not.toContain("NaN");
  });
});

describe("a wrong command line", () => {
  const SIZE = ["--icc", "0.02", "--views", "4"];
  const RATES = ["--from", "0.1", "--to", "0.2"];
  test.each([
    [
      ["plan", "--from", "2", "--to", "2.2", ...SIZE],
      "--from cannot be 2: from 0.000001 to 0.99, a share, such as 0.02",
    ],
    [["plan", ...RATES], "Give a LOG, or --icc and --views\nUsage"],
    [["plan", ...RATES, "--icc", "0.02"], "--views is needed\nUsage"],
    [["report", "log", "--planned", "9", "--out", join(folder, "no", "x.html")], "x.html: there is no folder"],
    [["report", "log", "--planned", "9", "--out", folder], ": it is a folder"],
  ])("%j", (argv, why) => {
    const exit = vi.spyOn(process, "exit").mockImplementation(() => {
      throw new Error("exit");
    });
    expect(() => runExperiment(argv)).toThrow("exit");
    expect(exit).toHaveBeenCalledWith(2);
    exit.mockRestore();
    expect(complained).toContain(why);
  });
});

describe("the log", () => {
  const list = (session: string, arm: string, shown: string) =>
    JSON.stringify({ kind: "assigned", session, query: "q", arm, slots: [{ cluster: "c", shown }] });
  const click = (session: string, picture: string) => JSON.stringify({ kind: "click", session, query: "q", picture });
  test("a list counts once, and so does a click", () => {
    const log = readLog([list("s", "mate", "m"), list("s", "mate", "m"), click("s", "m"), click("s", "m")]);
    expect(log.sessions).toEqual([{ views: [0, 1], clicks: [0, 1] }]);
    expect(log.assigned).toEqual([[0, 1]]);
  });
  test("what is no line of it, and clicks on what was not shown, are counted and left alone", () => {
    const log = readLog([list("s", "original", "o"), click("s", "m"), click("t", "o"), "{", "[]", '{"kind":"other"}']);
    expect(log.ignored).toBe(5);
    expect(log.firstIgnored).toEqual({ line: 2, why: "a click on a picture that no list before it has shown" });
    expect(log.sessions).toEqual([{ views: [1, 0], clicks: [0, 0] }]);
  });
});

describe("plan", () => {
  test("multiplies by what sessions and looks cost", () => {
    runExperiment(["plan", "--from", "0.02", "--to", "0.022", "--icc", "0.02", "--views", "4", "--cv", "0.8"]);
    expect(said).toContain("80679 views an arm");
    expect(said).toContain("= 92161 views an arm, 46081 sessions");
  });
  test("takes the shape of sessions from a log", () => {
    expect(runExperiment(["plan", "--from", "0.1", "--to", "0.12", fileOf("same", logText(1))])).toBe(0);
    expect(said).toContain("sessions of 2.0 views");
  });
});
