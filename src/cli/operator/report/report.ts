/** The operator's report: rows of Analytics Engine or of a log in, figures out. Pure. */
import { PRICES_READ } from "../../../catalogue/prices.ts";
import type { Row, Window } from "../ask/question.ts";
import type { QuestionName } from "../ask/questions.ts";
import { dollarsByItem, ITEMS, type ItemName, spendingOf } from "./dollars.ts";
import { type HintReport, hintReport } from "./hintReport.ts";
import { type HostRow, hostRows } from "./hosts.ts";

/** The answers to all questions about the window, and to `spending` about today so far. */
export type Answers = Readonly<Record<QuestionName, readonly Row[]>> & { readonly today: readonly Row[] };

/** What other doors say; null = they say nothing. */
export type Beside = {
  /** CPU milliseconds of the window and of today so far, as the platform has measured them. */
  readonly cpu: { readonly windowMs: number; readonly todayMs: number } | null;
  /** Why there is none; for the operator. */
  readonly cpuMissing: string;
  readonly weather: Report["weather"];
  readonly runs: readonly RunReport[];
  readonly deployment: string;
  /** See `Report`. Left out: null. */
  readonly resultsPage?: string | null;
};

/** The region map in force where it differs from the fixed table. */
export type Weather = { readonly version: number; readonly colos: Readonly<Record<string, string>> };

export type RunReport = {
  readonly run: string;
  readonly state: string;
  readonly done: number;
  readonly pictures: number;
  readonly dollars: number;
  readonly secondsLeft: number | null;
};

export type Dollars = {
  readonly name: ItemName;
  readonly label: string;
  readonly isEstimated: boolean;
  /** Per million views of readers in the window; null without any. */
  readonly perMillion: number | null;
  readonly today: number;
};

export type Report = {
  readonly window: Window;
  /** Unix ms. */
  readonly madeAt: number;
  /** How many points one may stand for; 1 = every point is there. */
  readonly sampling: number;
  readonly deployment: string;
  /** Requests of readers for pictures, errors included. */
  readonly views: number;
  /** Share of readers' pictures that a store had; null without any. */
  readonly hitRatio: number | null;
  readonly slots: readonly Slot[];
  readonly tiers: readonly Tiers[];
  readonly latency: readonly Latency[];
  readonly errors: readonly Counted[];
  readonly hosts: readonly HostRow[];
  readonly hints: HintReport;
  readonly jobs: readonly JobRow[];
  readonly runs: readonly RunReport[];
  readonly bytes: { readonly in: number; readonly out: number; readonly saved: number };
  readonly dollars: readonly Dollars[];
  readonly pricesRead: string;
  /** Null: the CPU time is the platform's own figure. */
  readonly cpuMissing: string | null;
  /** Null: the fixed table is in force. `unknown`: the deployment did not say. */
  readonly weather: Weather | "unknown" | null;
  /** The address of a page with the pictures that are counted here; null = there is no such page beside this one. */
  readonly resultsPage: string | null;
};

/** `at` in unix seconds; times in milliseconds. */
export type Slot = Readonly<Record<"at" | "requests" | "hits" | "made" | "p50" | "p95", number>>;
/** `answers`: what answered -> requests. */
export type Tiers = {
  readonly region: string;
  readonly requests: number;
  readonly hitRatio: number;
  readonly answers: Readonly<Record<string, number>>;
};
export type Latency = { readonly answer: string } & Readonly<Record<"requests" | "p50" | "p95" | "p99", number>>;
export type Counted = { readonly name: string; readonly count: number };
export type JobRow = { readonly door: string } & Readonly<Record<"jobs" | "failed" | "p50" | "p95", number>>;

const MADE: readonly string[] = ["miss", "derived"];

