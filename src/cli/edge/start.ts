/**
 * The Worker alone, as deployed, on embedded storage: what `npm run edge`, the demo, the end-to-end tests and the
 * benches start. workerd itself listens on the port; with `h2` there is an HTTP/2 front before it.
 *
 *     const edge = await startEdge({ vars: { ALLOWED_SOURCES: "127.0.0.1", ALLOW_LOOPBACK_SOURCES: "true" } });
 *     const answer = await fetch(`${edge.url}/healthz`);
 *     await (await edge.miniflare.getR2Bucket("R2_PRIMARY")).list();   // look into, or empty, any tier
 *     await edge.stop();
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Miniflare, V4MiniflareOptions } from "miniflare";
import { SETTINGS_KEY } from "../../live/settingsCache.ts";
import { loadBundle } from "./bundle.ts";
import { type Front, startFront } from "./front.ts";
import { type Heavy, type HeavyOptions, startHeavy } from "./heavy.ts";
import { requireFreePort } from "./port.ts";
import { miniflareTrusting } from "./runtime.ts";
import { isolateNames, workersOf } from "./workers.ts";

export type LogLine = { readonly level: string; readonly message: string; readonly timestamp: number };

export type EdgeOptions = {
  /** On 127.0.0.1; 0 or absent: any free one. With `h2` it is the front's, and workerd takes a free one. */
  readonly port?: number;
  /** Starts a front with HTTP/2 over TLS, which hands requests to the isolates in turn. */
  readonly h2?: boolean;
  /** Folder that keeps KV, R2, Durable Objects and the cache; absent: a temporary one, removed by `stop`. */
  readonly persist?: string | undefined;
  /** Text of the live settings (config/live.ts), in KV before the first request; absent: what is kept there. */
  readonly settings?: string | undefined;
  /** Variables and secrets, over those of `wrangler.toml`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** PEM file of further authorities that sources' certificates may be signed by, instead of `NODE_EXTRA_CA_CERTS`. */
  readonly caFile?: string;
  /** `request.cf`; absent: a fixed one (Dallas), never looked up. */
  readonly cf?: Readonly<Record<string, unknown>>;
  /** Takes what the Worker logs; absent: nothing is printed. */
  readonly log?: (line: LogLine) => void;
  /** False: without the heavy Worker, as a deployment that has none. Else what differs from the one that is deployed. */
  readonly heavy?: false | HeavyOptions;
  /** How many isolates of the Worker share the storage; absent: one. */
  readonly isolates?: number;
  /** Bindings of D1 databases, such as `CATALOGUE_0`; absent: none. */
  readonly databases?: readonly string[];
  /** Messages of a queue that are worked on at once, where its consumer takes several; absent: 100. */
  readonly queueBatch?: number;
  /** Scripts by name that run as Workers of their own on the same storage: what a test seeds or compares with. */
  readonly beside?: Readonly<Record<string, string>>;
};

export type Edge = {
  /** `http://127.0.0.1:N` of workerd, without a slash at the end. */
  readonly url: string;
  /** The HTTP/2 front; null without `h2`. */
  readonly front: Front | null;
  /** For `@aws-sdk/client-s3` (`forcePathStyle: true`, region `auto`); buckets by their `bucket_name`. */
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Process id of this edge's workerd, for CPU and memory readings; undefined where /proc is missing. */
  readonly workerdPid: number | undefined;
  /** The heavy Worker's process; null with `heavy: false`. */
  readonly heavy: Heavy | null;
  readonly miniflare: Miniflare;
  /** Each isolate's own address, the first one's included. */
  readonly isolates: readonly string[];
  /** The addresses of `beside`, by name. */
  readonly beside: Readonly<Record<string, string>>;
  /** Ends workerd and removes temporary storage. May be called twice. */
  stop(): Promise<void>;
};

/** Local only: R2's S3 door of this machine checks them, no real account has them. */
export const LOCAL_S3 = { accessKeyId: "firstlight", secretAccessKey: "firstlight-local" } as const;

const READY_WITHIN_MS = 15_000;

/**
 * Starts the Worker and resolves once `GET /healthz` answers 200. Throws when the bundle does not build, the port is
 * taken or the Worker refuses its configuration (with the Worker's own words); nothing is left running then.
 */
