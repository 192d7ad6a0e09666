/** What `--help` of a subcommand says: what it is for, and every name that it takes. */
import { afterEach, expect, test, vi } from "vitest";
import type { Command } from "../../../../src/cli/catalogue/command.ts";
import { LIKENESS } from "../../../../src/cli/catalogue/likeness.ts";
import { RECOGNISE } from "../../../../src/cli/catalogue/recognise.ts";

afterEach(() => void vi.restoreAllMocks());

const ROWS: readonly (readonly [name: string, command: Command, first: RegExp, parts: readonly string[]])[] = [
  [
    "recognise",
    RECOGNISE,
    /^Sends stored pictures of RUN to a recognition service/,
    ["It costs money", "views>=N", "provider, source, license, creator", "--concurrency: how many"],
  ],
  [
    "likeness",
    LIKENESS,
    /^Finds copies among the pictures of a run by their hashes, and clusters them\.\n/,
    ["--k: for each picture", "(20, up to 100)", "--threads: threads of this machine", "--concurrency: how many"],
  ],
];

test.each(ROWS)("%s", async (_, { usage, run }, first, parts) => {
  expect(usage).toMatch(first);
  for (const part of parts) expect(usage).toContain(part);
  let complained = "";
  vi.spyOn(console, "error").mockImplementation((text: string) => void (complained += text));
  vi.spyOn(process, "exit").mockImplementation(() => {
    throw new Error("exit");
  });
  await run(["first", "--nonsense"], {}).catch(() => undefined);
  const [, known = ""] = /Unknown argument --nonsense; known are (.*)/.exec(complained) ?? [];
  const names = known.match(/--[a-z-0-9]+/g) ?? [];
  expect(names.length).toBeGreaterThan(9);
  for (const name of names) expect(usage).toContain(name);
});
