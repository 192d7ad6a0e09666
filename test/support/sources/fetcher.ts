/** Runs `fetchSource` in workerd from a test in Node. */
import { build } from "esbuild";
import type { V4MiniflareOptions } from "miniflare";
import type { SourceConfig } from "../../../src/origin/fetch.ts";
import type { Job, Outcome } from "./job.ts";
import { miniflareTrusting } from "./trust.ts";

export const CONFIG: SourceConfig = {
  allowedSources: [],
  signedNeedsAllowed: false,
  httpSources: "upgrade",
  allowLoopbackSources: false,
  maxSourceBytes: 1 << 20,
  maxRedirects: 3,
  sourceTimeoutMs: 3_000,
  queueMs: 10_000,
  loopId: "test",
  contactUrl: "https://firstlight.test/about",
};

export type JobOptions = Partial<Omit<Job, "config" | "source">> & { readonly config?: Partial<SourceConfig> };

export type Fetcher = {
  run(source: string, options?: JobOptions): Promise<Outcome>;
  stop(): Promise<void>;
};

/** Starts workerd with the compatibility date of wrangler.toml and the given root trusted. */
export async function startFetcher(root: string): Promise<Fetcher> {
  const entry = `${import.meta.dirname}/fetcher.workerd.ts`;
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*"],
  });
  const { convertV4MiniflareOptions, Log, LogLevel, Miniflare } = await miniflareTrusting(root);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: "ESModule", path: "fetcher.js", contents: bundle.outputFiles[0]?.text ?? "" }],
      compatibilityDate: "2026-11-09",
      durableObjects: { GOVERNOR: { className: "HostGovernor", useSQLite: true } },
      compatibilityFlags: ["global_fetch_strictly_public"],
      cf: false,
      log: new Log(LogLevel.NONE),
      // workerd prints a stack for every failed handshake.
      handleStructuredLogs: () => {},
      telemetry: { enabled: false },
    } as V4MiniflareOptions),
  );
  await miniflare.ready;
  return {
    async run(source, options = {}) {
      const job: Job = {
        authority: "signature",
        ownHost: "proxy.test",
        conditional: null,
        kind: "user",
        politeness: null,
        names: {},
        memory: crypto.randomUUID(),
        sharing: false,
        abortAfterMs: null,
        ...options,
        config: { ...CONFIG, ...options.config },
        source,
      };
      const answer = await miniflare.dispatchFetch("http://fetcher/", { method: "POST", body: JSON.stringify(job) });
      return (await answer.json()) as Outcome;
    },
    stop: () => miniflare.dispose(),
  };
}
