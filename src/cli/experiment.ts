/** `npm run experiment -- plan|report …`: the size of an alternate-picture experiment, and what its log says. */
import { writeFileSync } from "node:fs";
import { type CommandLine, readCommandLine } from "./commandLine.ts";
import { counted } from "./counted.ts";
import { analyse } from "./experiment/analyse.ts";
import { boundaryFactor, MOST_LOOKS } from "./experiment/boundary.ts";
import { differenceOf } from "./experiment/difference.ts";
import { reportHtml } from "./experiment/html.ts";
import { ignoredText, openLog, outProblem, UnusableFile } from "./experiment/openLog.ts";
import type { ExperimentLog } from "./experiment/readLog.ts";
import { designEffect, viewsPerArm } from "./experiment/sampleSize.ts";
import { verdictOf } from "./experiment/words.ts";
import { answerHelp, refuse } from "./usage.ts";

const USAGE = `Usage: npm run experiment -- plan --from RATE --to RATE [--looks 5] (LOG | --icc X --views V [--cv C])
       npm run experiment -- report LOG --planned SESSIONS [--looks 5] [--out FILE.html]
plan: how many views and sessions tell the two click rates apart (power 0.8, alpha 0.05 two-sided). RATE is a share: 0.02 is 2 %.
How views of one session go together comes from a LOG, or from --icc (the correlation of their clicks; 0.02 is a guess if
you know nothing), --views (mean views a session) and --cv (how uneven the sessions are).
report: the difference with its interval, the check of the draw, and an HTML page. Exit code 1: the draw was not fair.
--planned is the number of sessions that plan printed. --looks is how often you look at the log on the way.
LOG is JSONL: the lines that firstlight/experiment gave, and {"kind":"click","session":…,"query":…,"picture":…}.
--experiment NAME chooses one of the experiments of a LOG that has several.`;

const NAMES = ["from", "to", "looks", "icc", "views", "cv", "planned", "out", "experiment"] as const;
const SHARE = ", a share, such as 0.02 for 2 %";

type Line = CommandLine<(typeof NAMES)[number], never>;
type NumberOf = (name: (typeof NAMES)[number], low: number, high: number, fallback?: number, what?: string) => number;

/** Runs the command. Gives the exit code. Prints on standard output, and what is wrong with a file on standard error. */
export function runExperiment(argv: readonly string[]): number {
  const line = readCommandLine(argv, { values: NAMES, words: true });
  const problems = [...line.problems];
  const number: NumberOf = (name, low, high, fallback, what = "") => {
    const text = line.values[name];
    if (text === undefined && fallback !== undefined) return fallback;
    const value = Number(text);
    if (text !== undefined && value >= low && value <= high) return value;
    const limits = `from ${low} to ${high}${what}`;
    problems.push(text === undefined ? `--${name} is needed` : `--${name} cannot be ${text}: ${limits}`);
    return low;
  };
  const command = line.rest[0]?.value ?? "";
  if (command !== "plan" && command !== "report") {
    return refuse(USAGE, `No command ${command}; there are plan and report`);
  }
  try {
    return command === "plan" ? plan(line, number, problems) : report(line, number, problems);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    console.error(error.message);
    return 2;
  }
}

function plan({ values, rest }: Line, number: NumberOf, problems: string[]): number {
  const looks = Math.floor(number("looks", 1, MOST_LOOKS, 5));
  const rate = (name: "from" | "to") => number(name, 1e-6, 0.99, undefined, SHARE);
  const [from, to] = [rate("from"), rate("to")];
  if (from === to && problems.length === 0) problems.push(`--from and --to are both ${from}: nothing to tell apart`);
  const file = rest[1]?.value;
  const given = () => {
    const views = number("views", 1, 1e6);
    return { views, effect: designEffect(views, number("cv", 0, 100, 0), number("icc", 0, 1)) };
  };
  const isShapeless = file === undefined && values.icc === undefined && values.views === undefined;
  if (isShapeless) problems.push("Give a LOG, or --icc and --views");
  const named = file !== undefined || isShapeless ? null : given();
  if (problems.length > 0) return refuse(USAGE, ...problems);
  console.log(planText(from, to, looks, named ?? shapeOf(file ?? "", values.experiment ?? null)));
  return 0;
}

function report({ values: { out, experiment }, rest }: Line, number: NumberOf, problems: string[]): number {
  const looks = Math.floor(number("looks", 1, MOST_LOOKS, 5));
  const planned = number("planned", 1, 1e9);
  const file = rest[1]?.value;
  if (file === undefined) problems.push("No log is named");
  const outText = out === undefined ? null : outProblem(out);
  if (outText !== null) problems.push(outText);
  if (problems.length > 0 || file === undefined) return refuse(USAGE, ...problems);
  const log = openLog(file, experiment ?? null);
  const analysis = analyse(log, planned, looks);
  const { sessions, rates, difference, low, high, splitZ, isFair } = analysis;
  if (isFair) checkArms(file, log);
  console.log(verdictOf(analysis));
  const split = `the split has z ${splitZ.toFixed(2)}`;
  console.log(`${counted(sessions, "session")} of ${planned}; ${split}; ${ignoredText(log)}`);
  if (isFair) {
    const [original, mate, gap, from, to] = [...rates, difference, low, high].map((rate) => (100 * rate).toFixed(3));
    console.log(`originals ${original} %, mates ${mate} %, difference ${gap} % (${from} to ${to})`);
  }
  if (out !== undefined) writeFileSync(out, reportHtml(file, analysis, planned));
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

function shapeOf(file: string, experiment: string | null): Shape {
  const log = openLog(file, experiment);
  checkArms(file, log);
  const { designEffect: effect, views } = differenceOf(log.sessions);
  return { views: (views[0] + views[1]) / log.sessions.length, effect: Math.max(1, effect) };
}

/** Without a view in one arm there is nothing to compare. Throws UnusableFile. */
function checkArms(file: string, { sessions }: ExperimentLog): void {
  const [originals, mates] = differenceOf(sessions).views;
  if (originals > 0 && mates > 0) return;
  const missing = originals === 0 ? "original" : "mate";
  throw new UnusableFile(`${file} has ${counted(sessions.length, "session")}, and none was shown the ${missing} yet`);
}

if (process.argv[1] === import.meta.filename) {
  answerHelp(USAGE, process.argv.slice(2));
  process.exitCode = runExperiment(process.argv.slice(2));
}
