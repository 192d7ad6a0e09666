import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { type Overload, overload } from "../measure/overload.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate } from "./row.ts";

const KEPT = 0.8;

/**
 * Hints of one of Firstlight's datagrams. With one each, twice what it takes keeps the generator so busy that the sink,
 * which shares its core, gets none of it, and every push is late there. Java's loop takes one, and little enough of them.
 */
const PER_DATAGRAM = 4;

/** Twice the load that can be taken. */
export async function overloadRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, Overload | readonly Overload[]> }> {
  const { tools, plan } = setting;
  const run = async (contender: Contender, from: number, perDatagram: number): Promise<Overload> => {
    const result = await overload(tools, contender, from, perDatagram, plan.probeSeconds, plan.overloadSeconds);
    setting.say(
      `overload, ${contender.name}: offered ${rate(result.offered)}/s of ${rate(result.capacity)}/s, kept ` +
        `${percent(result.kept)}, ${result.late} late, the latest by ${Math.round(result.latestMs)} ms`,
    );
    return result;
  };
  const java = all.javaAsPublished === null ? null : await run(all.javaAsPublished, 4_000, 1);
  const ours: Overload[] = [];
  for (let repetition = 0; repetition < plan.repetitions; repetition++) {
    ours.push(await run(all.ffiDefaults, 20_000, PER_DATAGRAM));
  }
  const late = ours.map((spell) => spell.late);
  const kept = median(ours.map((spell) => spell.kept));
  const rows: Row[] = [
    {
      name: `at 2x overload for ${plan.overloadSeconds} s: pushes later than 50 ms`,
      baseline: java === null ? null : `${java.late}, up to ${(java.latestMs / 1000).toFixed(1)} s`,
      figure: late.join(", "),
      ratio: null,
      target: "0",
      reached: Math.max(...late) === 0,
    },
    {
      name: "  goodput kept",
      baseline: java === null ? null : percent(java.kept),
      figure: percent(kept),
      ratio: null,
      target: `>= ${percent(KEPT)}`,
      reached: judge(kept, KEPT, "higher"),
    },
  ];
  return { rows, figures: { ...(java === null ? {} : { java }), firstlight: ours } };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
