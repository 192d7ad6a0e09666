/** The two edges of the race, each in a process of its own: the one that pushes go to, and the reader's, which has the stores. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { loadBundle } from "../../../src/cli/edge/bundle.ts";
import { type Front, startFront } from "../../../src/cli/edge/front.ts";
import { LOCAL_S3 } from "../../../src/cli/edge/start.ts";
import { isolateNames, workersOf } from "../../../src/cli/edge/workers.ts";
import { raceBundle, script } from "./bundle.ts";
import { STORES } from "./stores.ts";

export type RaceEdges = {
  /** Direct addresses of the isolates, without a slash at the end. */
  readonly push: string;
  readonly reader: string;
  /** HTTP/2 over TLS before each of them. */
  readonly pushFront: Front;
  readonly readerFront: Front;
  /** Address of the Worker that holds the stores (stores.ts). */
  readonly stores: string;
  stop(): Promise<void>;
};

/** `vars`: of the Worker, with its `REGIONS`. Each of them has a bucket, whether `wrangler.toml` binds one or not. */
export async function startRaceEdges(vars: Readonly<Record<string, string>>): Promise<RaceEdges> {
  const bundle = await raceBundle(await loadBundle());
  const beside = { [STORES.worker]: await script("storesWorker.ts") };
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    await Promise.all(undo.splice(0).map((step) => step()));
  };
  const start = async (own: Readonly<Record<string, string>>, scripts: typeof beside, services: object) => {
    const workers = workersOf(bundle, { vars: own, isolates: 1, beside: scripts, s3Credentials: LOCAL_S3 });
    const serviceBindings = { ...(bundle.options.serviceBindings as object), ...services };
    // Coordinators keep nothing on disk; the simulator would make a file for each.
    const further = { serviceBindings, unsafeEphemeralDurableObjects: true };
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        workers: workers.map((worker) => ({ ...worker, ...further })),
        ...{ host: "127.0.0.1", port: 0, cf: false, logRequests: false, telemetry: { enabled: false } },
        log: new Log(LogLevel.NONE),
        handleStructuredLogs: () => undefined,
      } as unknown as V4MiniflareOptions),
    );
    undo.push(() => miniflare.dispose());
    await miniflare.ready;
    return async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
  };
  try {
    const [name = ""] = isolateNames(1);
    const near = await start(vars, beside, { [STORES.binding]: STORES.worker });
    const [reader, stores] = await Promise.all([near(name), near(STORES.worker)]);
    const far = await start({ ...vars, [STORES.url]: stores, [STORES.coordinators]: reader }, {}, {});
    const push = await far(name);
    const front = async (target: string) => {
      const started = await startFront({ port: 0, targets: [target] });
      undo.push(() => started.stop());
      return started;
    };
    return { push, reader, stores, pushFront: await front(push), readerFront: await front(reader), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
