import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { ConnectionOptions } from "node:tls";
import { movedTo } from "../src/weather/pushedTo.ts";
import type { Clock } from "./clock.ts";
import type { WarmerConfig } from "./config/parseConfig.ts";
import type { HashKey } from "./hint/hintScanner.ts";
import { PlaceTable } from "./hint/placeTable.ts";
import { HintPipeline } from "./hintPipeline.ts";
import { Counts, OUTCOMES } from "./observe/counts.ts";
import type { Log } from "./observe/log.ts";
import { createRegistry } from "./observe/metrics.ts";
import { createStatusServer } from "./observe/statusServer.ts";
import type { OpenPool } from "./push/connectionPool.ts";
import { RegionPusher } from "./push/regionPusher.ts";
import { DedupTable } from "./queue/dedupTable.ts";
import { chooseListen, SERVICE_RATE } from "./receive/chooseListen.ts";
import { type Listener, receiveBufferBytes } from "./receive/listen.ts";
import { SenderList } from "./receive/senderList.ts";
import { MapFetcher } from "./regions/mapFetcher.ts";

/** What the service takes from outside. Times in ms. */
export type ServiceDependencies = {
  readonly clock: Clock;
  readonly log: Log;
  readonly key: HashKey;
  readonly random: () => number;
  /** Extra TLS options for the connections to the edge. */
  readonly tls: ConnectionOptions;
  /** Makes the connections of a region. Default: our own HTTP client. A bench compares others. */
  readonly openPool?: OpenPool;
};

/**
 * Fixed limits. Times in ms. `queue`: hints per region and format; a longer queue could not be pushed within the age
 * limit. `secret`: characters; a shorter secret gets a warning.
 */
const LIMITS = {
  queue: 512,
  timeoutMs: 1_000,
  tickMs: 100,
  minuteMs: 60_000,
  receiveDelayMs: 10,
  openMs: 300,
  drainMs: 700,
  secret: 16,
} as const;

/** A running warmer. */
export type Warmer = {
  readonly udp: { readonly host: string; readonly port: number };
  readonly metrics: { readonly host: string; readonly port: number };
  readonly counts: Counts;
  readonly pushers: readonly RegionPusher[];
  /** Stops receiving, pushes the waiting hints, and ends within one second, whatever the regions do. */
  stop(): Promise<void>;
};

