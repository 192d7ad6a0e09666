/** Everything the operator's page asks of the points. */
import { SOURCE_ANSWERS } from "../../../sourceAnswers.ts";
import { LOOK_UP_DOORS, USAGE } from "../../../telemetry.ts";
import type { Condition, Double, Measure, Question } from "./question.ts";

/** What readers asked for as pictures. Pushes, jobs and work behind answers are not readers'. */
const ASKED: readonly Condition[] = [
  { column: "audience", is: ["reader"] },
  { column: "door", isNot: LOOK_UP_DOORS },
];
/** The same without errors. */
const READERS: readonly Condition[] = [...ASKED, { column: "reason", is: ["ok"] }];
/** Answers that no store had as they were asked for: made from the source, or from a larger stored picture. */
const MADE: readonly string[] = ["miss", "derived"];
/** Lines of work that went on behind an answer: no request of its own. */
const BEHIND: readonly string[] = ["behind", "usage"];

/** Failures that are the source's, and not our restraint. A failure that was remembered is no new one. */
const OF_SOURCE: readonly Condition[] = [
  { column: "reason", is: Object.keys(SOURCE_ANSWERS).filter((reason) => reason !== "source_breaker_open") },
  { column: "answer", is: ["error"] },
];

const count = (...where: readonly Condition[]): Measure => ({ kind: "count", where });
const sum = (column: Double): Measure => ({ kind: "sum", column });
const quantile = (column: Double, share: number): Measure => ({ kind: "quantile", column, share });

/** More rows than a page shows are not asked for. */
const MOST = { slots: 5_000, hosts: 200, reasons: 500, small: 1_000, variants: 20_000 } as const;

export const QUESTIONS = {
  /** Readers' requests over time. */
  slots: {
    by: ["slot"],
    where: ASKED,
    measures: {
      requests: count(),
      hits: count({ column: "reason", is: ["ok"] }, { column: "answer", isNot: MADE }),
      made: count({ column: "reason", is: ["ok"] }, { column: "answer", is: MADE }),
      p50: quantile("total", 0.5),
      p95: quantile("total", 0.95),
    },
    most: MOST.slots,
  },
  /** Which store answered, by region. */
  tiers: { by: ["region", "answer"], where: READERS, measures: { requests: count() }, most: MOST.small },
  latency: {
    by: ["answer"],
    where: READERS,
    measures: {
      requests: count(),
      p50: quantile("total", 0.5),
      p95: quantile("total", 0.95),
      p99: quantile("total", 0.99),
    },
    most: MOST.small,
  },
  errors: {
    by: ["reason"],
    where: [
      { column: "audience", is: ["reader"] },
      { column: "reason", isNot: ["ok"] },
    ],
    measures: { requests: count() },
    most: MOST.small,
  },
  /** Exchanges with sources, breakers and governors, for whomever. */
  hosts: {
    by: ["sourceHost"],
    where: [
      { column: "sourceHost", isNot: [""] },
      { column: "door", isNot: ["usage"] },
    ],
    measures: {
      fetches: count({ column: "origin", above: 0 }),
      failures: count(...OF_SOURCE),
      remembered: count({ column: "answer", is: ["negative"] }),
      breakerOpen: count({ column: "reason", is: ["source_breaker_open"] }),
      saturated: count({ column: "reason", is: ["source_saturated"] }),
      unreachable: count({ column: "reason", is: ["governor_unreachable"] }),
      governorCalls: sum("governorCalls"),
      waited: count({ column: "governor", above: 0 }),
      waitedMs: sum("governor"),
      bytesIn: sum("bytesIn"),
      bytesSaved: sum("bytesSaved"),
    },
    most: MOST.hosts,
  },
  fetchTimes: {
    by: ["sourceHost"],
    where: [{ column: "origin", above: 0 }],
    measures: { fetches: count(), p50: quantile("origin", 0.5), p95: quantile("origin", 0.95) },
    most: MOST.hosts,
  },
  failures: { by: ["sourceHost", "reason"], where: OF_SOURCE, measures: { failures: count() }, most: MOST.reasons },
  hints: {
    by: ["region", "outcome"],
    where: [{ column: "outcome", isNot: [""] }],
    measures: { hints: count() },
    most: MOST.small,
  },
  /** Hints and reads of sampled sources, one by one: figures/hints.ts compares them. */
  sampled: {
    by: ["second", "source", "variant", "region", "audience", "outcome", "reason"],
    where: [{ column: "source", isNot: [""] }],
    measures: { requests: count() },
    most: MOST.variants,
  },
  jobs: {
    by: ["door", "reason"],
    where: [
      { column: "audience", is: ["job"] },
      { column: "door", isNot: BEHIND },
    ],
    measures: { jobs: count(), p50: quantile("total", 0.5), p95: quantile("total", 0.95) },
    most: MOST.small,
  },
  /** What is paid for. */
  spending: {
    by: ["audience"],
    where: [],
    measures: {
      lines: count(),
      // A picture of a push has an outcome; the push is the request.
      requests: count({ column: "door", isNot: BEHIND }, { column: "outcome", is: [""] }),
      made: count(
        { column: "answer", is: MADE },
        { column: "door", isNot: [...BEHIND, ...LOOK_UP_DOORS, "warm"] },
        { column: "reason", is: ["ok"] },
      ),
      decodeMs: sum("decode"),
      resizeMs: sum("resize"),
      encodeMs: sum("encode"),
      governorMs: sum("governor"),
      bytesIn: sum("bytesIn"),
      bytesOut: sum("bytesOut"),
      bytesSaved: sum("bytesSaved"),
      ...(Object.fromEntries(USAGE.map((kind) => [kind, sum(kind)])) as Record<(typeof USAGE)[number], Measure>),
    },
    most: MOST.small,
  },
  sampling: { by: [], where: [], measures: { points: count(), interval: { kind: "interval" } }, most: 1 },
} as const satisfies Readonly<Record<string, Question>>;

export type QuestionName = keyof typeof QUESTIONS;
