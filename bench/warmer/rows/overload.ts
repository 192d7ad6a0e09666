import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { type Overload, type OverloadOptions, overload } from "../measure/overload.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate } from "./row.ts";

const KEPT = 0.8;
const JAVA_TIMES = 4;

/**
 * Hints in each of Firstlight's datagrams. With one hint each, twice its capacity keeps the generator so busy that the
 * sink, on the same core, gets no time, and every push is late there. Java's loop gets one, because it takes few
 * enough.
 */
const PER_DATAGRAM = 4;

/** Twice the load that a program can take. */
export async function overloadRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, Overload | readonly Overload[]> }> {
  const { tools, plan } = setting;
  const run = async (contender: Contender, how: Omit<OverloadOptions, "stepSeconds">): Promise<Overload> => {
    const result = await overload(tools, contender, { ...how, stepSeconds: plan.probeSeconds });
    setting.say(
      `overload, ${contender.name}: offered ${rate(result.offered)}/s of ${rate(result.capacity)}/s, kept ` +
        `${result.kept.map(percent).join(", ")}, ${result.late} late, the latest ${Math.round(result.latestMs)} ms old`,
    );
    return result;
  };
  const { overloadSeconds, overloadRounds: rounds } = plan;
  // One long run: the queue of this program has no limit and grows with time.
  const once = { from: 4_000, perDatagram: 1, overloadSeconds: overloadSeconds * JAVA_TIMES, rounds: 1 };
  const java = all.javaAsPublished === null ? null : await run(all.javaAsPublished, once);
  const ours: Overload[] = [];
  for (let repetition = 0; repetition < plan.repetitions; repetition++) {
    ours.push(await run(all.ffiDefaults, { from: 20_000, perDatagram: PER_DATAGRAM, overloadSeconds, rounds }));
  }
  const late = ours.map((spells) => spells.late);
  const kept = median(ours.flatMap((spells) => spells.kept));
  const rows: Row[] = [
    {
      name: `at 2x overload, ${rounds} x ${overloadSeconds} s: pushes later than 50 ms`,
      baseline: java === null ? null : `${java.late}, up to ${(java.latestMs / 1000).toFixed(1)} s`,
      figure: late.join(", "),
      ratio: null,
      target: "0",
      reached: Math.max(...late) === 0,
    },
    {
      name: "  goodput as a share of the capacity right before",
      baseline: java === null ? null : percent(median(java.kept)),
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
