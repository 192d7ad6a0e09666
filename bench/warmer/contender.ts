import { fileURLToPath } from "node:url";
import { Child, cpuSeconds, pinned, TEST_CORE } from "./process.ts";
import { freePort } from "./sink.ts";
import type { Tools } from "./tools.ts";

/** Counters of a program under test. */
export type Counters = {
  readonly received: number;
  readonly duplicate: number;
  readonly old: number;
  readonly pushed: number;
};

/** A running program that takes hints. */
export type Running = {
  readonly port: number;
  counters(): Promise<Counters>;
  /** CPU seconds used so far, all threads. */
  cpu(): number;
  stop(): Promise<void>;
};

/** A program under test. `sinkPort` 0 means ingest: everything except the push. */
export type Contender = { readonly name: string; start(sinkPort: number): Promise<Running> };

/** The regions of the endpoints in the hints. Three regions, as deployed by default. */
const ENDPOINTS = "es=weur,fr=weur,de=weur,it=weur,sg=apac,vn=apac,au=apac,br=enam";
const REGIONS = ["weur", "apac", "enam"];
const SECRET = "bench-secret-bench-secret-bench!";

const PREFIX = "firstlight_warmer_";
const INGEST = fileURLToPath(new URL("./ingest-program.ts", import.meta.url));
const SERVICE = fileURLToPath(new URL("../../warmer/main.ts", import.meta.url));

/** The 2014 loop (Java or Python) or the C limit. A line on standard input makes it print its counters. */
export function loop(
  tools: Tools,
  name: string,
  command: readonly string[],
  receiveBuffer: number,
  ingest: "ingest" | "inline" = "ingest",
): Contender {
  return {
    name,
    async start(sinkPort) {
      const port = await freePort();
      const mode = sinkPort === 0 ? ingest : "push";
      const words = [...command, String(port), mode, String(sinkPort), String(receiveBuffer)];
      return watch(new Child(pinned(tools.pinning, TEST_CORE, words)), port);
    },
  };
}

async function watch(child: Child, port: number): Promise<Running> {
  await child.ready();
  return {
    port,
    async counters() {
      child.write("\n");
      return JSON.parse(await child.line()) as Counters;
    },
    cpu: () => cpuSeconds(child.pid),
    stop: () => child.stop(),
  };
}

/**
 * Firstlight's warmer. Ingest runs its own modules up to the push; else it is the service as an operator starts it.
 */
export function firstlight(
  tools: Tools,
  name: string,
  environment: Readonly<Record<string, string>>,
  service = SERVICE,
): Contender {
  const settings = {
    ...process.env,
    WARM_ENDPOINTS: ENDPOINTS,
    WARM_SECRET: SECRET,
    WARM_DEDUP_SECONDS: "10",
    METRICS_LISTEN: "127.0.0.1:0",
    ...environment,
  };
  return {
    name,
    async start(sinkPort) {
      const port = await freePort();
      const regions = REGIONS.map((region) => `${region}=http://127.0.0.1:${sinkPort === 0 ? 9 : sinkPort}`).join(",");
      const env = { ...settings, WARM_LISTEN: `127.0.0.1:${port}`, WARM_REGIONS: regions };
      const program = sinkPort === 0 ? INGEST : service;
      const child = new Child(pinned(tools.pinning, TEST_CORE, [process.execPath, program]), env);
      if (sinkPort === 0) return watch(child, port);
      const metrics = /metrics (\S+)/.exec(await child.ready())?.[1];
      return {
        port,
        counters: async () => fromMetrics(await (await fetch(`${metrics}/metrics`)).text()),
        cpu: () => cpuSeconds(child.pid),
        stop: () => child.stop(),
      };
    },
  };
}

/** Reads the counters from the Prometheus text. */
export function fromMetrics(text: string): Counters {
  const sum = (name: string): number => {
    let total = 0;
    for (const line of text.split("\n")) {
      if (line.startsWith(name) && (line[name.length] === " " || line[name.length] === "{")) {
        total += Number(line.slice(line.lastIndexOf(" ") + 1));
      }
    }
    return total;
  };
  return {
    received: sum(`${PREFIX}received_total`),
    duplicate: sum(`${PREFIX}duplicate_total`),
    old: sum(`${PREFIX}old_at_receipt_total`) + sum(`${PREFIX}old_at_push_total`),
    pushed: sum(`${PREFIX}pushed_total`),
  };
}
