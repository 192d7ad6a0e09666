/**
 * `npm run bench -- experiment [--quick] [--json FILE] [--seed N]`
 *
 * Whether the analysis of the alternate-picture experiment says the truth: simulated experiments whose truth is known, each
 * of the planned size and looked at early. The exit code is 1 when a figure is missed. See bench/README.md.
 */
import { parseArgs } from "node:util";
import { boundaryAt, boundaryFactor } from "../../src/cli/experiment/boundary.ts";
import { differenceOf, MOST_SPLIT_Z, type Session, splitCheck } from "../../src/cli/experiment/difference.ts";
import { designEffect, viewsPerArm } from "../../src/cli/experiment/sampleSize.ts";
import { mulberry } from "../likeness/random.ts";
import { judged } from "../row.ts";
import { say } from "../say.ts";
import { table } from "../table.ts";
import { drawSession, iccOf, MEAN_VIEWS, type Truth, VIEWS_CV } from "./sessions.ts";

const LOOKS = 5;
const RATE = 0.05;
const RAISED = 0.06;

type Outcome = { readonly rejected: boolean; readonly covered: boolean; readonly unfair: boolean };

export type Simulated = { readonly rejected: number; readonly covered: number; readonly unfair: number };

/** Sessions of an experiment that is to tell `RATE` from `RAISED`. */
export function plannedSessions(): number {
  const views = viewsPerArm(RATE, RAISED) * designEffect(MEAN_VIEWS, VIEWS_CV, iccOf(RATE)) * boundaryFactor(LOOKS);
  return Math.ceil((2 * views) / MEAN_VIEWS);
}

/** Shares of `runs` experiments. `truthOf`: the hidden truth of a run. */
export function simulate(runs: number, sessions: number, truthOf: () => Truth, random: () => number): Simulated {
  const all = Array.from({ length: runs }, () => runOnce(sessions, truthOf(), random));
  const share = (is: (outcome: Outcome) => boolean) => all.filter(is).length / runs;
  return {
    rejected: share(({ rejected }) => rejected),
    covered: share(({ covered }) => covered),
    unfair: share(({ unfair }) => unfair),
  };
}

function runOnce(size: number, truth: Truth, random: () => number): Outcome {
  const sessions: Session[] = [];
  let rejected = false;
  let covered = false;
  for (let look = 1; look <= LOOKS; look++) {
    while (sessions.length < (size * look) / LOOKS) sessions.push(drawSession(truth, random));
    const { z, difference, standardError } = differenceOf(sessions);
    const boundary = boundaryAt(look, LOOKS);
    rejected ||= Math.abs(z) >= boundary;
    covered = Math.abs(difference - (truth.mate - truth.original)) <= boundary * standardError;
  }
  const unfair = Math.abs(splitCheck(sessions.map(({ views }) => views))) > MOST_SPLIT_Z;
  return { rejected, covered, unfair };
}

export async function run(args: readonly string[]): Promise<unknown> {
  const options = { quick: { type: "boolean", default: false }, seed: { type: "string", default: "18" } } as const;
  const { values } = parseArgs({ args: [...args], options });
  const runs = values.quick ? 500 : 2_000;
  const random = mulberry(Number(values.seed));
  const size = plannedSessions();
  say(`${runs} experiments of ${size} sessions without a difference`);
  const none = simulate(runs, size, () => ({ original: RATE, mate: RATE }), random);
  say(`${runs} experiments with the planned difference`);
  const planned = simulate(runs, size, () => ({ original: RATE, mate: RAISED }), random);
  say(`${runs} experiments with any difference`);
  const any = simulate(runs, size, () => ({ original: RATE, mate: RATE * (0.7 + 0.6 * random()) }), random);
  say("");
  const covered = (100 * (none.covered + planned.covered + any.covered)) / 3;
  const unit = "%";
  const rows = [
    judged({
      what: `false positives, ${LOOKS} looks`,
      ...{ value: 100 * none.rejected, limit: 6.5, better: "lower", unit, digits: 1 },
      detail: `${runs} runs of ${size} sessions`,
    }),
    judged({
      what: `power at the planned size, ${RATE} to ${RAISED}`,
      ...{ value: 100 * planned.rejected, limit: 77, better: "higher", unit, digits: 1 },
    }),
    judged({
      what: "distance of the intervals' coverage from 95 %",
      ...{ value: Math.abs(covered - 95), limit: 1.5, better: "lower", unit, digits: 2 },
      detail: `${covered.toFixed(2)} % of ${3 * runs}`,
    }),
    judged({
      what: "fair draws that the split check refuses",
      ...{ value: 100 * none.unfair, limit: 0.6, better: "lower", unit, digits: 2 },
    }),
  ];
  const lines = rows.map(({ what, figure, limit, reached }) => [what, figure, limit, reached ? "reached" : "MISSED"]);
  console.log(table(["to reach", "measured", "limit", ""], lines));
  if (rows.some(({ reached }) => !reached)) process.exitCode = 1;
  return { seed: Number(values.seed), rows };
}
