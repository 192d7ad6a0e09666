import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { BucketCounts, Counts } from "./counts.ts";
import { readUdpSocket } from "./procNetUdp.ts";

/** The figures of one region's pusher. */
export type PusherMetrics = {
  readonly region: string;
  /** Hints in flight. */
  readonly inFlight: number;
  /** Hints that wait. */
  readonly waiting: number;
  /** Requests that can be in flight, requests in flight, and connections opened so far. */
  readonly connections: { readonly open: number; readonly busy: number; readonly opened: number };
  readonly state: "up" | "down" | "trial";
  /** Pictures that the edge makes or has per second, and the requests that the pace allows in flight. */
  readonly pace: { readonly madePerSecond: number; readonly window: number };
};

/** What the metrics are read from at each scrape. */
export type MetricSources = {
  readonly counts: Counts;
  readonly pushers: readonly PusherMetrics[];
  /** Keys evicted from the dedup table. */
  evicted(): number;
  /** The map of the regions, and how often it was fetched. */
  readonly map: { readonly version: number; readonly fetched: number; readonly failed: number };
  /** Senders whose clock offset is known. */
  knownSenders(): number;
  /** Port of the UDP socket. */
  port(): number;
};

const PREFIX = "firstlight_warmer_";

type CountField = { [K in keyof Counts]: Counts[K] extends number ? K : never }[keyof Counts];

/** Counters that are one plain field. They count hints unless the name says otherwise. */
const COUNTERS = [
  ["datagrams_total", "Datagrams received", "datagrams"],
  ["received_total", "Hints received, one per path. An unreadable line or datagram counts as one", "received"],
  ["parsed_total", "Hints that could be read", "parsed"],
  [
    "second_region_total",
    "Received hints that went to a second region too. Such a hint counts as received twice",
    "copied",
  ],
  ["old_at_receipt_total", "Hints that were older than the limit when they arrived", "oldAtReceipt"],
  ["old_at_push_total", "Hints that would have been older than the limit at the edge, or were too many", "oldAtPush"],
  ["future_total", "Hints whose stamp was later than now plus the limit", "future"],
  ["duplicate_total", "Hints for a path that was pushed within the window", "duplicate"],
  ["overflow_total", "Hints dropped from a full queue for newer ones", "overflow"],
  ["region_down_total", "Hints dropped because the circuit breaker of their region was open", "regionDown"],
  ["pushed_total", "Hints the edge accepted. Each of them has one outcome later", "pushed"],
  ["failed_total", "Hints pushed without a 2xx response", "failed"],
  ["requests_total", "POST /warm requests sent, including retries", "requests"],
  ["retries_total", "Requests that were a retry", "retries"],
] as const satisfies readonly (readonly [string, string, CountField])[];

/** A histogram whose buckets are counted elsewhere. */
class ReadHistogram extends Histogram {
  readonly #read: () => BucketCounts;
  readonly #scale: number;
  readonly #name: string;
  readonly #help: string;

  /** @param scale factor from the counted unit to the exported unit */
  constructor(name: string, help: string, scale: number, read: () => BucketCounts) {
    super({ name: PREFIX + name, help, registers: [] });
    this.#read = read;
    this.#scale = scale;
    this.#name = PREFIX + name;
    this.#help = help;
  }

