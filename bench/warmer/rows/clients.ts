import { median } from "../../table.ts";
import type { Running } from "../contender.ts";
import { drain, probe } from "../measure/probe.ts";
import type { Contenders, Setting } from "../plan.ts";
import { Sink } from "../sink.ts";
import { type Row, rate, times } from "./row.ts";

/** One client in one round. */
type Round = {
  /** CPU microseconds of the whole warmer per picture, at a rate that every client takes. */
  readonly cpuUs: number;
  /** Pictures per second that reached the sink when far more were offered. */
  readonly perSecond: number;
};

type Client = { readonly name: string; readonly running: Running; readonly sink: Sink; readonly rounds: Round[] };

/** Hints per second that every client takes, and that none takes. */
const LOADS = { 0: { calm: 4_000, flood: 150_000 }, 3: { calm: 15_000, flood: 500_000 } } as const;

/** The ratio up to which somebody else's client is worth more than our own. */
const WORTH_IT = 1.3;

/**
 * The same warmer with our own HTTP client and with others, from datagram to response. All run, and each is measured in
 * turn. A ratio is the median of the ratios of the rounds.
 */
export async function clientRows(
  setting: Setting,
  all: Contenders,
): Promise<{ rows: Row[]; figures: Record<string, readonly Round[]> }> {
  const rows: Row[] = [];
  const figures: Record<string, readonly Round[]> = {};
  for (const batchMs of [0, 3] as const) {
    const clients = await measure(setting, all, batchMs);
    const [own1, undici, own2, http2] = clients as [Client, Client, Client, Client];
    for (const { name, rounds } of clients) figures[`${name}, WARM_BATCH_MS=${batchMs}`] = rounds;
    rows.push(row(own1, undici, batchMs), row(own2, http2, batchMs));
  }
  return { rows, figures };
}

async function measure({ tools, plan, say }: Setting, all: Contenders, batchMs: 0 | 3): Promise<readonly Client[]> {
  const clients: Client[] = [];
  const load = { repeats: 0, perDatagram: 8 } as const;
  try {
    for (const contender of all.clients(batchMs)) {
      const sink = await Sink.start(tools, 0);
      clients.push({ name: contender.name, running: await contender.start(sink.port), sink, rounds: [] });
    }
    const { calm, flood } = LOADS[batchMs];
    // The first round warms up.
    for (let round = 0; round <= plan.latencyRoundCount; round++) {
      for (const { name, running, sink, rounds } of clients) {
        await drain(sink);
        const cpuBefore = running.cpu();
        const quiet = await probe(tools, running, sink, { ...load, rate: calm, seconds: plan.latencySeconds });
        const cpuUs = ((running.cpu() - cpuBefore) * 1e6) / quiet.sink.distinct;
        const busy = await probe(tools, running, sink, { ...load, rate: flood, seconds: plan.latencySeconds });
        const perSecond = busy.sink.distinct / busy.load.seconds;
        if (round > 0) rounds.push({ cpuUs, perSecond });
        say(`clients, WARM_BATCH_MS=${batchMs}, ${name}: ${cpuUs.toFixed(1)} us, ${rate(perSecond)}/s`);
      }
    }
    return clients;
  } finally {
    for (const { running, sink } of clients) {
      await running.stop();
      await sink.stop();
    }
  }
}

function row(own: Client, other: Client, batchMs: number): Row {
  const ratio = (of: (own: Round, other: Round) => number): number =>
    median(own.rounds.map((round, at) => of(round, other.rounds[at] as Round)));
  const pushes = ratio((a, b) => a.perSecond / b.perSecond);
  const cpu = ratio((a, b) => b.cpuUs / a.cpuUs);
  const middle = ({ rounds }: Client, field: keyof Round): number => median(rounds.map((round) => round[field]));
  const figure = (client: Client): string =>
    `${rate(middle(client, "perSecond"))}/s, ${middle(client, "cpuUs").toFixed(1)} us of CPU`;
  return {
    name: `${own.name} against ${other.name} (${figure(other)}), WARM_BATCH_MS=${batchMs}`,
    baseline: null,
    figure: figure(own),
    ratio: `${times(pushes)} pictures/s, ${times(cpu)} less CPU`,
    target: `> ${WORTH_IT}x, else theirs`,
    reached: pushes > WORTH_IT,
  };
}
