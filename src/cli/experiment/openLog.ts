/** Reads the log of one experiment from a file, and says in words why a file is of no use. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { counted } from "../counted.ts";
import { type ExperimentLog, readLog } from "./readLog.ts";

/** The message is for people. */
export class UnusableFile extends Error {}

/** `experiment`: null = the only one of the log. Throws UnusableFile, also for a log without a session. */
export function openLog(file: string, experiment: string | null): ExperimentLog {
  const log = readLog(textOf(file).split("\n"), experiment);
  const names = log.experiments.map((name) => (name === "" ? "one without a name" : name));
  if (experiment === null && names.length > 1) {
    const all = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
    const many = names.length === 2 ? "two" : names.length;
    throw new UnusableFile(`${file} has ${many} experiments, ${all}: name one with --experiment`);
  }
  if (experiment !== null && names.length > 0 && !log.experiments.includes(experiment)) {
    throw new UnusableFile(`${file} has no experiment ${experiment}; it has ${names.join(", ")}`);
  }
  if (log.sessions.length === 0) {
    const what = `${file} has no line of firstlight/experiment ("kind":"assigned")`;
    throw new UnusableFile(`${what}: 0 sessions, ${ignoredText(log)}. Is it the right file?`);
  }
  return log;
}

/** `2 lines ignored (the first is line 74: no JSON object)` */
export function ignoredText({ ignored, firstIgnored }: Pick<ExperimentLog, "ignored" | "firstIgnored">): string {
  const text = `${counted(ignored, "line")} ignored`;
  return firstIgnored === null ? text : `${text} (the first is line ${firstIgnored.line}: ${firstIgnored.why})`;
}

/** What is wrong with a file that is to be written; null = nothing. */
export function outProblem(file: string): string | null {
  const folder = dirname(file);
  if (!existsSync(folder)) return `--out cannot be ${file}: there is no folder ${folder}`;
  const isFolder = statSync(folder).isDirectory();
  if (!isFolder) return `--out cannot be ${file}: ${folder} is no folder`;
  return existsSync(file) && statSync(file).isDirectory() ? `--out cannot be ${file}: it is a folder` : null;
}

const WORDS = { ENOENT: "no such file", EISDIR: "it is a folder", EACCES: "this user may not read it" } as const;

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw new UnusableFile(
      `${file}: ${Object.hasOwn(WORDS, code) ? WORDS[code as keyof typeof WORDS] : `cannot be read (${code})`}`,
    );
  }
}
