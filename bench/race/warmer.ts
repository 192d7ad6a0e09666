/** The warmer as `npm run warmer` starts it, in a process of its own, with production's limit of 50 ms. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { TOP } from "../../src/cli/edge/bundle.ts";

export type RaceWarmer = {
  /** `host:port` for hints. */
  readonly address: string;
  /** Its counters, by name without prefix and with labels as Prometheus writes them. */
  counters(): Promise<ReadonlyMap<string, number>>;
  stop(): Promise<void>;
};

export type RaceWarmerOptions = {
  readonly regions: readonly string[];
  /** `https://…` of the push edge. */
  readonly edge: string;
  readonly secret: string;
  /** PEM file of the authority of the edge's certificate. */
  readonly caFile: string;
};

const READY_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 1_200;
const METRIC = /^firstlight_warmer_(\w+(?:\{[^}]*\})?) (\S+)$/gm;

/**
 * Starts it on free ports. `WARM_SKEW=off`: sender and warmer share a clock here, and with it on, the warmer would take
 * the constant delay of late hints for an offset of the sender's clock. `WARM_DEDUP_SECONDS=1`: a flood of hints may
 * repeat its pictures. Everything else has its default. Throws Error if it does not get ready.
 */
export async function startRaceWarmer({ regions, edge, secret, caFile }: RaceWarmerOptions): Promise<RaceWarmer> {
  const child = spawn(process.execPath, [join(TOP, "warmer", "main.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...{ WARM_LISTEN: "127.0.0.1:0", METRICS_LISTEN: "127.0.0.1:0", WARM_SKEW: "off", WARM_DEDUP_SECONDS: "1" },
      WARM_REGIONS: regions.map((region) => `${region}=${edge}`).join(","),
      WARM_SECRET: secret,
      NODE_EXTRA_CA_CERTS: caFile,
    },
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const stop = async () => {
    process.off("exit", kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const last = setTimeout(kill, STOP_WITHIN_MS);
    await gone;
    clearTimeout(last);
  };
  try {
    const { address, metrics } = await ready(child);
    return { address, counters: () => counters(metrics), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready(child: ChildProcess): Promise<{ address: string; metrics: string }> {
  let output = "";
  const giveUp = AbortSignal.timeout(READY_WITHIN_MS);
  while (true) {
    const [, address, metrics] = /^ready udp:\/\/(\S+) metrics (\S+)/m.exec(output) ?? [];
    if (address !== undefined && metrics !== undefined) return { address, metrics };
    if (child.stdout === null || child.exitCode !== null) throw new Error("the warmer ended before it was ready");
    const [piece] = (await once(child.stdout, "data", { signal: giveUp })) as [Buffer];
    output += piece.toString();
  }
}

async function counters(metrics: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${metrics}/metrics`)).text();
  return new Map([...text.matchAll(METRIC)].map(([, name = "", value]) => [name, Number(value)]));
}
