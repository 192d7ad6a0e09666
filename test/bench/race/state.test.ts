import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { readState, writeState } from "../../../bench/race/run/state.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "firstlight-race-state-"));
  folders.push(folder);
  return join(folder, "state.json");
}

test("a run goes on where the last one has stopped", () => {
  const file = newFile();
  const begun = readState(file, "abc", 1);
  expect(begun.places).toEqual({});
  writeState(file, { ...begun, places: { SIN: {} } });
  expect(Object.keys(readState(file, "abc", 1).places)).toEqual(["SIN"]);
});

test("figures of another commit or seed are not mixed in", () => {
  const file = newFile();
  writeState(file, readState(null, "abc", 1));
  expect(() => readState(file, "abd", 1)).toThrow(/commit abc and seed 1, and this is commit abd and seed 1/);
  expect(() => readState(file, "abc", 2)).toThrow(/name another file/);
});

test("without a file nothing is kept", () => {
  writeState(null, readState(null, "abc", 1));
  expect(readState(null, "abc", 1).places).toEqual({});
});
