/** `npm run catalogue -- plan FILE …` reads a manifest once and prints what a run of it takes. */
import { SETTINGS } from "../../config/table.ts";
import { readConfig } from "../../context/readConfig.ts";
import { asFailure, publicMessage } from "../../errors.ts";
import { PolitenessRules } from "../../origin/governor/politeness.ts";
import { providerRules } from "../../origin/providers/switched.ts";
import { applyOption, DEFAULTS, splitOptions } from "../../request/options/applyOption.ts";
import type { Transform } from "../../request/transform.ts";
import { answerHelp } from "../usage.ts";
import { edgeVariables } from "../variables.ts";
import type { Command } from "./command.ts";
import { TooManyBroken } from "./manifest/readManifest.ts";
import { PLAN_USAGE, type PlanArguments, parsePlanArguments } from "./plan/arguments.ts";
import { countHosts } from "./plan/countHosts.ts";
import { ASSUMED } from "./plan/expected.ts";
import { makePlan } from "./plan/plan.ts";
import { brokenLines, planLines } from "./plan/printPlan.ts";
import { Progress } from "./progress.ts";

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
    } else console.error(asFailure(error).detail ?? (error instanceof Error ? error.message : String(error)));
    return 1;
  }
}

/** The transform of option segments, or what is wrong with them. */
export function transformOf(segments: readonly string[]): Transform | string {
  try {
    return splitOptions(segments.reduce((options, segment) => applyOption(options, segment), DEFAULTS)).transform;
  } catch (error) {
    const { reason, facts } = asFailure(error);
    return publicMessage(reason, facts);
  }
}

/** Pixels of a usual rendition. A side that is not given follows the shape. */
function pixelsOf({ width, height, dpr }: Transform): number {
  const wide = width || (height === 0 ? 2_048 : height / ASSUMED.shape);
  return wide * (height || wide * ASSUMED.shape) * dpr * dpr;
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
