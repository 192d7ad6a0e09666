/**
 * The edges of this bench: isolates that share governors. Each has a process of its own, as isolates at different places
 * have, and so have the governors.
 */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { loadBundle } from "../../../src/cli/edge/bundle.ts";
import { LOCAL_S3, workerdChildren } from "../../../src/cli/edge/start.ts";
import { isolateNames, workersOf } from "../../../src/cli/edge/workers.ts";
import { raceBundle, script } from "../../race/edge/bundle.ts";
import { CONTROL_PATH, type Counted, GOVERNORS_AT, type Order, SETTINGS } from "./control.ts";

export type PoliteEdges = {
  /** Addresses without a slash at the end. */
  readonly isolates: readonly string[];
  /** The Worker around `fetchSource` that works as a job (test/support/sources/fetcher.workerd.ts). */
  readonly jobs: string;
  /** Tells all processes, and adds up what they have counted since the last order. */
  tell(order: Order): Promise<Counted>;
  /** SIGKILL for the process of the last isolate. The runtime starts another in its place, which is told nothing. */
  killLast(): void;
  stop(): Promise<void>;
};

export type PoliteOrder = {
  readonly isolates: number;
  readonly vars: Readonly<Record<string, string>>;
  /** The live settings. */
  readonly settings: object;
};

const JOBS = "jobs";
const [NAME = ""] = isolateNames(1);

export async function startPoliteEdges({ isolates, vars, settings }: PoliteOrder): Promise<PoliteEdges> {
  const bundle = await raceBundle(await loadBundle(), `${import.meta.dirname}/worker.ts`);
  const beside = { [JOBS]: await script(`${import.meta.dirname}/../../../test/support/sources/fetcher.workerd.ts`) };
  const running: Miniflare[] = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((one) => one.dispose().catch(() => undefined)));
  };
  const start = async (own: Readonly<Record<string, string>>, scripts: Readonly<Record<string, string>>) => {
    const workers = workersOf(bundle, {
      vars: { ...vars, ...own, [SETTINGS]: JSON.stringify(settings) },
      ...{ isolates: 1, beside: scripts, s3Credentials: LOCAL_S3 },
    });
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...{ workers, host: "127.0.0.1", port: 0, cf: false, logRequests: false, telemetry: { enabled: false } },
        log: new Log(LogLevel.NONE),
        handleStructuredLogs: () => undefined,
      } as unknown as V4MiniflareOptions),
    );
    running.push(miniflare);
    await miniflare.ready;
    return async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
  };
  try {
    const near = await start({}, beside);
    const governors = await near(NAME);
    const addresses: string[] = [];
    let lastPid: number | undefined;
    for (let count = 0; count < isolates; count++) {
      const before = workerdChildren();
      const isolate = await start({ [GOVERNORS_AT]: governors }, {});
      lastPid = workerdChildren().find((pid) => !before.includes(pid));
      addresses.push(await isolate(NAME));
    }
    let alive = addresses;
    return {
      isolates: addresses,
      jobs: await near(JOBS),
      async tell({ endGovernor, ...others }) {
        const own = endGovernor === undefined ? others : { ...others, endGovernor };
        const counted = await Promise.all([tellOne(governors, own), ...alive.map((url) => tellOne(url, others))]);
        return {
          calls: counted.reduce((sum, { calls }) => sum + calls, 0),
          rows: counted.reduce((sum, { rows }) => sum + rows, 0),
          callMs: counted.flatMap(({ callMs }) => callMs),
        };
      },
      killLast() {
        if (lastPid === undefined) throw new Error("the last isolate's process is not known: /proc is missing");
        process.kill(lastPid, "SIGKILL");
        alive = alive.slice(0, -1);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function tellOne(url: string, order: Order): Promise<Counted> {
  const answer = await fetch(`${url}${CONTROL_PATH}`, { method: "POST", body: JSON.stringify(order) });
  if (answer.status !== 200) throw new Error(`${CONTROL_PATH}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Counted;
}
