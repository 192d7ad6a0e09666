/** The two edges of the race: the one that pushes go to (isolate 0), and the reader's (isolate 1), on the same stores. */
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
  const workers = workersOf(bundle, { vars, isolates: 2, beside, s3Credentials: LOCAL_S3 });
  const bound = { ...(bundle.options.serviceBindings as object), [STORES.binding]: STORES.worker };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: workers.map((worker) => ({ ...worker, serviceBindings: bound, unsafeEphemeralDurableObjects: true })),
      ...{ host: "127.0.0.1", port: 0, cf: false, logRequests: false, telemetry: { enabled: false } },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: () => undefined,
    } as unknown as V4MiniflareOptions),
  );
  await miniflare.ready;
  const direct = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
  const [push = "", reader = ""] = await Promise.all(isolateNames(2).map(direct));
  const [pushFront, readerFront] = (await Promise.all(
    [push, reader].map((target) => startFront({ port: 0, targets: [target] })),
  )) as [Front, Front];
  return {
    ...{ push, reader, pushFront, readerFront },
    stores: await direct(STORES.worker),
    async stop() {
      await Promise.all([pushFront.stop(), readerFront.stop(), miniflare.dispose()]);
    },
  };
}
