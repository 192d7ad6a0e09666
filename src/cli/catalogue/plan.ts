/** `npm run catalogue -- plan FILE …` reads a manifest once and prints what a run of it takes. */
import { SETTINGS } from "../../config/table.ts";
import { readConfig } from "../../context/readConfig.ts";
import { PolitenessRules } from "../../origin/governor/politeness.ts";
import { providerRules } from "../../origin/providers/switched.ts";
import { answerHelp } from "../usage.ts";
import { edgeVariables } from "../variables.ts";
import type { Command } from "./command.ts";
import { TooManyBroken } from "./manifest/readManifest.ts";
import { PLAN_USAGE, type PlanArguments, parsePlanArguments } from "./plan/arguments.ts";
import { countHosts } from "./plan/countHosts.ts";
import { makePlan } from "./plan/plan.ts";
import { brokenLines, planLines } from "./plan/printPlan.ts";
import { pixelsOf, transformOf } from "./plan/transform.ts";
import { Progress } from "./progress.ts";
import { wordsOf } from "./wordsOf.ts";

export const PLAN: Command = {
  usage: PLAN_USAGE,
  run: async (argv, env) => {
    answerHelp(PLAN_USAGE, argv);
    const parsed = parsePlanArguments(argv);
    if (parsed.ok) return plan(parsed.value, env);
    console.error([...parsed.problems, PLAN_USAGE].join("\n"));
    return 2;
  },
};

async function plan(args: PlanArguments, env: Readonly<Record<string, string | undefined>>): Promise<number> {
  const transform = transformOf(args.segments);
  if (typeof transform === "string") {
    console.error(transform);
    return 2;
  }
  const progress = new Progress("read");
  try {
    const rules = providerRules(readConfig(edgeVariables(ours(env))));
    const counted = await countHosts(args.manifest, {
      ...{ transform, rules },
      onProgress: ({ records, broken }) => progress.show(records, { broken }),
    });
    progress.end();
    const made = makePlan(counted, {
      politeness: new PolitenessRules(args.politeness),
      facts: args.facts,
      renditionPixels: pixelsOf(transform),
      most: args.most,
    });
    console.log(args.json ? JSON.stringify(made) : planLines(made).join("\n"));
    return 0;
  } catch (error) {
    progress.end();
    if (error instanceof TooManyBroken) {
      const { byReason, examples } = error.tally;
      console.error(brokenLines(Object.fromEntries(byReason), examples).join("\n"));
      console.error(`${error.message}. Is the map right? --max-broken allows more.`);
    } else console.error(wordsOf(error));
    return 1;
  }
}

/** The variables of the Worker that the environment sets. */
function ours(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.values(SETTINGS).flatMap(({ variable }) => {
      const value = env[variable];
      return value === undefined ? [] : [[variable, value] as const];
    }),
  );
}
