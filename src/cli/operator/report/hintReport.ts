/** Hints in the report: what became of each, which were of use, and what to change. Pure. */
import type { Trace } from "../../../telemetry.ts";
import { type Fate, HintFigures } from "../../figures/hints.ts";
import { hintLines } from "../../figures/words.ts";
import type { Row } from "../ask/question.ts";
import { QUESTIONS } from "../ask/questions.ts";

export type HintReport = {
  /** What became of the pictures of pushes, by region. */
  readonly outcomes: readonly { readonly region: string; readonly outcome: string; readonly hints: number }[];
  /** What became of the hints of sampled sources. */
  readonly fates: Readonly<Record<Fate, number>>;
  /** The same in words, then what to change. Empty without hints. */
  readonly advice: readonly string[];
  /** There are more points of sampled sources than were asked for. */
  readonly isCut: boolean;
};

/** `until`: the end of the window, unix ms. */
export function hintReport(outcomes: readonly Row[], sampled: readonly Row[], until: number): HintReport {
  const figures = new HintFigures();
  figures.endsAt(until);
  for (const row of sampled) {
    const { second, requests, ...texts } = row;
    const time = new Date(Number(second) * 1_000).toISOString();
    figures.add({ ...(texts as Pick<Trace, HintField>), time }, Number(requests));
  }
  const summary = figures.summary();
  return {
    outcomes: outcomes.map(({ region, outcome, hints }) => ({
      ...{ region: `${region}`, outcome: `${outcome}`, hints: Number(hints) },
    })),
    fates: summary.fates,
    advice: hintLines(summary),
    isCut: sampled.length >= QUESTIONS.sampled.most,
  };
}

type HintField = "audience" | "outcome" | "reason" | "source" | "variant" | "region";