export async function startEdge(options: EdgeOptions = {}): Promise<Edge> {
  const { vars = {}, isolates = 1, beside = {}, port = 0, h2 = false } = options;
  await requireFreePort(port);
  const say = (message: string) => options.log?.({ level: "info", message, timestamp: Date.now() });
  const [bundle, heavy] = await Promise.all([
    loadBundle(),
    options.heavy === false ? null : startHeavy(say, options.heavy),
  ]);
  let problems: string | undefined;
  const before = workerdChildren();
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare: Runtime } = miniflareTrusting(options.caFile);
  const miniflare = new Runtime(
    convertV4MiniflareOptions({
      workers: workersOf(bundle, {
        ...{ vars, isolates, beside, databases: options.databases ?? [] },
        ...(options.queueBatch === undefined ? {} : { queueBatch: options.queueBatch }),
        heavy: heavy?.address ?? null,
        s3Credentials: LOCAL_S3,
      }),
      host: "127.0.0.1",
      port: h2 ? 0 : port,
      cf: options.cf ?? false,
      log: new Log(LogLevel.NONE),
      logRequests: false,
      telemetry: { enabled: false },
      handleStructuredLogs: (line: LogLine) => {
        problems ??= misconfiguration(line.message);
        options.log?.(line);
      },
      ...(options.persist === undefined ? {} : { resourcePersistencePath: resolve(options.persist) }),
    } as unknown as V4MiniflareOptions),
  );
  let stopping: Promise<void> | undefined;
  let front: Front | null = null;
  const stop = () =>
    (stopping ??= Promise.all([front?.stop(), heavy?.stop(), miniflare.dispose()]).then(() => undefined));
  try {
    const { origin: url } = await miniflare.ready;
    if (options.settings !== undefined) {
      await (await miniflare.getKVNamespace("THUMBS")).put(SETTINGS_KEY, options.settings);
    }
    await answers(url, () => problems);
    const workerdPid = workerdChildren().find((pid) => !before.includes(pid) && pid !== heavy?.pid());
    const direct = async (name: string) => (await miniflare.unsafeGetDirectURL(name)).origin;
    const scripts = await Promise.all(Object.keys(beside).map(async (name) => [name, await direct(name)] as const));
    const targets = await Promise.all(isolateNames(isolates).map(direct));
    if (h2) front = await startFront({ port, targets });
    return {
      ...{ url, front, heavy, workerdPid, miniflare, stop },
      s3: { endpoint: `${url}/cdn-cgi/local/r2/s3`, ...LOCAL_S3 },
      isolates: targets,
      beside: Object.fromEntries(scripts),
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/**
 * Waits until `GET /healthz` is 200; an answer that stays another one becomes the error, in the words of `problems` where
 * the Worker has logged what is wrong with its configuration.
 */
async function answers(url: string, problems: () => string | undefined): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const response = await fetch(`${url}/healthz`, { redirect: "manual" });
    const text = await response.text();
    if (response.status === 200) return;
    if (response.status !== 503 || Date.now() > until) {
      // The log comes by a way of its own, which may be the slower one.
      for (let waits = 0; waits < 20 && problems() === undefined; waits++) await pause(25);
      const why = problems() ?? `GET /healthz answered ${response.status}: ${text.slice(0, 2000)}`;
      throw new Error(`The Worker does not start: ${why}`);
    }
    await pause(50);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, ms));
}

/** What is wrong with the configuration, if this line of the Worker's log says so. */
function misconfiguration(message: string): string | undefined {
  if (!message.includes('"misconfigured"')) return undefined;
  try {
    const { reason, failure } = JSON.parse(message) as { readonly reason?: unknown; readonly failure?: unknown };
    return reason === "misconfigured" && typeof failure === "string" ? failure : undefined;
  } catch {
    return undefined;
  }
}

/** Process ids of this process's own workerd children, oldest first; empty where /proc is missing. */
export function workerdChildren(): number[] {
  try {
    return readdirSync(`/proc/${process.pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${process.pid}/task/${task}/children`, "utf8").trim().split(" "))
      .filter((pid) => pid !== "" && readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "workerd")
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}
