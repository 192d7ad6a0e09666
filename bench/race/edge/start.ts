/** The two edges of the race: the one that pushes go to (isolate 0), and the reader's (isolate 1), on shared storage. */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from "miniflare";
import { loadBundle } from "../../../src/cli/edge/bundle.ts";
import { type Front, startFront } from "../../../src/cli/edge/front.ts";
import { LOCAL_S3 } from "../../../src/cli/edge/start.ts";
import { isolateNames, workersOf } from "../../../src/cli/edge/workers.ts";
import { raceBundle } from "./bundle.ts";
import { COPIER } from "./copier.ts";

export type RaceEdges = {
  /** Direct addresses of the isolates, without a slash at the end. */
  readonly push: string;
  readonly reader: string;
  /** HTTP/2 over TLS before each of them. */
  readonly pushFront: Front;
  readonly readerFront: Front;
  /** Address of the Worker that copies renditions (copier.ts). */
  readonly copier: string;
  readonly miniflare: Miniflare;
  stop(): Promise<void>;
};

export type RaceEdgesOptions = {
  /** A folder, best on a RAM disk: a slow disk would delay the copies. */
  readonly persist: string;
  readonly vars: Readonly<Record<string, string>>;
  /** Regions that are deployed. Each gets a bucket, whether `wrangler.toml` binds one or not. */
  readonly regions: readonly string[];
};

export async function startRaceEdges({ persist, vars, regions }: RaceEdgesOptions): Promise<RaceEdges> {
  const bundle = await raceBundle(await loadBundle());
  const buckets = Object.fromEntries(regions.map((region) => [`R2_${region.toUpperCase()}`, bucketOf(region)]));
  const options = { ...bundle.options, r2Buckets: { ...(bundle.options.r2Buckets as object), ...buckets } };
  const order = { vars, isolates: 2, beside: { copier: COPIER }, s3Credentials: LOCAL_S3 };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: workersOf({ ...bundle, options }, order),
      ...{ host: "127.0.0.1", port: 0, cf: false, logRequests: false, telemetry: { enabled: false } },
      log: new Log(LogLevel.NONE),
      handleStructuredLogs: () => undefined,
      resourcePersistencePath: persist,
    } as unknown as V4MiniflareOptions),
  );
  await miniflare.ready;
  const direct = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
  const [push = "", reader = ""] = await Promise.all(isolateNames(2).map(direct));
  const [pushFront, readerFront] = (await Promise.all(
    [push, reader].map((target) => startFront({ port: 0, targets: [target] })),
  )) as [Front, Front];
  return {
    ...{ push, reader, pushFront, readerFront, miniflare },
    copier: await direct("copier"),
    async stop() {
      await Promise.all([pushFront.stop(), readerFront.stop(), miniflare.dispose()]);
    },
  };
}

function bucketOf(region: string): { readonly id: string } {
  return { id: `firstlight-${region}` };
}
