/** What is measured so far, in a file: a full run takes hours and may be stopped. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { TOP } from "../../../src/cli/edge/bundle.ts";
import type { ArmName } from "../arms.ts";
import type { CellResult } from "./cell.ts";

/** The results of a place by arm. */
export type PlaceCells = Readonly<Partial<Record<ArmName, CellResult>>>;

export type State = {
  readonly commit: string;
  readonly seed: number;
  readonly places: Readonly<Record<string, PlaceCells>>;
};

/**
 * The state in `file`, or a new one if there is no such file. Throws Error if the file was written at another commit or
 * with another seed: figures of two runs do not mix.
 */
export function readState(file: string | null, commit: string, seed: number): State {
  if (file === null || !existsSync(file)) return { commit, seed, places: {} };
  const state = JSON.parse(readFileSync(file, "utf8")) as State;
  if (state.commit !== commit || state.seed !== seed) {
    const then = `commit ${state.commit} and seed ${state.seed}`;
    throw new Error(`${file} has figures of ${then}, and this is commit ${commit} and seed ${seed}: name another file`);
  }
  return state;
}

/** Writes the state at once, so that a stop in between leaves the old one. Null: nothing is kept. */
export function writeState(file: string | null, state: State): void {
  if (file === null) return;
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

/** The commit of the checkout, with `+` if files differ from it; "unknown" outside of git. */
export function commitOf(): string {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: TOP, encoding: "utf8" }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "-uno") === "" ? "" : "+");
  } catch {
    return "unknown";
  }
}
