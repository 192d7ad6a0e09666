/** The edges of this bench: isolates that share a governor. The last of several has a process of its own, so that it can die. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { loadBundle } from "../../../src/cli/edge/bundle.ts";
import { LOCAL_S3, workerdChildren } from "../../../src/cli/edge/start.ts";
import { isolateNames, workersOf } from "../../../src/cli/edge/workers.ts";
import { SETTINGS_KEY } from "../../../src/live/settingsCache.ts";
import { raceBundle, script } from "../../race/edge/bundle.ts";
import { CONTROL_PATH, type Counted, GOVERNORS_AT, type Order } from "./control.ts";

export type PoliteEdges = {
  /** Addresses without a slash at the end. */
  readonly isolates: readonly string[];
  /** The Worker around `fetchSource` that works as a job (test/support/sources/fetcher.workerd.ts). */
  readonly jobs: string;
  /** Tells all isolates, and adds up what they have counted since the last order. */
  tell(order: Order): Promise<Counted>;
  /** SIGKILL for the process of the last isolate. */
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

export async function startPoliteEdges({ isolates, vars, settings }: PoliteOrder): Promise<PoliteEdges> {
  const bundle = await raceBundle(await loadBundle(), `${import.meta.dirname}/worker.ts`);
  const beside = { [JOBS]: await script(`${import.meta.dirname}/../../../test/support/sources/fetcher.workerd.ts`) };
  const running: Miniflare[] = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((one) => one.dispose().catch(() => undefined)));
  };
  const start = async (
    count: number,
    own: Readonly<Record<string, string>>,
    scripts: Readonly<Record<string, string>>,
  ) => {
    const workers = workersOf(bundle, {
      ...{ vars: { ...vars, ...own }, isolates: count, beside: scripts, s3Credentials: LOCAL_S3 },
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
    await (await miniflare.getKVNamespace("THUMBS")).put(SETTINGS_KEY, JSON.stringify(settings));
    return async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
  };
  try {
    const together = Math.max(1, isolates - 1);
    const near = await start(together, {}, beside);
    const addresses = await Promise.all(isolateNames(together).map(near));
    const [first = ""] = addresses;
    let lastPid: number | undefined;
    if (isolates > together) {
      const before = workerdChildren();
      const far = await start(1, { [GOVERNORS_AT]: first }, {});
      lastPid = workerdChildren().find((pid) => !before.includes(pid));
      addresses.push(await far(isolateNames(1)[0] ?? ""));
    }
    let alive = [...addresses];
    return {
      isolates: addresses,
      jobs: await near(JOBS),
      async tell(order) {
        const { endGovernor, ...others } = order;
        const counted = await Promise.all(alive.map((url) => tellOne(url, url === first ? order : others)));
        return {
          calls: counted.reduce((sum, { calls }) => sum + calls, 0),
          rows: counted.reduce((sum, one) => sum + one.rows, 0),
          callMs: counted.flatMap(({ callMs }) => callMs),
        };
      },
      killLast() {
        if (lastPid === undefined) throw new Error("the last isolate has no process of its own, or /proc is missing");
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