  /** The registry calls this at a scrape. prom-client's `get` uses it too. */
  getForPromString(): object {
    const counted = this.#read();
    let cumulated = 0;
    const buckets = [...counted.counts].map((count, i) => {
      cumulated += count;
      const bound = counted.bounds[i];
      const le = bound === undefined ? "+Inf" : Number((bound * this.#scale).toPrecision(6));
      return { metricName: `${this.#name}_bucket`, labels: { le }, value: cumulated };
    });
    const values = [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels: {}, value: counted.sum * this.#scale },
      { metricName: `${this.#name}_count`, labels: {}, value: cumulated },
    ];
    return { name: this.#name, help: this.#help, type: "histogram", values, aggregator: "sum" };
  }
}

/** The registry of all exported metrics. It only reads counters, so the hot path never touches it. */
export function createRegistry(sources: MetricSources): Registry {
  const registry = new Registry();
  const { counts, pushers } = sources;
  collectDefaultMetrics({ register: registry, prefix: PREFIX });

  for (const [name, help, field] of COUNTERS) {
    counter(registry, name, help, [], (set) => set({}, counts[field]));
  }
  counter(registry, "rejected_total", "Lines and datagrams that were rejected, by reason", ["reason"], (set) => {
    for (const [reason, count] of Object.entries(counts.rejectedBy)) set({ reason }, count);
  });
  counter(registry, "refused_total", "Hints the edge refused, by its reason", ["reason"], (set) => {
    for (const [reason, count] of counts.refusedBy) set({ reason }, count);
  });
  counter(
    registry,
    "outcome_total",
    "What became of hints at the edge: made, present, expired, refused, failed; unknown if it did not say",
    ["outcome", "reason"],
    (set) => {
      for (const outcome of ["made", "present", "expired", "unknown"] as const)
        set({ outcome, reason: "" }, counts[outcome]);
      for (const [reason, count] of counts.refusedBy) set({ outcome: "refused", reason }, count);
      for (const [reason, count] of counts.failedAtEdgeBy) set({ outcome: "failed", reason }, count);
    },
  );
  counter(registry, "evicted_total", "Keys evicted from the dedup table before the window ended", [], (set) => {
    set({}, sources.evicted());
  });
  counter(registry, "connections_opened_total", "Connections opened", ["region"], (set) => {
    for (const { region, connections } of pushers) set({ region }, connections.opened);
  });

  gauge(registry, "in_flight", "Hints in flight", ["region"], (set) => {
    for (const { region, inFlight } of pushers) set({ region }, inFlight);
  });
  gauge(registry, "waiting", "Hints that wait for others or for a connection", ["region"], (set) => {
    for (const { region, waiting } of pushers) set({ region }, waiting);
  });
  gauge(
    registry,
    "connections",
    "Requests that can be in flight (HTTP/1.1: open connections), by state",
    ["region", "state"],
    (set) => {
      for (const { region, connections } of pushers) {
        set({ region, state: "busy" }, connections.busy);
        set({ region, state: "idle" }, connections.open - connections.busy);
      }
    },
  );
  gauge(
    registry,
    "made_per_second",
    "Pictures the edge makes or has, per second: a moving estimate",
    ["region"],
    (set) => {
      for (const { region, pace } of pushers) set({ region }, pace.madePerSecond);
    },
  );
  gauge(
    registry,
    "window",
    "Requests that may wait for their first line. It shrinks as the edge slows down",
    ["region"],
    (set) => {
      for (const { region, pace } of pushers) set({ region }, pace.window);
    },
  );
  gauge(registry, "region_up", "1 while the circuit breaker of the region is closed", ["region"], (set) => {
    for (const { region, state } of pushers) set({ region }, state === "up" ? 1 : 0);
  });
  gauge(registry, "map_version", "Version of the map of the regions that is in use. 0: the fixed table", [], (set) =>
    set({}, sources.map.version),
  );
  counter(registry, "map_fetches_total", "Requests for a newer map of the regions", ["outcome"], (set) => {
    set({ outcome: "fetched" }, sources.map.fetched);
    set({ outcome: "failed" }, sources.map.failed);
  });
  gauge(registry, "known_senders", "Senders whose clock offset is known", [], (set) => set({}, sources.knownSenders()));
  counter(
    registry,
    "kernel_drops_total",
    "Datagrams the kernel dropped at our socket since it was opened",
    [],
    async (set) => {
      const row = await readUdpSocket(sources.port());
      if (row !== undefined) set({}, row.drops);
    },
  );
  gauge(registry, "kernel_queue_bytes", "Bytes that wait in the receive buffer of the socket", [], async (set) => {
    const row = await readUdpSocket(sources.port());
    if (row !== undefined) set({}, row.queuedBytes);
  });

  registry.registerMetric(
    new ReadHistogram("age_seconds", "Age of hints when they were sent to the edge", 0.001, () => counts.ageAtPush),
  );
  registry.registerMetric(
    new ReadHistogram(
      "answer_seconds",
      "Time from request to the first line of the response",
      0.001,
      () => counts.answerTime,
    ),
  );
  registry.registerMetric(new ReadHistogram("batched", "Hints per request", 1, () => counts.batchSize));
  return registry;
}

type Set = (labels: Record<string, string>, value: number) => void;

type Read = (set: Set) => void | Promise<void>;

function counter(registry: Registry, name: string, help: string, labels: string[], read: Read): void {
  new Counter({
    name: PREFIX + name,
    help,
    labelNames: labels,
    registers: [registry],
    async collect() {
      this.reset();
      await read((values, count) => this.inc(values, count));
    },
  });
}

function gauge(registry: Registry, name: string, help: string, labels: string[], read: Read): void {
  new Gauge({
    name: PREFIX + name,
    help,
    labelNames: labels,
    registers: [registry],
    async collect() {
      this.reset();
      await read((values, value) => this.set(values, value));
    },
  });
}