/** Connects the parts and starts them. Resolves when the warmer listens. */
export async function startWarmer(config: WarmerConfig, dependencies: ServiceDependencies): Promise<Warmer> {
  const { clock, log, key } = dependencies;
  const counts = new Counts();
  const keys = new DedupTable(config.WARM_DEDUP_CAPACITY, config.WARM_DEDUP_SECONDS * 1000, clock.steady());
  const batched = config.WARM_BATCH_MS > 0;
  const deployed = config.WARM_REGIONS.map(({ region }) => region);
  const overrides = Object.fromEntries(config.WARM_PLACES);
  const places = new PlaceTable(deployed, overrides, config.WARM_ENDPOINTS);
  const maps = new MapFetcher({
    ...{ clock, log, tls: dependencies.tls },
    onMap(map) {
      places.use(map);
      for (const pusher of pushers) {
        const second = map === undefined ? null : movedTo(pusher.region, { deployed, overrides, map });
        pusher.useMap(map?.version ?? 0, second !== null);
      }
    },
  });
  const onMapVersion = (version: number, url: URL): void => maps.heard(version, url);
  const pushers = config.WARM_REGIONS.map(({ region, url }) => {
    return new RegionPusher(
      {
        region,
        url,
        http: config.WARM_HTTP,
        tls: dependencies.tls,
        secret: config.WARM_SECRET,
        deadlineMs: config.WARM_DEADLINE_MS,
        connections: config.WARM_CONNECTIONS,
        timeoutMs: LIMITS.timeoutMs,
        queue: {
          capacity: LIMITS.queue,
          limit: batched ? config.WARM_BATCH : 1,
          waitMs: config.WARM_BATCH_MS,
          maxAgeMs: config.WARM_MAX_AGE_MS,
        },
        random: dependencies.random,
      },
      { keys, counts, clock, log, onMapVersion },
      dependencies.openPool,
    );
  });
  const pipeline = new HintPipeline(
    {
      places,
      key,
      format: config.WARM_FORMAT,
      hintSecret: config.WARM_HINT_SECRET,
      maxAgeMs: config.WARM_MAX_AGE_MS,
      skew: config.WARM_SKEW === "on",
    },
    keys,
    pushers,
    counts,
    clock,
  );

  for (const pusher of pushers) pusher.start();
  const listen = await chooseListen(config.WARM_RECEIVE, log);
  const asked =
    config.WARM_RECEIVE_BUFFER || receiveBufferBytes(LIMITS.receiveDelayMs, SERVICE_RATE[config.WARM_RECEIVE]);
  const senders = new SenderList(config.WARM_ALLOWED_SENDERS, key[0]);
  const listener = await listen({ ...config.WARM_LISTEN, receiveBufferBytes: asked }, senders, pipeline);

  let stopped: Promise<void> | undefined;
  const registry = createRegistry({
    counts,
    pushers,
    evicted: () => keys.evicted,
    map: maps,
    knownSenders: () => pipeline.ageFilter.knownSenders(),
    port: () => listener.port,
  });
  const status = createStatusServer({
    registry,
    readiness: () => ({
      ready: stopped === undefined && pushers.some(({ connections }) => connections.open > 0),
      regions: Object.fromEntries(pushers.map(({ region, connections }) => [region, connections.open])),
    }),
  });
  status.listen(config.METRICS_LISTEN.port, config.METRICS_LISTEN.host);
  await once(status, "listening");
  const tick = setInterval(() => {
    for (const pusher of pushers) pusher.tick();
  }, LIMITS.tickMs);
  const minute = setInterval(() => places.tick(clock.steady()), LIMITS.minuteMs);
  const { receiveBufferBytes: granted } = listener;
  log.info({ udp: `${listener.host}:${listener.port}`, regions: deployed, asked, granted }, "listening");
  if (config.WARM_SECRET === null) log.warn("WARM_SECRET is not set: pushes are unsigned, and a Worker refuses them");
  for (const name of ["WARM_SECRET", "WARM_HINT_SECRET"] as const) {
    const length = config[name]?.length ?? LIMITS.secret;
    if (length < LIMITS.secret) log.warn({ length }, `${name} is short: use at least ${LIMITS.secret} characters`);
  }
  await settled(pushers);

  const stop = async (): Promise<void> => {
    await drain(listener, pushers);
    clearInterval(tick);
    clearInterval(minute);
    await Promise.all(pushers.map((pusher) => pusher.stop()));
    status.closeAllConnections();
    status.close();
    log.info({ counts: summaryOf(counts) }, "stopped");
  };
  return {
    udp: { host: listener.host, port: listener.port },
    metrics: { host: config.METRICS_LISTEN.host, port: (status.address() as AddressInfo).port },
    counts,
    pushers,
    stop: () => (stopped ??= stop()),
  };
}

/** Waits until the connections are open. A hint that arrives while they open would be too old when one is ready. */
async function settled(pushers: readonly RegionPusher[]): Promise<void> {
  const until = performance.now() + LIMITS.openMs;
  while (performance.now() < until && pushers.some(({ opening }) => opening)) await pause(5);
}

async function drain(listener: Listener, pushers: readonly RegionPusher[]): Promise<void> {
  await listener.close();
  for (const pusher of pushers) pusher.flush();
  const until = performance.now() + LIMITS.drainMs;
  while (performance.now() < until && pushers.some(({ inFlight, waiting }) => inFlight + waiting > 0)) {
    await pause(10);
  }
}

function summaryOf(counts: Counts): Record<string, number> {
  const { received, pushed } = counts;
  return { received, pushed, ...Object.fromEntries(OUTCOMES.map((outcome) => [outcome, counts[outcome]])) };
}
