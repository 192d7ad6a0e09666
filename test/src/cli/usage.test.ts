import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

describe.each(["backfill", "edge", "purge", "sign"])("npm run %s", (program) => {
  const run = (...args: readonly string[]) =>
    spawnSync(process.execPath, [`src/cli/${program}.ts`, ...args], {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "" },
    });
  test("--help among other words: the usage on standard output, exit 0", () => {
    const { status, stdout, stderr } = run("--nonsense", "--help");
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(`^Usage: npm run ${program} -- `), ""]);
  });
  test("a word nobody knows: a line, the usage, exit 2, no stack", () => {
    const { status, stdout, stderr } = run("--nonsense", "x");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^Unknown argument --nonsense/);
    expect(stderr).toContain(`\nUsage: npm run ${program} -- `);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
