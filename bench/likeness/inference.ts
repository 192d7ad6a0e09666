/** Whether inferred tags are right, and whether their intervals say the truth. */
import { evaluate, measureHeldOut } from "../../src/catalogue/inference/evaluate.ts";
import { judged, type Row } from "../row.ts";
import { mulberry } from "./random.ts";
import { drawTagged, shuffled } from "./tags.ts";

/** Clusters of a sample, and samples: the coverage is then known to +-1 %, or +-0.7 %. */
const CLUSTERS = 100;
const RUNS = { quick: 2_000, whole: 4_000 } as const;

export function measureInference(quick: boolean, seed: number, say: (text: string) => void): readonly Row[] {
  const random = mulberry(seed);
  say("inferred tags");
  const sample = drawTagged(2_000, random);
  const found = evaluate(sample, random);
  const baseline = Math.max(found.ofRandom, found.ofFrequent);
  const dealt = evaluate(shuffled(sample, random), random);
  say("the intervals of inferred tags");
  const runs = quick ? RUNS.quick : RUNS.whole;
  const samples = Array.from({ length: runs }, () => measureHeldOut(drawTagged(CLUSTERS, random), random));
  // What the generator's precision is in the long run, at the size of a sample: the prior depends on it.
  const all = samples.reduce((sum, { inferred }) => sum + inferred, 0);
  const truth = samples.reduce((sum, { precision, inferred }) => sum + precision.value * inferred, 0) / all;
  const covered = samples.filter(({ precision }) => precision.low <= truth && truth <= precision.high).length;
  const share = (100 * covered) / runs;
  const percent = (ratio: number) => `${(100 * ratio).toFixed(1)} %`;
  const { precision, recall } = found;
  const unit = "%";
  return [
    judged({
      what: "inferred tags, support >= 3: lower bound of the precision over the baselines",
      ...{ value: 100 * precision.low, limit: 100 * baseline, better: "higher", unit, digits: 1 },
      detail: `precision ${percent(precision.value)} (${percent(precision.low)} to ${percent(precision.high)}), recall ${percent(recall.value)}; random neighbours ${percent(found.ofRandom)}, most frequent ${percent(found.ofFrequent)}; ${found.inferred} tags of ${found.units} clusters`,
    }),
    judged({
      what: "the same with tags shuffled among pictures: it must not be over them",
      ...{ value: 100 * (dealt.inferred === 0 ? 0 : dealt.precision.low), better: "lower", unit, digits: 1 },
      limit: 100 * (dealt.inferred === 0 ? 0 : Math.max(dealt.ofRandom, dealt.ofFrequent)),
      detail: `${dealt.inferred} tags`,
    }),
    judged({
      what: "distance of the intervals' coverage from 95 %",
      ...{ value: Math.abs(share - 95), limit: 1.5, better: "lower", unit, digits: 2 },
      detail: `${share.toFixed(2)} % of ${runs}; the generator's precision is ${percent(truth)}`,
    }),
  ];
}
