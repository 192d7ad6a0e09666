/** The Workers of one edge: the bundle, the same once more in isolates of its own, and plain scripts on its storage. */
import type { Bundle } from "./bundle.ts";

export type WorkersOrder = {
  readonly vars: Readonly<Record<string, string>>;
  /** How many times the bundle runs. */
  readonly isolates: number;
  /** Scripts (ES modules) by name, each a Worker with the bundle's stores. */
  readonly beside: Readonly<Record<string, string>>;
  /** `host:port` of the heavy Worker; null or absent: there is none. */
  readonly heavy?: string | null;
  /** D1 databases by binding; absent: none. */
  readonly databases?: readonly string[];
  /** Messages of a queue that are worked on at once, where its consumer takes several; absent: LOCAL_BATCH. */
  readonly queueBatch?: number;
  readonly s3Credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
};

const FIRST = "firstlight";
/** Each Worker also listens on a port of its own, so that a request can be sent to one of them. */
const DIRECT = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };

type BucketOptions = Record<string, { id: string }>;
type ConsumerOptions = Record<string, { readonly maxBatchSize?: number; readonly maxBatchTimeout?: number }>;
type ObjectOptions = Record<string, { className: string }>;

/**
 * The local queue has one consumer at a time, where a deployment has 250: what those would take at once goes into one batch.
 * A queue whose messages are worked on one by one stays as it is.
 */
function localConsumers(consumers: ConsumerOptions, maxBatchSize: number): ConsumerOptions {
  const entries = Object.entries(consumers).map(([queue, options]) => {
    const isParallel = options.maxBatchSize !== undefined && options.maxBatchSize > 1;
    return [queue, isParallel ? { ...options, maxBatchSize, maxBatchTimeout: LOCAL_BATCH_SECONDS } : options];
  });
  return Object.fromEntries(entries) as ConsumerOptions;
}

const LOCAL_BATCH = 100;
const LOCAL_BATCH_SECONDS = 0.1;

/** Names of the isolates: `firstlight`, `firstlight-2`, … */
export function isolateNames(isolates: number): readonly string[] {
  return Array.from({ length: isolates }, (_, i) => (i === 0 ? FIRST : `${FIRST}-${i + 1}`));
}

/** Miniflare's options of all of them. They share KV, buckets, edge cache and the first one's Durable Object. */
export function workersOf({ modules, root, options }: Bundle, order: WorkersOrder): readonly object[] {
  const { vars, isolates, beside, heavy = null, databases = [], queueBatch = LOCAL_BATCH, s3Credentials } = order;
  const buckets = Object.entries((options.r2Buckets ?? {}) as BucketOptions);
  const shared = {
    ...options,
    d1Databases: Object.fromEntries(databases.map((binding) => [binding, binding])),
    serviceBindings: heavy === null ? {} : { HEAVY: { external: { address: heavy, http: {} } } },
    r2Buckets: Object.fromEntries(buckets.map(([name, { id }]) => [name, { id, s3Credentials }])),
  };
  const objects = Object.entries((options.durableObjects ?? {}) as ObjectOptions);
  const elsewhere = Object.fromEntries(objects.map(([name, object]) => [name, { ...object, scriptName: FIRST }]));
  // A queue has one consumer.
  const further = { durableObjects: elsewhere, queueConsumers: {} };
  const bindings = { ...(options.bindings as Record<string, string>), ...vars };
  const consumers = localConsumers((options.queueConsumers ?? {}) as ConsumerOptions, queueBatch);
  const same = isolateNames(isolates).map((name, i) => ({
    ...shared,
    ...(i === 0 ? { queueConsumers: consumers } : further),
    ...DIRECT,
    name,
    modules: [...modules],
    modulesRoot: root,
    bindings,
  }));
  const scripts = Object.entries(beside).map(([name, contents]) => ({
    ...shared,
    ...further,
    ...DIRECT,
    name,
    modules: [{ type: "ESModule", path: `${root}/${name}.js`, contents }],
    modulesRoot: root,
  }));
  return [...same, ...scripts];
}