export function reportOf(answers: Answers, beside: Beside, window: Window, madeAt: number): Report {
  const pictures = answers.tiers.map(({ answer, requests }) => ({ answer: `${answer}`, requests: Number(requests) }));
  const views = total(answers.slots, "requests");
  const { cpu, cpuMissing } = measuredCpu(answers, beside);
  return {
    ...{ window, madeAt, views, deployment: beside.deployment },
    sampling: Math.max(1, total(answers.sampling, "interval")),
    hitRatio: hitRatioOf(pictures),
    slots: answers.slots.map(slotOf).sort((a, b) => a.at - b.at),
    tiers: tiersOf(answers.tiers),
    latency: answers.latency.map((row) => ({
      ...{ answer: `${row.answer}`, requests: Number(row.requests) },
      ...{ p50: Number(row.p50), p95: Number(row.p95), p99: Number(row.p99) },
    })),
    errors: answers.errors.map(({ reason, requests }) => ({ name: `${reason}`, count: Number(requests) })),
    hosts: hostRows(answers.hosts, answers.fetchTimes, answers.failures),
    hints: hintReport(answers.hints, answers.sampled, window.to * 1_000),
    jobs: jobsOf(answers.jobs),
    runs: beside.runs,
    bytes: {
      // Not those of the hosts, of which the page lists a part.
      in: total(answers.spending, "bytesIn"),
      out: total(answers.spending, "bytesOut"),
      saved: total(answers.spending, "bytesSaved"),
    },
    dollars: dollarsOfReport(answers, cpu, views),
    pricesRead: PRICES_READ,
    cpuMissing: cpu === null ? cpuMissing : null,
    weather: beside.weather,
    resultsPage: beside.resultsPage ?? null,
  };
}

/** The platform's figure. None at all for Workers that were asked is a figure of other Workers. */
function measuredCpu({ spending }: Answers, { cpu, cpuMissing }: Beside): Pick<Beside, "cpu" | "cpuMissing"> {
  if (cpu === null || cpu.windowMs > 0 || total(spending, "requests") === 0) return { cpu, cpuMissing };
  return { cpu: null, cpuMissing: "the platform knows no CPU time of Workers of these names; --script names others." };
}

function dollarsOfReport({ spending, today }: Answers, cpu: Beside["cpu"], views: number): readonly Dollars[] {
  const inWindow = dollarsByItem(spendingOf(spending, cpu?.windowMs ?? null));
  const soFar = dollarsByItem(spendingOf(today, cpu?.todayMs ?? null));
  return (Object.keys(ITEMS) as ItemName[]).map((name) => ({
    ...{ name, label: ITEMS[name].label, isEstimated: ITEMS[name].isEstimated || (name === "cpu" && cpu === null) },
    perMillion: views === 0 ? null : (inWindow[name] / views) * 1e6,
    today: soFar[name],
  }));
}

function hitRatioOf(rows: readonly { readonly answer: string; readonly requests: number }[]): number | null {
  const all = rows.reduce((sum, { requests }) => sum + requests, 0);
  const hits = rows.reduce((sum, { answer, requests }) => sum + (MADE.includes(answer) ? 0 : requests), 0);
  return all === 0 ? null : hits / all;
}

function tiersOf(rows: readonly Row[]): readonly Tiers[] {
  const byRegion = Map.groupBy(rows, ({ region }) => `${region}`);
  return [...byRegion]
    .map(([region, some]): Tiers => {
      const answers = some.map((row) => ({ answer: `${row.answer}`, requests: Number(row.requests) }));
      return {
        region,
        requests: total(some, "requests"),
        hitRatio: hitRatioOf(answers) ?? 0,
        answers: Object.fromEntries(answers.map(({ answer, requests }) => [answer, requests])),
      };
    })
    .sort((a, b) => b.requests - a.requests);
}

function slotOf(row: Row): Slot {
  const [requests, hits, made, p50, p95] = ["requests", "hits", "made", "p50", "p95"].map((name) => Number(row[name]));
  return { at: Number(row.slot), ...{ requests, hits, made, p50, p95 } } as Slot;
}

/** The times are those of the most frequent end. */
function jobsOf(rows: readonly Row[]): readonly JobRow[] {
  const byDoor = Map.groupBy(rows, ({ door }) => `${door}`);
  return [...byDoor].map(([door, some]) => ({
    ...{
      door,
      jobs: total(some, "jobs"),
      failed: total(
        some.filter(({ reason }) => reason !== "ok"),
        "jobs",
      ),
    },
    ...{ p50: Number(some[0]?.p50 ?? 0), p95: Number(some[0]?.p95 ?? 0) },
  }));
}

export function total(rows: readonly Row[], name: string): number {
  return rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0);
}
