import type { Contender } from "../contender.ts";
import { type Overload, overload } from "../measure/overload.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate } from "./row.ts";

const KEPT = 0.8;

/** Twice the load that can be taken. */
export async function overloadRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, Overload> }> {
  const { tools, plan } = setting;
  const run = async (contender: Contender, from: number): Promise<Overload> => {
    const result = await overload(tools, contender, from, plan.probeSeconds, plan.overloadSeconds);
    setting.say(
      `overload, ${contender.name}: offered ${rate(result.offered)}/s of ${rate(result.capacity)}/s, kept ` +
        `${Math.round(result.kept * 100)} %, ${result.late} late, the latest by ${Math.round(result.latestMs)} ms`,
    );
    return result;
  };
  const java = all.javaAsPublished === null ? null : await run(all.javaAsPublished, 4_000);
  const ours = await run(all.ffiDefaults, 20_000);
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const rows: Row[] = [
    {
      name: `at 2x overload for ${plan.overloadSeconds} s: pushes later than 50 ms`,
      baseline: java === null ? null : `${java.late}, up to ${(java.latestMs / 1000).toFixed(1)} s`,
      figure: String(ours.late),
      ratio: null,
      target: "0",
      reached: ours.late === 0,
    },
    {
      name: "  goodput kept",
      baseline: java === null ? null : percent(java.kept),
      figure: percent(ours.kept),
      ratio: null,
      target: `>= ${percent(KEPT)}`,
      reached: judge(ours.kept, KEPT, "higher"),
    },
  ];
  return { rows, figures: { ...(java === null ? {} : { java }), firstlight: ours } };
}
