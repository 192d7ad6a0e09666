/** `npm run experiment -- plan|report …`: the size of an alternate-picture experiment, and what its log says. */
import { readFileSync, writeFileSync } from "node:fs";
import { readCommandLine } from "./commandLine.ts";
import { analyse } from "./experiment/analyse.ts";
import { boundaryFactor, MOST_LOOKS } from "./experiment/boundary.ts";
import { differenceOf } from "./experiment/difference.ts";
import { reportHtml } from "./experiment/html.ts";
import { type ExperimentLog, readLog } from "./experiment/readLog.ts";
import { designEffect, viewsPerArm } from "./experiment/sampleSize.ts";
import { verdictOf } from "./experiment/words.ts";
import { answerHelp, refuse } from "./usage.ts";

const USAGE = `Usage: npm run experiment -- plan --from RATE --to RATE [--looks 5] (LOG | --icc X --views V [--cv C])
       npm run experiment -- report LOG --planned SESSIONS [--looks 5] [--out FILE.html]
plan: how many views and sessions tell the two click rates apart (power 0.8, alpha 0.05 two-sided). How views of one session
go together comes from a LOG, or from --icc (their correlation), --views (mean views a session) and --cv (how uneven).
report: the difference with its interval, the check of the draw, and an HTML page. Exit code 1: the draw was not fair.
LOG is JSONL: the lines that firstlight/experiment gave, and {"kind":"click","session":…,"query":…,"picture":…}.`;

const NAMES = ["from", "to", "looks", "icc", "views", "cv", "planned", "out"] as const;

/** Runs the command. Gives the exit code. Prints on standard output. */
export function runExperiment(argv: readonly string[]): number {
  const line = readCommandLine(argv, { values: NAMES, words: true });
  const problems = [...line.problems];
  const number = (name: (typeof NAMES)[number], low: number, high: number, fallback?: number): number => {
    const text = line.values[name];
    if (text === undefined && fallback !== undefined) return fallback;
    const value = Number(text);
    if (text !== undefined && value >= low && value <= high) return value;
    problems.push(text === undefined ? `--${name} is needed` : `--${name} cannot be ${text}: from ${low} to ${high}`);
    return low;
  };
  const looks = Math.floor(number("looks", 1, MOST_LOOKS, 5));
  const [command, file] = line.rest.map(({ value }) => value);
  if (command === "plan") {
    const [from, to] = [number("from", 1e-6, 0.99), number("to", 1e-6, 0.99)];
    if (from === to && problems.length === 0) problems.push(`--from and --to are both ${from}: nothing to tell apart`);
    const given = () => {
      const views = number("views", 1, 1e6);
      return { views, effect: designEffect(views, number("cv", 0, 100, 0), number("icc", 0, 1)) };
    };
    const shape = file === undefined ? given() : shapeOf(logOf(file));
    if (problems.length > 0) refuse(USAGE, ...problems);
    console.log(planText(from, to, looks, shape));
    return 0;
  }
  if (command !== "report") refuse(USAGE, `No command ${command ?? ""}; there are plan and report`);
  const planned = number("planned", 1, 1e9);
  if (file === undefined) problems.push("No log is named");
  if (problems.length > 0) refuse(USAGE, ...problems);
  const log = logOf(file ?? "");
  const analysis = analyse(log, planned, looks);
  const { sessions, rates, difference, low, high, splitZ, isFair } = analysis;
  console.log(verdictOf(analysis));
  console.log(`${sessions} sessions of ${planned}; the split has z ${splitZ.toFixed(2)}; ${log.ignored} lines ignored`);
  if (isFair) {
    const [original, mate, gap, from, to] = [...rates, difference, low, high].map((rate) => (100 * rate).toFixed(3));
    console.log(`originals ${original} %, mates ${mate} %, difference ${gap} % (${from} to ${to})`);
  }
  const { out } = line.values;
  if (out !== undefined) writeFileSync(out, reportHtml(file ?? "", analysis, planned));
  return isFair ? 0 : 1;
}

type Shape = { readonly views: number; readonly effect: number };

export function planText(from: number, to: number, looks: number, { views, effect }: Shape): string {
  const plain = viewsPerArm(from, to);
  const factor = boundaryFactor(looks);
  const needed = Math.ceil(plain * effect * factor);
  return [
    `${plain} views an arm, if every view were independent`,
    `x ${effect.toFixed(3)} design effect of sessions`,
    `x ${factor} for ${looks} looks`,
    `= ${needed} views an arm, ${Math.ceil((2 * needed) / views)} sessions of ${views.toFixed(1)} views`,
  ].join("\n");
}

function shapeOf({ sessions }: ExperimentLog): Shape {
  const { designEffect: effect, views } = differenceOf(sessions);
  return { views: (views[0] + views[1]) / sessions.length, effect: Math.max(1, effect) };
}

function logOf(file: string): ExperimentLog {
  return readLog(
    readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  );
}

if (process.argv[1] === import.meta.filename) {
  answerHelp(USAGE, process.argv.slice(2));
  process.exitCode = runExperiment(process.argv.slice(2));
}
