import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { benchNames, readArguments } from "../../bench/main.ts";

describe("bench dispatcher", () => {
  const rows = [
    { line: "warmer", name: "warmer", json: null, rest: [] },
    { line: "warmer --quick", name: "warmer", json: null, rest: ["--quick"] },
    { line: "--json out.json warmer --quick", name: "warmer", json: "out.json", rest: ["--quick"] },
    {
      line: "warmer --quick --json out.json --runs 5",
      name: "warmer",
      json: "out.json",
      rest: ["--quick", "--runs", "5"],
    },
    { line: "--quick", name: null, json: null, rest: ["--quick"] },
  ];
  for (const { line, ...expected } of rows) {
    it(`reads "${line}"`, () => expect(readArguments(line.split(" "))).toEqual(expected));
  }

  it("refuses --json without a file", () => {
    expect(() => readArguments(["warmer", "--json"])).toThrow("--json needs a file name");
    expect(() => readArguments(["warmer", "--json", "--quick"])).toThrow("--json needs a file name");
  });

  it("names the folders with a main.ts, and no other", () => {
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    mkdirSync(join(folder, "engine"));
    writeFileSync(join(folder, "engine", "main.ts"), "");
    mkdirSync(join(folder, "empty"));
    expect(benchNames(folder)).toEqual(["engine"]);
    rmSync(folder, { recursive: true });
  });

  it("exits with 2 and lists the benches when the name is unknown", () => {
    const run = spawnSync(process.execPath, ["bench/main.ts", "nonsense"], { encoding: "utf8" });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain('no bench "nonsense"');
    expect(run.stderr).toContain("usage: npm run bench -- NAME");
  });
});
