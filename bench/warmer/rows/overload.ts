import { median } from "../../table.ts";
import type { Contender } from "../contender.ts";
import { EDGE_KINDS, type EdgeKind, type Overload, type OverloadOptions, overload } from "../measure/overload.ts";
import type { Contenders, Setting } from "../plan.ts";
import { judge, type Row, rate } from "./row.ts";

const KEPT = 0.8;
const JAVA_TIMES = 4;

/** Hints in each of Firstlight's datagrams, as its client packs them. Java's loop gets one: it takes few enough. */
const PER_DATAGRAM = 4;

/** Twice the load that a program can take, at an edge that is steady, slow for a second, or late. */
export async function overloadRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, Overload | readonly Overload[]> }> {
  const { tools, plan } = setting;
  const run = async (contender: Contender, how: OverloadOptions): Promise<Overload> => {
    const result = await overload(tools, contender, how);
    setting.say(
      `overload, ${how.edge} edge, ${contender.name}: offered ${rate(result.offered)}/s of ` +
        `${rate(result.capacity)}/s, kept ${result.kept.map(percent).join(", ")}, late ${result.late.join(", ")}, ` +
        `the latest ${Math.round(result.latestMs)} ms old, the sink woke up ` +
        `${result.sinkWokeLateMs.map((ms) => ms.toFixed(1)).join(", ")} ms late`,
    );
    return result;
  };
  const { overloadSeconds: seconds, overloadRounds: rounds } = plan;
  // One long run: the queue of this program has no limit and grows with time.
  const once = { from: 4_000, perDatagram: 1, seconds: seconds * JAVA_TIMES, rounds: 1, edge: "steady" } as const;
  const java = all.javaAsPublished === null ? null : await run(all.javaAsPublished, once);
  const ours: Record<EdgeKind, Overload[]> = { steady: [], "slow second": [], "late answers": [] };
  for (let repetition = 0; repetition < plan.repetitions; repetition++) {
    for (const edge of EDGE_KINDS) {
      ours[edge].push(await run(all.ffiDefaults, { from: 20_000, perDatagram: PER_DATAGRAM, seconds, rounds, edge }));
    }
  }
  const rows = EDGE_KINDS.flatMap((edge): Row[] => {
    const late = ours[edge].flatMap((spells) => spells.late);
    const kept = ours[edge].flatMap((spells) => spells.kept);
    const woke = Math.max(...ours[edge].flatMap(({ sinkWokeLateMs }) => sinkWokeLateMs));
    const baseline = edge === "steady" ? java : null;
    return [
      {
        name: `at 2x overload, ${edge} edge: pushes later than 50 ms in each round`,
        baseline: baseline && `${baseline.late.join(", ")}, up to ${(baseline.latestMs / 1000).toFixed(1)} s`,
        figure: `${late.join(", ")} (the sink woke up ${woke.toFixed(1)} ms late)`,
        ratio: null,
        target: "0",
        reached: Math.max(...late) === 0,
      },
      {
        name: "  kept of what was possible, in each round",
        baseline: baseline && percent(median(baseline.kept)),
        figure: kept.map(percent).join(", "),
        ratio: null,
        target: `each >= ${percent(KEPT)}`,
        reached: judge(Math.min(...kept), KEPT, "higher"),
      },
    ];
  });
  return { rows, figures: { ...(java === null ? {} : { java }), ...ours } };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
